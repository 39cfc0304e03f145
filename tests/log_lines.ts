import type { Readable } from "node:stream";

interface Waiter {
  pattern: RegExp;
  resolve: (match: RegExpExecArray) => void;
  reject: (error: Error) => void;
}

/** The lines a process prints, with promises for those to come. */
export class LogLines {
  readonly lines: string[] = [];
  #waiters: Waiter[] = [];
  #isClosed = false;

  /** Takes the lines of a stream as well. */
  read(stream: Readable): void {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) this.#add(line);
    });
    stream.on("end", () => rest !== "" && this.#add(rest));
  }

  /**
   * Waits for a line.
   *
   * @param from Index of the first line that counts; give `lines.length` to see only what comes.
   * @throws {Error} If the process ends or the deadline passes before; the message has the log.
   */
  waitFor(pattern: RegExp, from = 0, withinMs = 30_000): Promise<RegExpExecArray> {
    for (const line of this.lines.slice(from)) {
      const match = pattern.exec(line);
      if (match) return Promise.resolve(match);
    }
    if (this.#isClosed) return Promise.reject(this.#fault(pattern, "the process ended"));
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        reject(this.#fault(pattern, `nothing for ${withinMs} ms`));
      }, withinMs);
      this.#waiters.push({
        pattern,
        resolve: (match) => (clearTimeout(deadline), resolve(match)),
        reject: (error) => (clearTimeout(deadline), reject(error)),
      });
    });
  }

  /** No more lines come: who waits is told. */
  close(): void {
    this.#isClosed = true;
    for (const { reject, pattern } of this.#waiters) {
      reject(this.#fault(pattern, "the process ended"));
    }
    this.#waiters = [];
  }

  /** @returns The last lines as one text. */
  tail(count = 60): string {
    return this.lines.slice(-count).join("\n");
  }

  #add(line: string): void {
    this.lines.push(line);
    this.#waiters = this.#waiters.filter(({ pattern, resolve }) => {
      const match = pattern.exec(line);
      if (match) resolve(match);
      return match === null;
    });
  }

  #fault(pattern: RegExp, reason: string): Error {
    return new Error(`Cannot find ${pattern} in the log: ${reason}`);
  }
}
