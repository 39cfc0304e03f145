/**
 * The body of a request as it comes in, framing removed.
 *
 * Bytes wait here until a consumer takes them; when many wait, the client is slowed down. There is one consumer: it
 * calls {@link stream} once, or {@link takeIfComplete}.
 */
export interface RequestBody {
  /** Value of `content-length`, or -1 for a chunked body. */
  readonly length: number;
  /** All bytes have come and were taken. */
  readonly isComplete: boolean;
  /**
   * Starts delivery, with what is here already before it returns. Each chunk is the consumer's own.
   *
   * @param onEnd Called once, after the last chunk; with an error when the body will never be complete (client gone, bad
   * chunk, deadline).
   */
  stream(onData: (chunk: Uint8Array) => void, onEnd: (error: Error | null) => void): void;
  /** Stops delivery until {@link resume}; what has come waits, the client is slowed down. */
  pause(): void;
  resume(): void;
  /** The whole body if it is here already, else null. Counts as consumption. */
  takeIfComplete(): Uint8Array | null;
}
