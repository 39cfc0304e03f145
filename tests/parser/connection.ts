import { Buffer } from "node:buffer";
import {
  CHUNKS,
  contentLength,
  FIELD,
  FIELD_SIZE,
  FLAG,
  HEAD,
  METHODS,
  Parser,
  PROXY,
  unfold,
} from "../../lib/parser/parser.ts";

/** One request as the corpus describes it. */
export interface Request {
  method: string;
  target: string;
  path: string;
  query: string;
  version: string;
  headers: [name: string, value: string][];
  body: string;
  trailers: [name: string, value: string][];
}

/** What became of the bytes of a connection. */
export interface Outcome {
  requests: Request[];
  /** Status of the refusal, 0 when nothing was refused. */
  status: number;
  /** The bytes stopped within a request. */
  isCut: boolean;
}

type Step = "proxy" | "head" | "length" | "chunked" | "over";

/**
 * The least that a server does with a connection: reads requests and their bodies one after another
 * until it must close.
 */
export class Connection {
  readonly #parser: Parser;
  readonly #requests: Request[] = [];
  #pending = Buffer.alloc(0);
  #step: Step;
  #request: Request | null = null;
  #keepsAlive = false;
  #remaining = 0;
  #chunkState = new Int32Array(CHUNKS.stateSize);
  #status = 0;

  constructor(parser: Parser, options: { takesProxy: boolean }) {
    this.#parser = parser;
    this.#step = options.takesProxy ? "proxy" : "head";
  }

  push(bytes: Uint8Array): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    while (this.#step !== "over") {
      const step = this.#step;
      const consumed = this.#take();
      if (consumed < 0) return this.#refuse(-consumed);
      this.#pending = this.#pending.subarray(consumed);
      if (consumed === 0 && this.#step === step) return;
    }
  }

  outcome(): Outcome {
    const isCut = this.#step !== "over" && (this.#request !== null || /[^\r\n]/.test(this.#rest()));
    return { requests: this.#requests, status: this.#status, isCut };
  }

  #rest(): string {
    return this.#pending.toString("latin1");
  }

  #refuse(status: number): void {
    this.#status = status;
    this.#step = "over";
  }

  #take(): number {
    const bytes = this.#pending;
    if (this.#step === "length") return this.#takeLength(bytes);
    this.#parser.load(bytes, 0);
    if (this.#step === "proxy") return this.#takeProxy(bytes.length);
    if (this.#step === "head") return this.#takeHead(bytes.length);
    return this.#takeChunks(bytes);
  }

  #takeProxy(end: number): number {
    const consumed = this.#parser.parseProxy(0, end);
    const isNone = consumed === -400 && this.#parser.proxy[PROXY.version] === 0;
    if (consumed > 0 || isNone) this.#step = "head";
    return isNone ? this.#takeHead(end) : consumed;
  }

  #takeHead(end: number): number {
    const consumed = this.#parser.parseHead(0, end);
    if (consumed <= 0) return consumed;
    const { head } = this.#parser;
    const flags = head[HEAD.flags]!;
    this.#request = readRequest(this.#parser);
    this.#keepsAlive = (flags & FLAG.keepAlive) !== 0;
    this.#remaining = contentLength(head);
    this.#chunkState.fill(0);
    this.#step = (flags & FLAG.chunked) !== 0 ? "chunked" : "length";
    return consumed;
  }

  #takeLength(bytes: Buffer): number {
    const taken = Math.min(bytes.length, this.#remaining);
    this.#request!.body += bytes.toString("latin1", 0, taken);
    this.#remaining -= taken;
    if (this.#remaining === 0) this.#finish();
    return taken;
  }

  #takeChunks(bytes: Buffer): number {
    const parser = this.#parser;
    const consumed = parser.decodeChunked(0, bytes.length, this.#chunkState);
    if (consumed < 0) return consumed;
    const { chunks } = parser;
    for (let i = 0; i < chunks[CHUNKS.spanCount]!; i++) {
      const at = CHUNKS.spans + 2 * i;
      this.#request!.body += bytes.toString("latin1", chunks[at], chunks[at + 1]);
    }
    if (chunks[CHUNKS.isDone] === 1) {
      this.#request!.trailers = readFields(parser);
      this.#finish();
    }
    return consumed;
  }

  #finish(): void {
    this.#requests.push(this.#request!);
    this.#request = null;
    this.#step = this.#keepsAlive ? "head" : "over";
  }
}

/** Text between two positions of the input area. */
export function textOf(parser: Parser, start: number, end: number): string {
  return Buffer.from(parser.bytes.subarray(start, end)).toString("latin1");
}

/** Names in lower case and values of the fields in `parser.head`. */
export function readFields(parser: Parser): [name: string, value: string][] {
  const { head } = parser;
  const fields: [string, string][] = [];
  for (let i = 0; i < head[HEAD.fieldCount]!; i++) {
    const at = HEAD.fields + i * FIELD_SIZE;
    const name = textOf(parser, head[at + FIELD.nameStart]!, head[at + FIELD.nameEnd]!);
    const value = textOf(parser, head[at + FIELD.valueStart]!, head[at + FIELD.valueEnd]!);
    const isFolded = (head[HEAD.flags]! & FLAG.folded) !== 0;
    fields.push([name.toLowerCase(), isFolded ? unfold(value) : value]);
  }
  return fields;
}

/** The request in `parser.head`, without a body. */
export function readRequest(parser: Parser): Request {
  const { head } = parser;
  const part = (start: number, end: number) => textOf(parser, head[start]!, head[end]!);
  const method = METHODS[head[HEAD.methodId]!] || part(HEAD.methodStart, HEAD.methodEnd);
  return {
    method: (head[HEAD.flags]! & FLAG.methodCasefolded) !== 0 ? method.toUpperCase() : method,
    target: part(HEAD.targetStart, HEAD.targetEnd),
    path: part(HEAD.pathStart, HEAD.pathEnd),
    query: part(HEAD.queryStart, HEAD.queryEnd),
    version: `1.${head[HEAD.minorVersion]}`,
    headers: readFields(parser),
    body: "",
    trailers: [],
  };
}
