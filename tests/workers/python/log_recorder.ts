import { type Log, LOG_LEVELS, type LogLevel } from "../../../lib/log.ts";

/** A log that keeps its lines and lets a test wait for one. */
export class LogRecorder implements Log {
  readonly lines: string[] = [];
  readonly #waiting: { pattern: RegExp; resolve: (line: string) => void }[] = [];

  readonly debug = this.#recorder("debug");
  readonly info = this.#recorder("info");
  readonly warning = this.#recorder("warning");
  readonly error = this.#recorder("error");
  readonly critical = this.#recorder("critical");

  /** The first line, past or to come, that matches. */
  line(pattern: RegExp): Promise<string> {
    const found = this.lines.find((line) => pattern.test(line));
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiting.push({ pattern, resolve }));
  }

  #recorder(level: LogLevel): (message: string) => void {
    if (!LOG_LEVELS.includes(level)) throw new RangeError(level);
    return (message) => {
      const line = `${level}: ${message}`;
      this.lines.push(line);
      for (const { pattern, resolve } of this.#waiting) if (pattern.test(line)) resolve(line);
    };
  }
}
