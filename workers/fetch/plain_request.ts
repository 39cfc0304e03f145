import type { Endpoints, Exchange } from "../../lib/http/exchange.ts";
import { clientSignal, streamInit } from "./exchange_parts.ts";
import { requestMethod } from "./request_method.ts";
import { RefusedRequest, requestUrl } from "./request_url.ts";

/** Methods that no `Request` can have (Fetch §2.2.1 "forbidden method"). */
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * A `Request` with method, URL, fields and body in its internal slots, for runtimes that read those.
 *
 * Only the signal is made when asked for, because it costs more than all the rest (Deno: 6 µs). So a request made from this one
 * is not aborted with its client, unless it is given this one's signal.
 */
export class PlainRequest extends Request {
  readonly #exchange: Exchange;
  #signal: AbortSignal | null = null;

  static {
    // Apps look at `request.constructor`: it is the one of all requests.
    Reflect.deleteProperty(this.prototype, "constructor");
  }

  /** @throws {RefusedRequest} If there can be no such `Request`. */
  constructor(exchange: Exchange) {
    const method = requestMethod(exchange.head.method);
    if (FORBIDDEN_METHODS.has(method.toUpperCase())) {
      throw new RefusedRequest(501, `Cannot show a ${method} request to a fetch app`);
    }
    super(requestUrl(exchange.head, exchange.endpoints), {
      method,
      headers: exchange.head.fields(),
      ...streamInit(exchange, method),
    });
    this.#exchange = exchange;
  }

  /** Where a request came from; undefined if it is not one of the server's own. */
  static endpointsOf(request: unknown): Endpoints | undefined {
    const isOurs = typeof request === "object" && request !== null && #exchange in request;
    return isOurs ? request.#exchange.endpoints : undefined;
  }

  override get signal(): AbortSignal {
    return this.#signal ??= clientSignal(this.#exchange);
  }
}
