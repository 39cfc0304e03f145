import type { Endpoints, Exchange } from "../../lib/http/exchange.ts";
import { PlainRequest } from "./plain_request.ts";
import { takesServerRequests } from "./replaced_globals.ts";
import { ServerRequest } from "./server_request.ts";

/**
 * Makes the `Request` of an exchange.
 *
 * @throws {RefusedRequest} If there can be no such `Request`.
 */
export type RequestMaker = (exchange: Exchange) => Request;

/** The fastest maker whose requests this runtime cannot tell from its own. */
export function chooseRequestMaker(): RequestMaker {
  return takesServerRequests()
    ? (exchange) => new ServerRequest(exchange)
    : (exchange) => new PlainRequest(exchange);
}

/** Where a request came from; undefined if it is not one of the server's own. */
export function endpointsOf(request: unknown): Endpoints | undefined {
  return ServerRequest.endpointsOf(request) ?? PlainRequest.endpointsOf(request);
}
