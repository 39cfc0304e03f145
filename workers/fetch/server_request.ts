import type { Endpoints, Exchange } from "../../lib/http/exchange.ts";
import { clientSignal, mayHaveBody, streamInit } from "./exchange_parts.ts";
import { readBody } from "./request_body.ts";
import { requestMethod } from "./request_method.ts";
import { coverMembers, NativeRequest, RequestShape } from "./request_shape.ts";
import { requestUrl } from "./request_url.ts";

const decoder = new TextDecoder();

/**
 * A `Request` that reads from its exchange only what the app asks for: making it costs 10 ns, a native one with URL and
 * fields 1900 ns, a native one without them still 350 ns with its collection (Bun 1.4.5, `bench/fetch_app.ts`).
 *
 * Fit for runtimes where `new Request(request)` and `fetch(request)` read the members of a request, not its
 * internal slots: see `chooseRequestMaker`. What is rare is left to a native twin, which takes over the body.
 *
 * What still tells it from a native one on Bun 1.4.5: `structuredClone()` gives `{}` and does not throw, `Bun.write()` writes
 * its name and not its body, and `undici`'s `Request` forgets its method when there is an init.
 */
export class ServerRequest extends RequestShape {
  readonly #exchange: Exchange;
  #url: string | null = null;
  #headers: Headers | null = null;
  #signal: AbortSignal | null = null;
  #isBodyTaken = false;
  /** Has body and body state from the moment it exists, unless the body was taken before. */
  #twin: Request | null = null;

  static {
    coverMembers(this.prototype, (request) => request.#toTwin());
    // Apps look at `request.constructor`: it is the one of all requests.
    Reflect.deleteProperty(this.prototype, "constructor");
  }

  constructor(exchange: Exchange) {
    super();
    this.#exchange = exchange;
  }

  /** Where a request came from; undefined if it is not one of the server's own. */
  static endpointsOf(request: unknown): Endpoints | undefined {
    const isOurs = typeof request === "object" && request !== null && #exchange in request;
    return isOurs ? request.#exchange.endpoints : undefined;
  }

  /**
   * The same request as a native object, to make another one from; what is not one of the server's own is given back.
   *
   * @throws {TypeError} If its body was read, and `init` has no other (Fetch §5.4 "unusable").
   */
  static toNative(input: unknown, init?: RequestInit): unknown {
    const isOurs = typeof input === "object" && input !== null && #exchange in input;
    if (!isOurs) return input;
    const isUnusable = input.bodyUsed || input.#twin?.body?.locked === true;
    if (isUnusable && (init?.body ?? null) === null) {
      throw new TypeError("Cannot make a request of one whose body was already used");
    }
    return input.#toTwin();
  }

  override get method(): string {
    return requestMethod(this.#exchange.head.method);
  }

  override get url(): string {
    return this.#url ??= requestUrl(this.#exchange.head, this.#exchange.endpoints);
  }

  override get headers(): Headers {
    return this.#headers ??= new Headers(this.#exchange.head.fields());
  }

  override get signal(): AbortSignal {
    return this.#signal ??= clientSignal(this.#exchange);
  }

  override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return this.#hasBody() ? (this.#twin ?? this.#toTwin()).body : null;
  }

  override get bodyUsed(): boolean {
    return this.#isBodyTaken || (this.#twin?.bodyUsed ?? false);
  }

  override bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#twin !== null) return this.#twin.bytes();
    if (this.#isBodyTaken) return Promise.reject(new TypeError("Body already used"));
    const { body } = this.#exchange;
    if (body === null || !this.#hasBody()) return Promise.resolve(new Uint8Array(0));
    this.#isBodyTaken = true;
    return readBody(body);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  override async text(): Promise<string> {
    return decoder.decode(await this.bytes());
  }

  // deno-lint-ignore no-explicit-any -- the type that lib.dom gives to `json()`
  override async json(): Promise<any> {
    return JSON.parse(await this.text());
  }

  override async blob(): Promise<Blob> {
    const type = this.headers.get("content-type") ?? "";
    return new Blob([await this.bytes()], { type });
  }

  /** Shows what the app sees, where the default would show an empty object. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Request { method: "${this.method}", url: "${this.url}", bodyUsed: ${this.bodyUsed} }`;
  }

  #toTwin(): Request {
    if (this.#twin === null) this.#twin = this.#makeTwin();
    // The app may have changed them since.
    else if (this.#headers !== null) copyFields(this.#headers, this.#twin.headers);
    return this.#twin;
  }

  #makeTwin(): Request {
    const { method, url, headers, signal } = this;
    const init: RequestInit = { method, headers, signal };
    if (!this.#isBodyTaken) {
      return new NativeRequest(url, { ...init, ...streamInit(this.#exchange, method) });
    }
    const twin = new NativeRequest(url, { ...init, body: new Uint8Array(1) });
    // From here on it refuses what a request refuses whose body was read.
    void twin.bytes();
    return twin;
  }

  #hasBody(): boolean {
    return this.#exchange.body !== null && mayHaveBody(this.method);
  }
}

function copyFields(from: Headers, to: Headers): void {
  for (const name of [...to.keys()]) to.delete(name);
  for (const [name, value] of from) to.append(name, value);
}
