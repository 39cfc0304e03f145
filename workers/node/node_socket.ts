import { EventEmitter } from "node:events";
import type { Endpoints, Exchange } from "../../lib/http/exchange.ts";

/**
 * Stands for the connection of a request, as far as Node's handlers look at it: addresses, state, `close`.
 *
 * It carries no bytes. What would change the connection for other requests does nothing.
 */
export class NodeSocket extends EventEmitter {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly localAddress: string;
  readonly localPort: number;
  readonly encrypted: boolean;
  readonly readyState = "open";
  readonly server = null;
  readonly writableLength = 0;
  readonly writableHighWaterMark = 64 * 1024;
  readable = true;
  writable = true;
  destroyed = false;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    super();
    this.#exchange = exchange;
    const { clientAddress, clientPort, serverHost, serverPort, scheme }: Endpoints =
      exchange.endpoints;
    const isUnix = clientAddress === "";
    this.remoteAddress = isUnix ? undefined : clientAddress;
    this.remotePort = isUnix ? undefined : clientPort;
    this.remoteFamily = isUnix ? undefined : clientAddress.includes(":") ? "IPv6" : "IPv4";
    this.localAddress = serverHost;
    this.localPort = serverPort;
    this.encrypted = scheme === "https";
  }

  /** Gives up this request; the client sees it unless the response is complete. */
  destroy(): this {
    if (!this.destroyed) {
      this.markClosed();
      this.#exchange.fail();
    }
    return this;
  }

  /** The request is over for its handler. */
  markClosed(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.readable = this.writable = false;
    this.emit("close", false);
  }

  end(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  pause(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  cork(): void {}

  uncork(): void {}

  address(): { address: string; port: number; family: string } {
    const family = this.localAddress.includes(":") ? "IPv6" : "IPv4";
    return { address: this.localAddress, port: this.localPort, family };
  }
}
