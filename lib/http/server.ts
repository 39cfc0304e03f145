import { inspect } from "node:util";
import type { Log } from "../log.ts";
import type { Parser } from "../parser/parser.ts";
import type { Socket } from "../socket.ts";
import type { AccessLog } from "./access_log.ts";
import { Connection } from "./connection.ts";
import type { ListenerEndpoint } from "./endpoints.ts";
import type { App } from "./exchange.ts";
import type { Http1Exchange } from "./http1_exchange.ts";
import type { Limits } from "./limits.ts";
import type { Held } from "./output.ts";
import { HeadFormatter } from "./response_head.ts";
import { TimerWheel } from "./timer_wheel.ts";

/** What an {@link HttpServer} is made of. */
export interface HttpServerOptions {
  app: App;
  parser: Parser;
  limits: Limits;
  log: Log;
  accessLog: AccessLog | null;
  /** Called when a connection has closed. */
  onForget?: () => void;
}

/** All HTTP connections of a worker and what they share. */
export class HttpServer {
  readonly parser: Parser;
  readonly limits: Limits;
  readonly log: Log;
  readonly heads = new HeadFormatter();
  readonly wheel: TimerWheel;
  /** What the connections have not sent. */
  readonly held: Held = { bytes: 0 };
  /** Responses say `Connection: close` from now on. */
  isDraining = false;
  /** Requests taken since the start. */
  requests = 0;
  readonly #app: App;
  readonly #accessLog: AccessLog | null;
  readonly #onForget: () => void;
  readonly #connections = new Set<Connection>();
  #onEmpty: (() => void) | null = null;

  constructor(options: HttpServerOptions) {
    this.#app = options.app;
    this.parser = options.parser;
    this.limits = options.limits;
    this.log = options.log;
    this.#accessLog = options.accessLog;
    this.#onForget = options.onForget ?? (() => {});
    this.wheel = new TimerWheel(() => {
      this.heads.updateDate();
      this.#accessLog?.flush();
    });
    this.wheel.start();
  }

  /** Open connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Takes over an accepted socket. */
  open(socket: Socket, listener: ListenerEndpoint): Connection {
    const connection = new Connection(socket, this, listener);
    this.#connections.add(connection);
    return connection;
  }

  /** Has a request answered. */
  begin(exchange: Http1Exchange): void {
    this.requests++;
    this.#accessLog?.begin(exchange);
    try {
      this.#app.handle(exchange);
    } catch (error) {
      this.complain(exchange, inspect(error));
      exchange.fail();
    }
  }

  /** The app did something wrong. */
  complain(exchange: Http1Exchange, reason: string): void {
    const { method, target } = exchange.head;
    this.log.error(`Error handling request ${method} ${target}: ${reason}`);
  }

  /** An exchange is over, answered or not. */
  answered(exchange: Http1Exchange): void {
    this.#accessLog?.add(exchange);
  }

  /** A connection has closed. */
  forget(connection: Connection): void {
    this.#connections.delete(connection);
    connection.output.discard();
    this.#onForget();
    if (this.#connections.size === 0) this.#onEmpty?.();
  }

  /**
   * Answers what comes on open connections, each for the last time, until none is open.
   *
   * @param withinMs Connections that are open then are cut.
   */
  async drain(withinMs: number): Promise<void> {
    this.isDraining = true;
    if (this.#connections.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onEmpty = resolve;
      const timer = setTimeout(resolve, withinMs);
      await promise;
      clearTimeout(timer);
    }
    this.stop();
  }

  /** Cuts all connections. */
  stop(): void {
    for (const connection of [...this.#connections]) connection.abort();
    this.wheel.stop();
  }
}
