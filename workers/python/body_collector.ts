import { Buffer } from "node:buffer";
import type { RequestBody } from "../../lib/http/body.ts";
import type { JobBody } from "./job.ts";
import { Spool } from "./spool.ts";

/** Bodies up to this size are kept in memory. */
export const MEMORY_LIMIT = 1_048_576;

/** What to do when a body has come. One of the two is called, once; none after {@link BodyCollector.cancel}. */
export interface CollectorEvents {
  complete(body: JobBody): void;
  /** The body will never be complete. `error` is a client's or a disk's. */
  failed(error: Error): void;
}

/** Takes in a whole request body before the app gets the request: a slow upload never occupies an app process. */
export class BodyCollector {
  readonly #body: RequestBody;
  readonly #directory: string;
  readonly #events: CollectorEvents;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #spool: Spool | null = null;
  #isOver = false;

  /** @param directory For bodies above {@link MEMORY_LIMIT}. */
  constructor(body: RequestBody, directory: string, events: CollectorEvents) {
    this.#body = body;
    this.#directory = directory;
    this.#events = events;
  }

  start(): void {
    this.#body.stream((chunk) => this.#take(chunk), (error) => this.#ended(error));
  }

  /** Stops and forgets what has come. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#chunks = [];
    this.#spool?.discard();
  }

  #take(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#size += chunk.length;
    const isLarge = this.#size > MEMORY_LIMIT || this.#body.length > MEMORY_LIMIT;
    if (!isLarge && this.#spool === null) {
      this.#chunks.push(chunk);
      return;
    }
    this.#spool ??= Spool.create(this.#directory);
    this.#write(this.#spool, chunk);
  }

  /** The client waits while the disk does. */
  #write(spool: Spool, chunk: Uint8Array): void {
    this.#body.pause();
    this.#chunks.push(chunk);
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    spool.write(all).then(
      () => {
        if (!this.#isOver) this.#body.resume();
      },
      (error: Error) => this.#fail(error),
    );
  }

  #ended(error: Error | null): void {
    if (this.#isOver) return;
    if (error !== null) {
      this.#fail(error);
    } else if (this.#spool === null) {
      this.#complete({ kind: "bytes", bytes: Buffer.concat(this.#chunks) });
    } else {
      const spool = this.#spool;
      const file = { kind: "file", path: spool.path, remove: () => spool.remove() } as const;
      spool.close().then(() => this.#complete(file), (error: Error) => this.#fail(error));
    }
  }

  #complete(body: JobBody): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.complete(body);
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.cancel();
    this.#events.failed(error);
  }
}
