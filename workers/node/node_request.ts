import { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Exchange } from "../../lib/http/exchange.ts";
import { whenGone } from "../fetch/when_gone.ts";
import { incomingHeaders } from "./node_headers.ts";
import type { NodeSocket } from "./node_socket.ts";

/**
 * Makes Node's request of an exchange.
 *
 * It is the runtime's own `IncomingMessage`; what is ours are own members of the object, because Express replaces the
 * prototype of each request.
 */
export function createRequest(exchange: Exchange, socket: NodeSocket): IncomingMessage {
  // What handlers ask of a socket is there; the rest of its type is not.
  const request = new IncomingMessage(socket as unknown as Socket);
  const { head } = exchange;
  const fields = head.fields();
  Object.assign(request, {
    socket,
    connection: socket,
    method: head.method,
    url: head.target,
    httpVersion: `1.${head.minorVersion}`,
    httpVersionMajor: 1,
    httpVersionMinor: head.minorVersion,
    headers: incomingHeaders(fields),
    rawHeaders: fields.flat(),
    trailers: {},
    rawTrailers: [],
    complete: false,
    aborted: false,
    _read: bodyReader(exchange, request),
    _destroy: (error: Error | null, done: (error?: Error | null) => void) => done(error),
  });
  whenGone(exchange, () => abort(request));
  return request;
}

/** What Node does when the client leaves before it has its answer. */
function abort(request: IncomingMessage): void {
  if (request.destroyed) return;
  Object.assign(request, { aborted: true });
  request.emit("aborted");
  const error = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
  // Without a listener an `error` event would end the worker.
  request.destroy(request.listenerCount("error") > 0 ? error : undefined);
}

function bodyReader({ body }: Exchange, request: IncomingMessage): () => void {
  let isStarted = false;
  const end = () => {
    Object.assign(request, { complete: true });
    request.push(null);
  };
  if (body === null) return end;
  return () => {
    if (isStarted) return body.resume();
    isStarted = true;
    body.stream((chunk) => {
      if (!request.push(chunk)) body.pause();
    }, (error) => {
      if (error === null) end();
      else if (!request.destroyed) abort(request);
    });
  };
}
