import type { Endpoints, Exchange } from "../../lib/http/exchange.ts";
import { endpointsOf } from "./make_request.ts";

/** What Bun's `server.requestIP()` gives. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
  readonly family: "IPv4" | "IPv6";
}

/** What Deno's `info.remoteAddr` is. */
export type RemoteAddress =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/**
 * Second argument of a fetch handler. It answers to apps written for Bun (`server.requestIP(request)`) and for Deno
 * (`info.remoteAddr`).
 */
export class RequestInfo {
  readonly #endpoints: Endpoints;

  constructor(exchange: Exchange) {
    this.#endpoints = exchange.endpoints;
  }

  get remoteAddr(): RemoteAddress {
    const { clientAddress, clientPort, serverHost } = this.#endpoints;
    if (clientAddress === "") return { transport: "unix", path: serverHost };
    return { transport: "tcp", hostname: clientAddress, port: clientPort };
  }

  /**
   * @param request Another request of this worker, if not the one that this object came with.
   * @returns Null on a unix socket.
   */
  requestIP(request?: Request): SocketAddress | null {
    return socketAddress(endpointsOf(request) ?? this.#endpoints);
  }
}

/** The client's end of a connection; null on a unix socket. */
export function socketAddress({ clientAddress, clientPort }: Endpoints): SocketAddress | null {
  if (clientAddress === "") return null;
  const family = clientAddress.includes(":") ? "IPv6" : "IPv4";
  return { address: clientAddress, port: clientPort, family };
}
