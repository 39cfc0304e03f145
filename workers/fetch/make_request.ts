import type { Endpoints, Exchange } from "../../lib/http/exchange.ts";
import { PlainRequest } from "./plain_request.ts";
import { ServerRequest } from "./server_request.ts";

/**
 * Makes the `Request` of an exchange.
 *
 * @throws {RefusedRequest} If there can be no such `Request`.
 */
export type RequestMaker = (exchange: Exchange) => Request;

/** The fastest maker whose requests this runtime cannot tell from its own. */
export function chooseRequestMaker(): RequestMaker {
  return readsMembers()
    ? (exchange) => new ServerRequest(exchange)
    : (exchange) => new PlainRequest(exchange);
}

/** Where a request came from; undefined if it is not one of the server's own. */
export function endpointsOf(request: unknown): Endpoints | undefined {
  return ServerRequest.endpointsOf(request) ?? PlainRequest.endpointsOf(request);
}

/** Whether a request made from another one takes its overridden members: true on Bun, false on Deno. */
function readsMembers(): boolean {
  class Probe extends Request {
    override get method(): string {
      return "PUT";
    }
  }
  return new Request(new Probe("http://x/")).method === "PUT";
}
