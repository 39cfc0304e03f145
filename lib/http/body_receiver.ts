import { Buffer } from "node:buffer";
import type { RequestBody } from "./body.ts";
import { BODY_HIGH_WATER } from "./limits.ts";

/** What a body needs of its connection. */
export interface BodySource {
  /** The consumer wants bytes: send `100 Continue` if the client waits for it, read on, watch the deadline. */
  bodyWanted(): void;
}

/**
 * A request body between its connection, which delivers, and its consumer, which takes.
 *
 * States: bytes wait in `#waiting` while there is no consumer or it paused; then they are handed on as they come.
 */
export class BodyReceiver implements RequestBody {
  readonly length: number;
  readonly #source: BodySource;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #hasAll = false;
  #error: Error | null = null;
  #isPaused = true;
  #isOver = false;
  #onData: ((chunk: Uint8Array) => void) | null = null;
  #onEnd: ((error: Error | null) => void) | null = null;

  /** @param length Bytes, or -1 for a chunked body. */
  constructor(length: number, source: BodySource) {
    this.length = length;
    this.#source = source;
  }

  get isComplete(): boolean {
    return this.#hasAll && this.#waitingBytes === 0;
  }

  /** All bytes came from the client, whether taken or not. */
  get hasAll(): boolean {
    return this.#hasAll;
  }

  /** More bytes may be read from the client. */
  get wantsMore(): boolean {
    return !this.#hasAll && (!this.#isPaused || this.#waitingBytes < BODY_HIGH_WATER);
  }

  stream(onData: (chunk: Uint8Array) => void, onEnd: (error: Error | null) => void): void {
    if (this.#onEnd !== null || this.#isOver) {
      throw new TypeError("Cannot read the request body: it was read already");
    }
    this.#onData = onData;
    this.#onEnd = onEnd;
    this.resume();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#deliver();
    if (!this.#isPaused && !this.#isOver) this.#source.bodyWanted();
  }

  takeIfComplete(): Uint8Array | null {
    if (!this.#hasAll || this.#onEnd !== null || this.#isOver) return null;
    const all = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#isOver = true;
    return all;
  }

  /** Called by the connection with bytes of the client. */
  push(chunk: Uint8Array): void {
    if (this.#isOver || chunk.length === 0) return;
    if (!this.#isPaused && this.#waitingBytes === 0) {
      this.#onData!(chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  /** The last byte has come. */
  finish(): void {
    this.#hasAll = true;
    this.#deliver();
  }

  /** The body will never be complete. */
  fail(error: Error): void {
    if (this.#hasAll) return;
    this.#error ??= error;
    this.#deliver();
  }

  /** The response is complete: what is left of the body is thrown away. */
  discard(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #deliver(): void {
    while (!this.#isPaused && this.#waiting.length > 0) {
      const chunk = this.#waiting.shift()!;
      this.#waitingBytes -= chunk.length;
      this.#onData!(chunk);
    }
    const isEnd = this.#hasAll || this.#error !== null;
    if (!isEnd || this.#isOver || this.#onEnd === null || this.#waiting.length > 0) return;
    this.#isOver = true;
    this.#onEnd(this.#error);
  }
}
