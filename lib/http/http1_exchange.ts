import { Buffer } from "node:buffer";
import type { RequestBody } from "./body.ts";
import type { Endpoints, Exchange } from "./exchange.ts";
import { ERROR_FIELDS } from "./error_response.ts";
import { type FieldBlock, isAscii } from "./fields.ts";
import type { Output } from "./output.ts";
import type { RequestHead } from "./request_head.ts";
import { checkStatus, type HeadFormatter } from "./response_head.ts";
import { hasNoContent, reasonPhrase } from "./status.ts";

/** What an exchange needs of its connection. */
export interface ExchangeOwner {
  readonly output: Output;
  readonly endpoints: Endpoints;
  readonly heads: HeadFormatter;
  /** Asked once, before the response's head is written: may another request follow? */
  mayPersist(): boolean;
  /** Bytes of a streamed response are in the output: send them. */
  flush(): void;
  /** Send what is there when the app has nothing to add in this turn. */
  flushSoon(): void;
  /** The response is complete. */
  responded(exchange: Http1Exchange): void;
  /** The response cannot be completed: cut the connection so that the client sees it. */
  cut(exchange: Http1Exchange, reason: string): void;
  /** An app broke a rule of HTTP; its response was mended. */
  complain(exchange: Http1Exchange, reason: string): void;
}

/** How the end of the content is shown to the client (RFC 9112 §6.3). */
type Framing = "length" | "chunked" | "close" | "none";

/** An exchange on an HTTP/1.x connection. */
export class Http1Exchange implements Exchange {
  readonly head: RequestHead;
  readonly body: RequestBody | null;
  /** The method is HEAD: the response has no content. */
  readonly isHead: boolean;
  /** When the app was called, `performance.now()`; kept only for the access log. */
  startedAt = 0;
  isOver = false;
  isStarted = false;
  holdsApp = false;
  onDrain: (() => void) | null = null;
  onClose: (() => void) | null = null;
  /** Whether the connection goes on after the response; before the response: whether the client wants that. */
  persists: boolean;
  /** Final status, 0 before the response. */
  status = 0;
  /** Fields of the response, null before it. */
  fields: FieldBlock | null = null;
  /** Bytes of content sent. */
  contentBytes = 0;
  readonly #owner: ExchangeOwner;
  #framing: Framing = "none";
  #remaining = 0;

  constructor(
    owner: ExchangeOwner,
    head: RequestHead,
    body: RequestBody | null,
    isHead: boolean,
    persists: boolean,
  ) {
    this.#owner = owner;
    this.head = head;
    this.body = body;
    this.isHead = isHead;
    this.persists = persists;
  }

  get endpoints(): Endpoints {
    return this.#owner.endpoints;
  }

  respond(
    status: number,
    fields: FieldBlock,
    body: string | Uint8Array | null,
    reason = "",
  ): void {
    if (this.isStarted || this.isOver) return;
    const size = body === null
      ? 0
      : typeof body === "string"
      ? Buffer.byteLength(body)
      : body.length;
    const declared = fields.contentLength;
    if (declared !== -1 && declared !== size && !this.isHead && !hasNoContent(status)) {
      this.start(status, fields, reason);
      this.write(body === null || typeof body === "string" ? Buffer.from(body ?? "") : body);
      this.end();
      return;
    }
    const hasContent = !this.isHead && !hasNoContent(status);
    const length = hasNoContent(status)
      ? (status === 304 ? declared : -1)
      : (declared === -1 ? size : declared);
    const head = this.#begin(status, fields, reason, length);
    const isHeadAscii = fields.isAscii && isAscii(reason);
    if (hasContent && size > 0) this.#addWhole(head, isHeadAscii, body!, size);
    else this.#addHead(head, isHeadAscii);
    this.#finish();
  }

  start(status: number, fields: FieldBlock, reason = ""): void {
    if (this.isStarted || this.isOver) return;
    const declared = fields.contentLength;
    if (hasNoContent(status)) this.#framing = "none";
    else if (declared !== -1) this.#framing = "length";
    else if (this.head.minorVersion === 1) this.#framing = "chunked";
    else this.#framing = "close";
    if (this.#framing === "close") this.persists = false;
    this.#remaining = declared;
    const length = this.#framing === "length" || status === 304 ? declared : -1;
    const head = this.#begin(status, fields, reason, length, this.#framing === "chunked");
    if (this.isHead) this.#framing = "none";
    this.#addHead(head, fields.isAscii && isAscii(reason));
    this.#owner.flushSoon();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.isStarted || this.isOver) return true;
    const output = this.#owner.output;
    const content = this.#framing === "length" ? this.#cutToLength(bytes) : bytes;
    if (this.#framing !== "none" && content.length > 0) {
      this.contentBytes += content.length;
      if (this.#framing === "chunked") output.addText(`${content.length.toString(16)}\r\n`);
      output.addBytes(content);
      if (this.#framing === "chunked") output.addText("\r\n");
      this.#owner.flush();
    }
    return this.holdsApp ? !output.isOverfull : !output.isFull;
  }

  end(): void {
    if (!this.isStarted || this.isOver) return;
    if (this.#framing === "length" && this.#remaining > 0) {
      const missing = `its response ends ${this.#remaining} bytes short of its Content-Length`;
      this.#owner.cut(this, missing);
      return;
    }
    if (this.#framing === "chunked") this.#owner.output.addText("0\r\n\r\n");
    this.#finish();
  }

  fail(): void {
    if (this.isOver) return;
    if (this.isStarted) this.#owner.cut(this, "the app failed after its response had begun");
    else this.respond(500, ERROR_FIELDS, reasonPhrase(500));
  }

  /** The connection is gone: tells the app. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    const onClose = this.onClose;
    this.onClose = null;
    this.onDrain = null;
    onClose?.();
  }

  #begin(
    status: number,
    fields: FieldBlock,
    reason: string,
    length: number,
    isChunked = false,
  ): string {
    checkStatus(status, reason);
    this.isStarted = true;
    this.status = status;
    this.fields = fields;
    this.persists = this.persists && !fields.closes && this.#owner.mayPersist();
    const connection = !this.persists ? "close" : this.head.minorVersion === 0 ? "keep-alive" : "";
    return this.#owner.heads.format({ status, reason, fields, length, isChunked, connection });
  }

  #addHead(head: string, isAscii: boolean): void {
    if (isAscii) this.#owner.output.addText(head);
    else this.#owner.output.addLatin1(head);
  }

  #addWhole(head: string, isAscii: boolean, body: string | Uint8Array, size: number): void {
    this.contentBytes = size;
    const output = this.#owner.output;
    if (typeof body === "string" && isAscii && size === body.length) {
      output.addText(head + body);
      return;
    }
    this.#addHead(head, isAscii);
    output.addBytes(typeof body === "string" ? Buffer.from(body) : body);
  }

  #cutToLength(bytes: Uint8Array): Uint8Array {
    if (bytes.length > this.#remaining) {
      const excess = bytes.length - this.#remaining;
      this.#owner.complain(this, `its response exceeds its Content-Length by ${excess} bytes; cut`);
      bytes = bytes.subarray(0, this.#remaining);
    }
    this.#remaining -= bytes.length;
    return bytes;
  }

  #finish(): void {
    this.isOver = true;
    this.onDrain = null;
    this.onClose = null;
    this.#owner.responded(this);
  }
}
