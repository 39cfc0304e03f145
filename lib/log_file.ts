import { closeSync, openSync, writeSync } from "node:fs";
import { ConfigError } from "./errors.ts";

/** Who may read a new log file: URLs in it may hold secrets. */
const FILE_MODE = 0o640;
/** How long a full pipe may hold up the process for the sake of its log. */
const MAX_WAIT_MS = 1000;
const RETRY_MS = 5;

/**
 * A file that lines are appended to, by several processes at once if need be.
 *
 * Nothing is buffered: what was written is not lost when the process ends. What cannot be written is dropped, because
 * a full disk or a stuck pipe must not stop the server.
 */
export class LogFile {
  readonly #path: string;
  readonly #standardFd: number;
  #fd = -1;
  /** The last write ran out of time: the next one does not wait. */
  #isStuck = false;

  /**
   * @param path `-` for the standard stream.
   * @param standardFd 1 for standard output, 2 for standard error.
   */
  constructor(path: string, standardFd: number) {
    this.#path = path;
    this.#standardFd = standardFd;
  }

  /**
   * Opens the file, or opens it again after it was moved away.
   *
   * @throws {ConfigError} If that fails; a file that was open stays so.
   */
  open(): void {
    if (this.#path === "-") {
      this.#fd = this.#standardFd;
      return;
    }
    const fd = openToAppend(this.#path);
    this.close();
    this.#fd = fd;
  }

  /** Writes whole lines, in one piece where the system can. */
  write(lines: string): void {
    const bytes = new TextEncoder().encode(lines);
    const deadline = this.#isStuck ? 0 : Date.now() + MAX_WAIT_MS;
    let written = 0;
    while (this.#fd >= 0 && written < bytes.length) {
      const count = writeSome(this.#fd, bytes.subarray(written));
      if (count < 0) return;
      if (count === 0 && Date.now() >= deadline) {
        this.#isStuck = true;
        return;
      }
      if (count === 0) sleep(RETRY_MS);
      written += count;
    }
    this.#isStuck = false;
  }

  /** Closes the file; later lines are dropped. */
  close(): void {
    if (this.#fd >= 0 && this.#fd !== this.#standardFd) closeSync(this.#fd);
    this.#fd = -1;
  }
}

function openToAppend(path: string): number {
  try {
    return openSync(path, "a", FILE_MODE);
  } catch (error) {
    const { message } = error as Error; // The function throws nothing else.
    throw new ConfigError(`Cannot open the log file "${path}": ${message}`, { cause: error });
  }
}

/** @returns How many bytes were taken; 0 when the pipe is full, -1 when the bytes cannot be written at all. */
function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // The function throws nothing else.
    // Any other failure (no reader, no space) has no one left to be told: this is the log.
    return code === "EAGAIN" || code === "EINTR" ? 0 : -1;
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
