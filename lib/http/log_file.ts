import { Buffer } from "node:buffer";
import { latin1 } from "../latin1.ts";
import { closeSync, openSync, writeSync } from "node:fs";

/** Lines are written when this much has gathered, or at the next turn of the wheel. */
const BATCH_CHARACTERS = 65_536;
/** What may wait while the file takes nothing (a full pipe); beyond it lines are dropped and counted. */
const WAITING_CHARACTERS = 4_194_304;

/** A file that takes lines, many in one write. */
export class LogFile {
  readonly #path: string;
  readonly #onTrouble: (message: string) => void;
  #fd: number;
  #lines = "";
  #dropped = 0;

  /**
   * @param path "-" for standard output.
   * @param onTrouble Told, once for each time, when lines had to be dropped.
   * @throws {Error} If the file cannot be opened.
   */
  constructor(path: string, onTrouble: (message: string) => void) {
    this.#path = path;
    this.#onTrouble = onTrouble;
    this.#fd = open(path);
  }

  /** @param line Without its end. */
  add(line: string): void {
    if (this.#lines.length > WAITING_CHARACTERS) {
      this.#dropped++;
      return;
    }
    this.#lines += line + "\n";
    if (this.#lines.length > BATCH_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#lines === "") return;
    const bytes = Buffer.from(this.#lines, "latin1");
    const written = this.#write(bytes);
    this.#lines = latin1(bytes, written);
    if (this.#dropped > 0 && written > 0) {
      this.#onTrouble(
        `${this.#dropped} lines of the access log were dropped: "${this.#path}" is slow`,
      );
      this.#dropped = 0;
    }
  }

  /** Opens the file again, after it was renamed. */
  reopen(): void {
    this.flush();
    if (this.#path === "-") return;
    const fd = open(this.#path);
    closeSync(this.#fd);
    this.#fd = fd;
  }

  #write(bytes: Uint8Array): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      // EAGAIN: a pipe is full, the lines wait. Else the disk is full or gone: they are lost.
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      this.#onTrouble(
        `Cannot write to the access log "${this.#path}": ${(error as Error).message}`,
      );
      return bytes.length;
    }
  }
}

function open(path: string): number {
  return path === "-" ? 1 : openSync(path, "a", 0o640);
}
