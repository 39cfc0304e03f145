import type { Exchange } from "../../lib/http/exchange.ts";
import { formatFields } from "../../lib/http/fields.ts";
import { CapturedResponse, UNKNOWN_BODY } from "./captured_response.ts";
import { isDecoded } from "./decoded_body.ts";
import { isReasonPhrase } from "./reason_phrase.ts";
import { type ResponseHead, sendStream } from "./send_stream.ts";

/** Larger blobs are streamed: one may stand for a file of any size. */
const MAX_WHOLE_BLOB_BYTES = 64 * 1024;
/** Fields that tell about the coded form of a body. */
const CODED_FIELDS = new Set(["content-encoding", "content-length"]);
const NO_NAMES: ReadonlySet<string> = new Set();

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
    return await sendStream(exchange, headOf(response, { length: source.size }), response.body);
  }
  const head = headOf(response);
  if (source === null || source === undefined) respond(exchange, head, null);
  else if (typeof source === "string") respond(exchange, head, source);
  else if (isBuffered(source)) respond(exchange, head, await response.bytes());
  else await sendStream(exchange, head, response.body, truthTeller(response));
}

/** @returns What finds out by the first bytes which head is true; undefined if there is no doubt. */
function truthTeller(response: Response): ((first: Uint8Array) => ResponseHead) | undefined {
  const coding = response.headers.get("content-encoding");
  if (coding === null) return undefined;
  return (first) => {
    const isStale = isDecoded(coding, first, CapturedResponse.isFetched(response));
    return isStale ? headOf(response, { without: CODED_FIELDS }) : headOf(response);
  };
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

interface HeadOptions {
  /** Length of the body if it is known though the body is streamed. */
  readonly length?: number;
  /** Names of fields to leave out, in lower case. */
  readonly without?: ReadonlySet<string>;
}

function headOf(response: Response, options: HeadOptions = {}): ResponseHead {
  const { length = Infinity, without = NO_NAMES } = options;
  const { status, statusText, headers } = response;
  if (status < 200) {
    throw new TypeError(`the status of its response is ${status}, which is not a final one`);
  }
  const isKnown = Number.isSafeInteger(length) && !headers.has("content-length");
  const given = without.size === 0 ? headers : [...headers].filter(([name]) => !without.has(name));
  const pairs = isKnown ? [...given, ["content-length", String(length)] as const] : given;
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
