import { Buffer } from "node:buffer";
import type { Runtime } from "../../lib/runtime/runtime.ts";
import type { Socket, SocketUser } from "../../lib/socket.ts";
import type { CONTROL } from "./frames.ts";

/** Longest text kept: stacks of a few hundred threads. */
const MAX_TEXT = 65_536;
/** How long a dump may take to begin. A process that is stopped or swapped out never begins. */
const DUMP_WAIT_MS = 500;
/** A dump is over when nothing was added for so long: it has no end mark. */
const DUMP_QUIET_MS = 50;

/** The second line to an app process: commands go there past all requests, text of `faulthandler` comes back. */
export class ControlLine implements SocketUser {
  #socket: Socket | null = null;
  #text = "";
  #onText: () => void = () => {};

  static open(runtime: Runtime, fd: number): ControlLine {
    const line = new ControlLine();
    line.#socket = runtime.adopt(fd, line);
    return line;
  }

  /** What came and was not read yet, for instance the stacks at a crash. */
  takeText(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  send(command: typeof CONTROL[keyof typeof CONTROL]): void {
    // A few bytes in the life of a process always fit into the socket's buffer.
    this.#socket?.write(command);
  }

  /** Waits for the text that `request` makes the process write; "" if none comes. */
  readDump(request: () => void): Promise<string> {
    this.takeText();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#onText = () => {};
        resolve(this.takeText());
      };
      let timer = setTimeout(finish, DUMP_WAIT_MS);
      this.#onText = () => {
        clearTimeout(timer);
        timer = setTimeout(finish, DUMP_QUIET_MS);
      };
      request();
    });
  }

  close(): void {
    this.#socket?.end();
    this.#socket = null;
  }

  received(bytes: Uint8Array): void {
    const text = this.#text + Buffer.from(bytes).toString("utf8");
    this.#text = text.slice(-MAX_TEXT);
    this.#onText();
  }

  drained(): void {}

  ended(): void {
    this.close();
  }

  closed(): void {
    this.#socket = null;
  }
}
