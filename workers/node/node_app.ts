import type { IncomingMessage, ServerResponse } from "node:http";
import { inspect } from "node:util";
import type { App, Exchange } from "../../lib/http/exchange.ts";
import type { Log } from "../../lib/log.ts";
import { createRequest } from "./node_request.ts";
import { createResponse } from "./node_response.ts";
import { NodeSocket } from "./node_socket.ts";

/** A listener of Node's `http.createServer`, which Express, Koa, Fastify and Connect are or give. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface NodeAppOptions {
  readonly log: Log;
  /** Ends the app after its last request. */
  readonly close?: () => unknown;
}

/**
 * An app that speaks Node's `http`.
 *
 * Request and response are the runtime's own classes, joined to the exchange directly. Of the adapters from npm, srvx takes
 * what the app writes without a limit when the client is slow and does not tell it that the client is gone (seen);
 * fetch-to-node and light-my-request gather responses as well (read).
 */
export class NodeApp implements App {
  readonly #handler: NodeHandler;
  readonly #log: Log;
  readonly #close: () => unknown;

  constructor(handler: NodeHandler, options: NodeAppOptions) {
    this.#handler = handler;
    this.#log = options.log;
    this.#close = options.close ?? (() => {});
  }

  handle(exchange: Exchange): void {
    const socket = new NodeSocket(exchange);
    const request = createRequest(exchange, socket);
    const response = createResponse(exchange, request, socket);
    try {
      const result = this.#handler(request, response);
      if (result instanceof Promise) result.catch((error) => this.#fail(exchange, error));
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  async close(): Promise<void> {
    await this.#close();
  }

  #fail(exchange: Exchange, error: unknown): void {
    const { method, target } = exchange.head;
    const message = `Cannot answer ${method} ${target}: ${inspect(error)}`;
    // A client that is gone makes apps fail; that is no fault of theirs.
    if (exchange.isOver) return this.#log.debug(message);
    this.#log.error(message);
    exchange.fail();
  }
}
