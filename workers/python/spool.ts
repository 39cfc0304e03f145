import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

/** Files that are there, or may be. */
const livePaths = new Set<string>();

/** A file for a request body that is too large for memory. Only its owner may read it; {@link remove} ends it. */
export class Spool {
  readonly path: string;
  /** Ends when all that was given so far is written. */
  #tail: Promise<unknown>;
  #handle: Promise<FileHandle>;
  #isRemoved = false;

  private constructor(path: string) {
    this.path = path;
    if (livePaths.size === 0) process.once("exit", removeAll);
    livePaths.add(path);
    this.#handle = open(path, "wx", 0o600);
    this.#tail = this.#handle;
  }

  static create(directory: string): Spool {
    return new Spool(join(directory, `monoceros-body-${randomUUID()}`));
  }

  /** Appends a chunk. @throws {Error} If this or an earlier step failed, for instance because the disk is full. */
  write(chunk: Uint8Array): Promise<void> {
    const written = this.#tail.then(async () => writeAll(await this.#handle, chunk));
    this.#tail = written;
    return written;
  }

  /** Ends writing; the file stays. */
  async close(): Promise<void> {
    try {
      await this.#tail;
    } finally {
      const handle = await this.#handle;
      await handle.close();
    }
  }

  /** Deletes the file, also while it is being written. */
  remove(): void {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    // Not before it is there. With `force` a file that could not be created is no error; one that cannot be deleted
    // is in a folder that somebody has changed since, and nothing can be done about that here.
    const unlink = async () => {
      await rm(this.path, { force: true });
      livePaths.delete(this.path);
      if (livePaths.size === 0) process.off("exit", removeAll);
    };
    this.#handle.then(unlink, unlink).catch(() => {});
  }

  /** Gives up writing and deletes the file. */
  discard(): void {
    this.remove();
    // Whoever waits for a write hears of its failure; here only the file matters.
    this.close().catch(() => {});
  }
}

/** A process that ends at once does not wait for {@link Spool.remove}. */
function removeAll(): void {
  for (const path of livePaths) {
    try {
      rmSync(path, { force: true });
    } catch {
      // Somebody has changed the folder; the others can still be deleted.
    }
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, at, chunk.length - at);
    at += bytesWritten;
  }
}
