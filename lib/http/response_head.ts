import type { FieldBlock } from "./fields.ts";
import { reasonPhrase } from "./status.ts";

/** A response's head before it is text. */
export interface ResponseHead {
  readonly status: number;
  /** "" for the standard phrase. */
  readonly reason: string;
  readonly fields: FieldBlock;
  /** Value of Content-Length; -1 for none. */
  readonly length: number;
  readonly isChunked: boolean;
  /** Value of Connection; "" for none. */
  readonly connection: "" | "close" | "keep-alive";
}

/** Makes the text of response heads, for all connections of a worker. */
export class HeadFormatter {
  /** `Date: …\r\n` of the current second (RFC 9110 §6.6.1). */
  #date = "";
  #second = -1;
  #last: ResponseHead | null = null;
  #lastText = "";

  constructor() {
    this.updateDate();
  }

  /** To be called several times a second: formatting a date costs more than a small response. */
  updateDate(): void {
    const second = Math.floor(Date.now() / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#date = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
    this.#last = null;
  }

  /** @returns Status line, fields and the empty line. A head like the one before costs a comparison. */
  format(head: ResponseHead): string {
    const last = this.#last;
    if (
      last !== null && head.fields === last.fields && head.length === last.length &&
      head.status === last.status && head.connection === last.connection &&
      head.reason === last.reason && head.isChunked === last.isChunked
    ) return this.#lastText;
    this.#last = head;
    return this.#lastText = this.#text(head);
  }

  #text({ status, reason, fields, length, isChunked, connection }: ResponseHead): string {
    return `HTTP/1.1 ${status} ${reason === "" ? reasonPhrase(status) : reason}\r\n` +
      (fields.hasDate ? "" : this.#date) + fields.text +
      (length === -1 ? "" : `Content-Length: ${length}\r\n`) +
      (isChunked ? "Transfer-Encoding: chunked\r\n" : "") +
      (connection === "" ? "" : `Connection: ${connection}\r\n`) + "\r\n";
  }
}

const BAD_REASON = /[^\t\x20-\x7e\x80-\xff]/;

/** @throws {TypeError} If a status or reason phrase of an app cannot be sent (RFC 9112 §4). */
export function checkStatus(status: number, reason: string): void {
  if (!(status >= 200 && status <= 999) || !Number.isInteger(status)) {
    throw new TypeError(
      `Cannot send the status ${status}: a final status is a number from 200 to 999 (RFC 9110 §15)`,
    );
  }
  if (reason !== "" && BAD_REASON.test(reason)) {
    throw new TypeError(
      `Cannot send the reason phrase ${JSON.stringify(reason)}: ` +
        "it has a character that is not allowed (RFC 9112 §4)",
    );
  }
}
