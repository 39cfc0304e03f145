import type { Exchange } from "../../lib/http/exchange.ts";
import { formatFields } from "../../lib/http/fields.ts";
import { CapturedResponse, UNKNOWN_BODY } from "./captured_response.ts";
import { isReasonPhrase } from "./reason_phrase.ts";
import { type ResponseHead, sendStream } from "./send_stream.ts";

/** Larger blobs are streamed: one may stand for a file of any size. */
const MAX_WHOLE_BLOB_BYTES = 64 * 1024;

/**
 * Sends a response that {@link CapturedResponse.respond} leaves: with fields or a body that only the native object knows.
 *
 * @throws {TypeError} If it cannot be sent: body already read, fields that break the rules of HTTP, no final status.
 */
export async function sendResponse(exchange: Exchange, response: Response): Promise<void> {
  if (exchange.isOver) return await dropResponse(response);
  if (response.bodyUsed) throw new TypeError("the body of its response was already read");
  const source = CapturedResponse.sourceOf(response);
  if (source instanceof Blob && source.size > MAX_WHOLE_BLOB_BYTES) {
    return await sendStream(exchange, headOf(response, source.size), response.body);
  }
  const head = headOf(response);
  if (source === null || source === undefined) respond(exchange, head, null);
  else if (typeof source === "string") respond(exchange, head, source);
  else if (isBuffered(source)) respond(exchange, head, await response.bytes());
  else await sendStream(exchange, head, response.body);
}

/** Tells the maker of a streamed body that nobody waits for it. */
async function dropResponse(response: Response): Promise<void> {
  const source = CapturedResponse.sourceOf(response);
  const mayStream = source instanceof ReadableStream || source === UNKNOWN_BODY;
  if (mayStream && !response.bodyUsed) await response.body?.cancel();
}

function respond(exchange: Exchange, head: ResponseHead, body: string | Uint8Array | null): void {
  exchange.respond(head.status, head.fields, body, head.reason);
}

/** @param length Length of the body if it is known though the body is streamed. */
function headOf(response: Response, length = Infinity): ResponseHead {
  const { status, statusText, headers } = response;
  if (status < 200) {
    throw new TypeError(`the status of its response is ${status}, which is not a final one`);
  }
  const isKnown = Number.isSafeInteger(length) && !headers.has("content-length");
  const pairs = isKnown ? [...headers, ["content-length", String(length)] as const] : headers;
  return {
    status,
    fields: formatFields(pairs),
    reason: isReasonPhrase(statusText) ? statusText : "",
  };
}

function isBuffered(source: unknown): boolean {
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source) || source instanceof Blob ||
    source instanceof URLSearchParams || source instanceof FormData;
}
