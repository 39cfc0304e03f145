import { Buffer } from "node:buffer";
import { FIELD_NAMES, METHODS, WASM_BASE64 } from "./parser_wasm.ts";

export { FIELD_NAMES, METHODS };

/** Size of the input area: a head, or one piece of a chunked body, must fit. */
export const INPUT_SIZE = 1 << 20;

/** Places in {@link Parser.head}; see `struct head` in parser.h for their meaning. */
export const HEAD = {
  methodId: 0,
  methodStart: 1,
  methodEnd: 2,
  targetStart: 3,
  targetEnd: 4,
  pathStart: 5,
  pathEnd: 6,
  queryStart: 7,
  queryEnd: 8,
  authorityStart: 9,
  authorityEnd: 10,
  minorVersion: 11,
  flags: 12,
  contentLengthLow: 13,
  contentLengthHigh: 14,
  hasContentLength: 15,
  end: 16,
  fieldCount: 17,
  fields: 18,
} as const;

/** Integers of one field in {@link Parser.head}. */
export const FIELD_SIZE = 5;

/** Places within a field; `id` is an index of {@link FIELD_NAMES}. */
export const FIELD = { nameStart: 0, nameEnd: 1, valueStart: 2, valueEnd: 3, id: 4 } as const;

/** Bits of `head[HEAD.flags]`. */
export const FLAG = {
  keepAlive: 1,
  chunked: 2,
  expectContinue: 4,
  upgrade: 8,
  pathEscaped: 16,
  folded: 32,
  methodCasefolded: 64,
} as const;

/** Places in {@link Parser.chunks}; the state comes first. */
export const CHUNKS = { state: 0, stateSize: 4, isDone: 4, spanCount: 5, spans: 6 } as const;

/** Places in {@link Parser.proxy}; addresses are positions in {@link Parser.text}. */
export const PROXY = {
  version: 0,
  family: 1,
  sourceStart: 2,
  sourceEnd: 3,
  sourcePort: 4,
  destinationStart: 5,
  destinationEnd: 6,
  destinationPort: 7,
} as const;

/** Bits of {@link ParserSettings.permit}: what gunicorn lets an operator permit. */
export const PERMIT = {
  obsoleteFolding: 1,
  spaceBeforeColon: 2,
  unconventionalMethod: 4,
  unconventionalVersion: 8,
  casefoldMethod: 16,
} as const;

/** What to do with field names that have "_": CGI cannot tell it from "-". */
export const HEADER_MAP = { drop: 0, refuse: 1, pass: 2 } as const;

/** What the operator may set. Sizes are bytes; 0 stands for the parser's own limit. */
export interface ParserSettings {
  /** Of the request line without its CRLF; above it 414. */
  readonly maxRequestLine: number;
  /** Number of field lines; above it 431. */
  readonly maxFields: number;
  /** Of a field line with its CRLF; above it 431. */
  readonly maxFieldSize: number;
  /** Of the whole head; above it 431. */
  readonly maxHead: number;
  readonly headerMap: (typeof HEADER_MAP)[keyof typeof HEADER_MAP];
  /** {@link PERMIT} bits. */
  readonly permit: number;
}

/** Two equally long lists of latin-1 text, each joined by NUL. Views: valid until the next call. */
export interface EncodedText {
  readonly names: Uint8Array;
  readonly values: Uint8Array;
}

interface ParserExports {
  readonly memory: WebAssembly.Memory;
  parse_head(start: number, end: number): number;
  parse_proxy(start: number, end: number): number;
  decode_chunked(start: number, end: number): number;
  encode_environ(): number;
  encode_scope(): number;
}

const AREAS = ["input", "text", "text_values", "settings", "head", "chunks", "proxy"] as const;

type Addresses = Record<(typeof AREAS)[number], number>;

/** The size of the text area, see parser.h. */
const TEXT_SIZE = 2 * INPUT_SIZE + 16 * 8192 + 4096;
const MAX_FIELDS = 8192;
const MAX_SPANS = 4096;

/**
 * The C parser. One for each worker: all connections share its areas, and nothing of a connection
 * stays in it between two calls.
 *
 * Parse methods return the bytes consumed, 0 when more are needed, or minus the status to answer
 * before the connection is closed. See parser.h for the rest of the contract.
 */
