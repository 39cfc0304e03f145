import { Buffer } from "node:buffer";
import { contentLength, FLAG, HEAD, INPUT_SIZE, METHODS, type Parser } from "../parser/parser.ts";
import { type BodyDecoder, ChunkedDecoder, LengthDecoder } from "./body_decoder.ts";
import { BodyReceiver, type BodySource } from "./body_receiver.ts";
import { ParsedHead } from "./parsed_head.ts";

const LINE_FEED = 10;
const HEAD_METHOD = METHODS.indexOf("HEAD");

/**
 * The reading half of a connection: bytes in, requests out.
 *
 * {@link next} finds a request and leaves what it found in the members below, so that a request costs no object
 * more than its head. Negative numbers are minus the status to answer; after one the connection takes no request any more.
 */
export class RequestReader {
  /** The latest request, after {@link next} returned 1. */
  head!: ParsedHead;
  body: BodyReceiver | null = null;
  isHead = false;
  /** The client lets the connection persist. */
  persists = false;
  /** The client waits for `100 Continue` before it sends the body. */
  owesContinue = false;
  readonly #parser: Parser;
  readonly #maxBody: number;
  readonly #source: BodySource;
  /** Received, not parsed yet: a partial head, or requests behind the one being answered. */
  #input: Buffer | null = null;
  /** Where in `#input` the next head begins. */
  #at = 0;
  /**
   * Size of a partial head that was parsed in vain, else 0. A head that drips in is parsed again when a line ends or
   * when it has doubled: parsing it for each byte would cost the square of its size.
   */
  #triedSize = 0;
  /** The body that is coming in; also after its response, until it is read to its end. */
  #decoder: BodyDecoder | null = null;

  constructor(parser: Parser, maxBody: number, source: BodySource) {
    this.#parser = parser;
    this.#maxBody = maxBody;
    this.#source = source;
  }

  /** The receiver of a body that has not come completely. */
  get openBody(): BodyReceiver | null {
    const receiver = this.#decoder?.receiver ?? null;
    return receiver?.hasAll ? null : receiver;
  }

  /** Bytes received and not parsed. */
  get waiting(): number {
    return this.#input === null ? 0 : this.#input.length - this.#at;
  }

  /** Takes what the socket received. @returns 0, or minus a status if a body's framing is bad. */
  take(bytes: Uint8Array): number {
    let input = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#decoder !== null) {
      const taken = this.#feedBody(input, 0);
      if (taken < 0) return taken;
      input = input.subarray(taken);
    }
    if (input.length > 0) {
      if (this.#triedSize > 0 && input.includes(LINE_FEED)) this.#triedSize = 0;
      this.#input = this.#input === null
        ? input
        : Buffer.concat([this.#input.subarray(this.#at), input]);
      this.#at = 0;
    }
    return 0;
  }

  /** @returns 1 if there is a request, 0 if more bytes are needed, or minus a status. */
  next(): number {
    let input = this.#input;
    if (input === null || this.#decoder !== null) return 0;
    if (this.#triedSize > 0 && this.waiting < 2 * this.#triedSize) return 0;
    const parser = this.#parser;
    if (input.length > INPUT_SIZE) {
      input = this.#input = input.subarray(this.#at);
      this.#at = 0;
      parser.load(input.subarray(0, INPUT_SIZE), 0);
    } else if (parser.loaded !== input) parser.load(input, 0);
    const size = parser.parseHead(this.#at, Math.min(input.length, INPUT_SIZE));
    this.#triedSize = size === 0 ? this.waiting : 0;
    if (size <= 0) return size;
    return this.#found(input, this.#at, this.#at + size);
  }

  /** Forgets everything: the connection takes no request any more. */
  stop(): void {
    this.#input = null;
    this.#at = 0;
    this.#decoder = null;
    this.owesContinue = false;
  }

  #found(input: Buffer, start: number, end: number): number {
    const positions = this.#parser.head;
    const flags = positions[HEAD.flags]!;
    const hasBody = (flags & FLAG.chunked) !== 0 || positions[HEAD.contentLengthLow] !== 0 ||
      positions[HEAD.contentLengthHigh] !== 0;
    this.isHead = positions[HEAD.methodId] === HEAD_METHOD;
    this.persists = (flags & FLAG.keepAlive) !== 0;
    this.head = new ParsedHead(this.#parser, input, start, end);
    this.body = null;
    let next = end;
    if (hasBody) {
      const taken = this.#beginBody(flags, input, end);
      if (taken < 0) return taken;
      next += taken;
    }
    this.#at = next;
    if (next === input.length) {
      this.#input = null;
      this.#at = 0;
    }
    return 1;
  }

  #beginBody(flags: number, input: Buffer, start: number): number {
    const isChunked = (flags & FLAG.chunked) !== 0;
    const length = isChunked ? -1 : contentLength(this.#parser.head);
    if (this.#maxBody !== 0 && length > this.#maxBody) return -413;
    this.body = new BodyReceiver(length, this.#source);
    this.#decoder = isChunked
      ? new ChunkedDecoder(this.body, this.#parser, this.#maxBody)
      : new LengthDecoder(this.body);
    this.owesContinue = (flags & FLAG.expectContinue) !== 0;
    return start < input.length ? this.#feedBody(input, start) : 0;
  }

  #feedBody(input: Buffer, start: number): number {
    const decoder = this.#decoder!;
    this.owesContinue = false;
    const taken = decoder.push(input, start);
    if (decoder.receiver.hasAll) this.#decoder = null;
    return taken;
  }
}
