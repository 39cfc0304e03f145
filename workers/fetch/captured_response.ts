import type { Exchange } from "../../lib/http/exchange.ts";
import { type CapturedHead, captureHead, DEFAULT_HEAD, nativeInit } from "./captured_head.ts";
import { FieldCache } from "./field_cache.ts";

/** The runtime's own class, whatever `globalThis.Response` is later. */
const NativeResponse = globalThis.Response;

/** Says that only the native object knows the body. */
export const UNKNOWN_BODY = Symbol("unknown body");

const JSON_INIT = { headers: { "content-type": "application/json" } };
/** Responses that were made of the body of a `fetch()`. */
const FETCHED = new WeakSet<Response>();
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

/**
 * A real `Response` that answers from its constructor's arguments until the app touches its fields or its body.
 *
 * Reading a native response costs more than all the rest of an answer (Bun 1.4.5: `headers` 140 ns, the bytes 190 ns,
 * and the string is encoded and copied), this costs 25 ns.
 */
export class CapturedResponse extends NativeResponse {
  /** Frameworks look at `response.constructor.name`. */
  static override readonly name = "Response";
  static readonly #fieldCache = new FieldCache();

  /** The constructor's argument, or {@link UNKNOWN_BODY}. */
  #body: unknown;
  /** Null when only the native object knows. */
  #head: CapturedHead | null;

  constructor(body?: BodyInit | null, init?: ResponseInit) {
    const head = init === undefined
      ? DEFAULT_HEAD
      : captureHead(init, CapturedResponse.#fieldCache);
    super(body, head === null ? init : head === DEFAULT_HEAD ? undefined : nativeInit(head));
    this.#body = body;
    this.#head = head;
    // A subclass may override members; then they count.
    if (new.target !== CapturedResponse) CapturedResponse.#forget(this);
    else if (this.#head === null) CapturedResponse.#completeType(this);
    if (body instanceof ReadableStream && isResultWith(init, body)) FETCHED.add(this);
  }

  /** Whether the body is that of a result of `fetch()`: the result itself, or `new Response(result.body, result)`. */
  static isFetched(response: Response): boolean {
    return response.url !== "" || FETCHED.has(response);
  }

  /** Answers with a response made from nothing or a string, and plain fields. @returns False if it was not. */
  static respond(exchange: Exchange, response: object): boolean {
    if (!(#head in response) || response.#head === null) return false;
    const { status, reason, fields } = response.#head;
    const body = response.#body;
    if (typeof body === "string") exchange.respond(status, fields.text, body, reason);
    else if (body !== null && body !== undefined) return false;
    else exchange.respond(status, fields.bare, null, reason);
    return true;
  }

  /** What the body was made from, while it is untouched. */
  static sourceOf(response: Response): unknown {
    return #body in response ? response.#body : UNKNOWN_BODY;
  }

  /** `fetch()` gives native objects; they are responses too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this === CapturedResponse) return value instanceof NativeResponse;
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** @param init On Bun a number stands for the status. */
  static override json(data: unknown, init?: ResponseInit | number): Response {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("Cannot make JSON of a value that has none");
    if (init === undefined) return new CapturedResponse(text, JSON_INIT);
    if (typeof init === "number") return new CapturedResponse(text, { ...JSON_INIT, status: init });
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    const { status, statusText } = init;
    return new CapturedResponse(text, definedOnly({ status, statusText, headers }));
  }

  /** A relative `url` goes to the client as it is; the standard would resolve it, but a server has no base. */
  static override redirect(url: string | URL, status: number | ResponseInit = 302): Response {
    // Bun's extension; the types do not know it.
    if (typeof status === "object") return super.redirect(url, status as unknown as number);
    if (!REDIRECT_STATUSES.has(status)) {
      throw new RangeError(
        `Cannot redirect with status ${status}: it should be 301, 302, 303, 307 or 308`,
      );
    }
    const location = URL.canParse(url) ? new URL(url).href : String(url);
    return new CapturedResponse(null, { status, headers: { location } });
  }

  override get headers(): Headers {
    if (#head in this && this.#head !== null) {
      this.#head = null;
      CapturedResponse.#completeType(this);
    }
    return super.headers;
  }

  override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    CapturedResponse.#forget(this);
    return super.body;
  }

  override clone(): Response {
    if (!(#head in this) || this.#head === null) return super.clone();
    const head = this.#head;
    const body = this.#body;
    if (typeof body !== "string") return super.clone();
    const copy = new CapturedResponse(body, this);
    this.#head = copy.#head = head;
    return copy;
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    CapturedResponse.#forget(this);
    return super.arrayBuffer();
  }

  override blob(): Promise<Blob> {
    CapturedResponse.#forget(this);
    return super.blob();
  }

  override bytes(): Promise<Uint8Array<ArrayBuffer>> {
    CapturedResponse.#forget(this);
    return super.bytes();
  }

  override formData(): Promise<FormData> {
    CapturedResponse.#forget(this);
    return super.formData();
  }

  // deno-lint-ignore no-explicit-any -- the type that lib.dom gives to `json()`
  override json(): Promise<any> {
    CapturedResponse.#forget(this);
    return super.json();
  }

  override text(): Promise<string> {
    CapturedResponse.#forget(this);
    return super.text();
  }

  /** Leaves all to the native object. Instance members are also called on native responses, which have nothing to forget. */
  static #forget(response: CapturedResponse): void {
    if (!(#head in response)) return;
    if (response.#head !== null) CapturedResponse.#completeType(response);
    response.#head = null;
    response.#body = UNKNOWN_BODY;
  }

  /** Gives a string its type where the runtime does so only when it sends (Bun); apps expect to see it. */
  static #completeType(response: CapturedResponse): void {
    if (typeof response.#body !== "string") return;
    const headers: Headers = Reflect.get(NativeResponse.prototype, "headers", response);
    if (!headers.has("content-type")) headers.set("content-type", "text/plain;charset=UTF-8");
  }
}

function isResultWith(init: unknown, body: ReadableStream): boolean {
  return init instanceof NativeResponse && init.url !== "" && init.body === body;
}

/** Members with a value: `exactOptionalPropertyTypes` and the runtimes tell absent from undefined. */
function definedOnly(init: {
  status: number | undefined;
  statusText: string | undefined;
  headers: Headers;
}): ResponseInit {
  return Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined));
}
