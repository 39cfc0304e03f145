import { Buffer } from "node:buffer";
import { CHUNKS, type Parser } from "../parser/parser.ts";
import type { BodyReceiver } from "./body_receiver.ts";

/**
 * Takes the framing off a request body and hands the bytes to its receiver.
 *
 * @returns From {@link push}: how many bytes belonged to this body, or minus the status to answer.
 */
export interface BodyDecoder {
  readonly receiver: BodyReceiver;
  push(bytes: Buffer, start: number): number;
}

/** A body of known length (RFC 9112 §6.3, rule 6). */
export class LengthDecoder implements BodyDecoder {
  readonly receiver: BodyReceiver;
  #remaining: number;

  constructor(receiver: BodyReceiver) {
    this.receiver = receiver;
    this.#remaining = receiver.length;
  }

  push(bytes: Buffer, start: number): number {
    const taken = Math.min(this.#remaining, bytes.length - start);
    this.#remaining -= taken;
    this.receiver.push(bytes.subarray(start, start + taken));
    if (this.#remaining === 0) this.receiver.finish();
    return taken;
  }
}

/** A chunked body (RFC 9112 §7.1). The parser decodes; this keeps its position between reads. */
export class ChunkedDecoder implements BodyDecoder {
  readonly receiver: BodyReceiver;
  readonly #parser: Parser;
  readonly #maxBody: number;
  readonly #state = new Int32Array(CHUNKS.stateSize);
  #size = 0;
  /** Bytes of an unfinished size line or trailer section. */
  #rest: Buffer | null = null;

  /** @param maxBody Largest size of the decoded body; 0 for no limit. */
  constructor(receiver: BodyReceiver, parser: Parser, maxBody: number) {
    this.receiver = receiver;
    this.#parser = parser;
    this.#maxBody = maxBody;
  }

  push(bytes: Buffer, start: number): number {
    const restSize = this.#rest?.length ?? 0;
    const input = this.#rest === null
      ? bytes.subarray(start)
      : Buffer.concat([this.#rest, bytes.subarray(start)]);
    this.#rest = null;
    let at = 0;
    while (!this.receiver.hasAll) {
      const consumed = this.#decode(input, at);
      if (consumed < 0) return consumed;
      at += consumed;
      if (consumed === 0) {
        this.#rest = input.subarray(at);
        return bytes.length - start;
      }
    }
    return at - restSize;
  }

  #decode(input: Buffer, at: number): number {
    const parser = this.#parser;
    if (parser.loaded !== input) parser.load(input, 0);
    const consumed = parser.decodeChunked(at, input.length, this.#state);
    if (consumed < 0) return consumed;
    const found = parser.chunks;
    const spanEnd = CHUNKS.spans + 2 * found[CHUNKS.spanCount]!;
    const isDone = found[CHUNKS.isDone] === 1;
    const spans = found.slice(CHUNKS.spans, spanEnd);
    for (let i = 0; i < spans.length; i += 2) {
      this.#size += spans[i + 1]! - spans[i]!;
      if (this.#maxBody !== 0 && this.#size > this.#maxBody) return -413;
      this.receiver.push(input.subarray(spans[i], spans[i + 1]));
    }
    if (isDone) this.receiver.finish();
    return consumed;
  }
}
