import type { Exchange } from "../../lib/http/exchange.ts";
import { streamBody } from "./request_body.ts";
import { whenGone } from "./when_gone.ts";

/** Members of a `RequestInit` that carry the body of an exchange, if the standard allows it one. */
export function streamInit(exchange: Exchange, method: string): RequestInit {
  if (exchange.body === null || !mayHaveBody(method)) return {};
  // `duplex` is asked for by the standard when the body is a stream; the types do not know it yet.
  return { body: streamBody(exchange.body), duplex: "half" } as RequestInit;
}

/** A signal that aborts when the client is gone before it has its response. */
export function clientSignal(exchange: Exchange): AbortSignal {
  const controller = new AbortController();
  if (exchange.isOver && !exchange.isStarted) controller.abort();
  else whenGone(exchange, () => controller.abort());
  return controller.signal;
}

/** A `Request` with GET or HEAD has no body, whatever the client has sent (Fetch §5.4). */
export function mayHaveBody(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}
