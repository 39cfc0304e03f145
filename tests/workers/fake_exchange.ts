import { Buffer } from "node:buffer";
import { PassThrough } from "node:stream";
import type { RequestBody } from "../../lib/http/body.ts";
import type { Endpoints, Exchange } from "../../lib/http/exchange.ts";
import type { FieldBlock } from "../../lib/http/fields.ts";
import type { RequestHead } from "../../lib/http/request_head.ts";
import type { EncodedText } from "../../lib/parser/parser.ts";

export interface FakeRequest {
  method?: string;
  target?: string;
  authority?: string;
  fields?: [string, string][];
  body?: FakeBody | null;
  endpoints?: Partial<Endpoints>;
  /** How many bytes the client takes before `write()` says stop. */
  room?: number;
}

const ENDPOINTS: Endpoints = {
  clientAddress: "192.0.2.7",
  clientPort: 50123,
  serverHost: "127.0.0.1",
  serverPort: 8000,
  scheme: "http",
};

export class FakeHead implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly minorVersion = 1;
  readonly #fields: [string, string][];

  constructor(request: FakeRequest) {
    this.method = request.method ?? "GET";
    this.target = request.target ?? "/";
    this.authority = request.authority ?? "example.com";
    this.#fields = request.fields ?? [];
  }

  get path(): string {
    return this.target.split("?", 1)[0]!;
  }

  get query(): string {
    return this.target.slice(this.path.length + 1);
  }

  field(name: string): string | undefined {
    return this.#fields.find(([key]) => key === name)?.[1];
  }

  fields(): [string, string][] {
    return this.#fields;
  }

  encodeEnviron(): EncodedText {
    throw new Error("Not for scripts");
  }

  encodeScope(): EncodedText {
    throw new Error("Not for scripts");
  }
}

/** A body that the test feeds with `push`, `finish` and `fail`. */
export class FakeBody implements RequestBody {
  readonly length: number;
  isPaused = true;
  isStreaming = false;
  #waiting: Uint8Array[] = [];
  #isEnded = false;
  #error: Error | null = null;
  #onData: (chunk: Uint8Array) => void = () => {};
  #onEnd: ((error: Error | null) => void) | null = null;

  constructor(length = -1) {
    this.length = length;
  }

  static of(text: string): FakeBody {
    const bytes = new TextEncoder().encode(text);
    const body = new FakeBody(bytes.length);
    body.push(bytes);
    body.finish();
    return body;
  }

  get isComplete(): boolean {
    return this.#isEnded && this.#waiting.length === 0;
  }

  stream(onData: (chunk: Uint8Array) => void, onEnd: (error: Error | null) => void): void {
    if (this.isStreaming) throw new TypeError("Read twice");
    this.isStreaming = true;
    this.#onData = onData;
    this.#onEnd = onEnd;
    this.resume();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.#deliver();
  }

  takeIfComplete(): Uint8Array | null {
    if (!this.#isEnded || this.isStreaming) return null;
    this.isStreaming = true;
    return Buffer.concat(this.#waiting);
  }

  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#deliver();
  }

  finish(): void {
    this.#isEnded = true;
    this.#deliver();
  }

  fail(error: Error): void {
    this.#error = error;
    this.#deliver();
  }

  #deliver(): void {
    while (!this.isPaused && this.#waiting.length > 0) this.#onData(this.#waiting.shift()!);
    if (this.#waiting.length > 0 || (!this.#isEnded && this.#error === null)) return;
    const onEnd = this.#onEnd;
    this.#onEnd = null;
    onEnd?.(this.#error);
  }
}

/** An exchange that keeps what was sent. */
export class FakeExchange implements Exchange {
  readonly head: RequestHead;
  readonly endpoints: Endpoints;
  readonly body: FakeBody | null;
  isOver = false;
  isStarted = false;
  holdsApp = false;
  onDrain: (() => void) | null = null;
  onClose: (() => void) | null = null;
  status = 0;
  fields: FieldBlock | null = null;
  reason = "";
  /** `respond` was used, not `start`. */
  isWhole = false;
  hasFailed = false;
  chunks: Uint8Array[] = [];
  room: number;
  readonly #over = Promise.withResolvers<void>();
  readonly #written = new PassThrough();

  constructor(request: FakeRequest = {}) {
    this.head = new FakeHead(request);
    this.endpoints = { ...ENDPOINTS, ...request.endpoints };
    this.body = request.body ?? null;
    this.room = request.room ?? Infinity;
  }

  /** Settles when the response is complete, failed or cut. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  /** Fields as sent, names in lower case, one `name: value` each. */
  get lines(): string[] {
    return (this.fields?.text ?? "").split("\r\n").filter((line) => line !== "")
      .map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()));
  }

  respond(status: number, fields: FieldBlock, body: string | Uint8Array | null, reason = ""): void {
    if (this.isOver) return;
    this.isWhole = true;
    this.start(status, fields, reason);
    if (body !== null) this.chunks.push(typeof body === "string" ? Buffer.from(body) : body);
    this.end();
  }

  start(status: number, fields: FieldBlock, reason = ""): void {
    if (this.isOver) return;
    this.isStarted = true;
    [this.status, this.fields, this.reason] = [status, fields, reason];
  }

  write(bytes: Uint8Array): boolean {
    if (this.isOver) return true;
    this.chunks.push(bytes);
    this.room -= bytes.length;
    this.#written.write(".");
    return this.room > 0;
  }

  end(): void {
    this.isOver = true;
    this.onClose = this.onDrain = null;
    this.#over.resolve();
  }

  fail(): void {
    if (this.isOver) return;
    this.hasFailed = true;
    if (!this.isStarted) this.status = 500;
    this.end();
  }

  /** Waits until one more chunk was written. */
  async nextWrite(): Promise<void> {
    while (this.#written.read(1) === null) {
      await new Promise((resolve) => this.#written.once("readable", resolve));
    }
  }

  /** The client takes on. */
  drain(room: number): void {
    this.room = room;
    this.onDrain?.();
  }

  /** The client goes. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    const { onClose } = this;
    this.onClose = this.onDrain = null;
    onClose?.();
    this.#over.resolve();
  }
}
