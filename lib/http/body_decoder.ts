import { Buffer } from "node:buffer";
import { CHUNKS, INPUT_SIZE, type Parser } from "../parser/parser.ts";
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
    let at = start;
    while (at < bytes.length && !this.receiver.hasAll) {
      // What one call decodes must fit into the parser's input area.
      const room = INPUT_SIZE - (this.#rest?.length ?? 0);
      const taken = this.#pushPiece(bytes.subarray(at, at + room));
      if (taken < 0) return taken;
      at += taken;
    }
    return at - start;
  }

  /** @returns How many bytes of `piece` belonged to the body: all, unless it ends there. */
  #pushPiece(piece: Buffer): number {
    const restSize = this.#rest?.length ?? 0;
    const input = this.#rest === null ? piece : Buffer.concat([this.#rest, piece]);
    this.#rest = null;
    let at = 0;
    while (!this.receiver.hasAll) {
      const consumed = this.#decode(input, at);
      if (consumed < 0) return consumed;
      at += consumed;
      if (consumed === 0) {
        if (at < input.length) this.#rest = input.subarray(at);
        return piece.length;
      }
    }
    return at - restSize;
  }

  #decode(input: Buffer, at: number): number {
    const parser = this.#parser;
    if (parser.loaded !== input) parser.load(input, 0);
    const consumed = parser.decodeChunked(at, input.length, this.#state);
    if (consumed < 0) return consumed;
    const isDone = parser.chunks[CHUNKS.isDone] === 1;
    const data = this.#dataIn(input);
    this.#size += data.length;
    if (this.#maxBody !== 0 && this.#size > this.#maxBody) return -413;
    this.receiver.push(data);
    if (isDone) this.receiver.finish();
    return consumed;
  }

  /** What was decoded, in one piece: many tiny chunks shall not become as many objects. */
  #dataIn(input: Buffer): Buffer {
    const { chunks } = this.#parser;
    const end = CHUNKS.spans + 2 * chunks[CHUNKS.spanCount]!;
    const spans: Buffer[] = [];
    for (let at = CHUNKS.spans; at < end; at += 2) {
      spans.push(input.subarray(chunks[at], chunks[at + 1]));
    }
    return spans.length === 1 ? spans[0]! : Buffer.concat(spans);
  }
}