export class Parser {
  /** The input area. Bytes between `start` and `end` of a call must have been put here. */
  readonly bytes: Uint8Array;
  /** What {@link parseHead} found, see {@link HEAD}. */
  readonly head: Int32Array;
  /** What {@link decodeChunked} found, see {@link CHUNKS}. */
  readonly chunks: Int32Array;
  /** What {@link parseProxy} found, see {@link PROXY}. */
  readonly proxy: Int32Array;
  /** Where names, values and addresses are written. */
  readonly text: Uint8Array;
  /** The bytes that fill the input area from 0, so that a caller can tell whether they are still there. */
  loaded: Uint8Array | null = null;
  /** Whose head {@link head} and the input area hold; set by that one, null when they hold none. */
  current: object | null = null;
  readonly #exports: ParserExports;
  readonly #textValues: Int32Array;

  constructor(settings: ParserSettings) {
    const { exports, addresses } = instantiate();
    const buffer = exports.memory.buffer;
    this.#exports = exports;
    this.bytes = new Uint8Array(buffer, addresses.input, INPUT_SIZE);
    this.head = new Int32Array(buffer, addresses.head, HEAD.fields + FIELD_SIZE * MAX_FIELDS);
    this.chunks = new Int32Array(buffer, addresses.chunks, CHUNKS.spans + 2 * MAX_SPANS);
    this.proxy = new Int32Array(buffer, addresses.proxy, Object.keys(PROXY).length);
    this.text = new Uint8Array(buffer, addresses.text, TEXT_SIZE);
    this.#textValues = new Int32Array(buffer, addresses.text_values, 1);
    new Int32Array(buffer, addresses.settings, 6).set([
      settings.maxRequestLine,
      settings.maxFields,
      settings.maxFieldSize,
      settings.maxHead,
      settings.headerMap,
      settings.permit,
    ]);
  }

  /**
   * Copies bytes into the input area.
   *
   * @throws {RangeError} If they do not fit.
   */
  load(chunk: Uint8Array, at: number): void {
    this.bytes.set(chunk, at);
    this.loaded = at === 0 ? chunk : null;
    this.current = null;
  }

  /** Copies a part of `bytes` to the same place in the input area, without making a view of it first. */
  loadPart(bytes: Buffer, start: number, end: number): void {
    bytes.copy(this.bytes, start, start, end);
    this.loaded = null;
    this.current = null;
  }

  /** Parses a request head in the input area. */
  parseHead(start: number, end: number): number {
    this.current = null;
    return this.#exports.parse_head(start, end);
  }

  /**
   * Decodes a piece of a chunked body in the input area. Call it again behind the consumed bytes
   * until the body is done or it says 0. Trailers are in {@link head} when it is done.
   *
   * @param state {@link CHUNKS}.stateSize integers, all 0 at the start of a body.
   */
  decodeChunked(start: number, end: number, state: Int32Array): number {
    const chunks = this.chunks;
    chunks.set(state, CHUNKS.state);
    const consumed = this.#exports.decode_chunked(start, end);
    for (let i = 0; i < CHUNKS.stateSize; i++) state[i] = chunks[i]!;
    if (chunks[CHUNKS.isDone] !== 0) this.current = null;
    return consumed;
  }

  /**
   * Parses a PROXY protocol header at the start of a connection. For bytes that are none it is -400
   * and `proxy[PROXY.version]` is 0.
   */
  parseProxy(start: number, end: number): number {
    return this.#exports.parse_proxy(start, end);
  }

  /** The head in {@link head} and the input area as CGI names and values of PEP 3333, see parser.h. */
  encodeEnviron(): EncodedText {
    return this.#encoded(this.#exports.encode_environ());
  }

  /** The head in {@link head} and the input area as an ASGI scope, see `workers/python/frames.ts`. */
  encodeScope(): EncodedText {
    return this.#encoded(this.#exports.encode_scope());
  }

  #encoded(names: number): EncodedText {
    return {
      names: this.text.subarray(0, names),
      values: this.text.subarray(names, names + this.#textValues[0]!),
    };
  }
}

/** The value of a folded field line, RFC 9112 §5.2; needed when {@link FLAG}.folded is set. */
export function unfold(value: string): string {
  return value.replace(/[ \t]*\r\n[ \t\r\n]*/g, " ");
}

/** `content-length` of a head, 0 when it has none. */
export function contentLength(head: Int32Array): number {
  return head[HEAD.contentLengthHigh]! * 2 ** 32 + (head[HEAD.contentLengthLow]! >>> 0);
}

function instantiate(): { exports: ParserExports; addresses: Addresses } {
  const module = new WebAssembly.Module(Buffer.from(WASM_BASE64, "base64"));
  const exports = new WebAssembly.Instance(module).exports;
  const addresses = Object.fromEntries(
    // The build exports each area as a constant global with its address.
    AREAS.map((name) => [name, (exports[name] as WebAssembly.Global).value]),
  ) as Addresses;
  // The build exports exactly the functions of parser.h.
  return { exports: exports as unknown as ParserExports, addresses };
}
