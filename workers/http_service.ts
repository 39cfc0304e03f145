import type { InheritedListener } from "../lib/channel/messages.ts";
import { parseAddress } from "../lib/address.ts";
import type { Config } from "../lib/config/config.ts";
import { AccessLog } from "../lib/http/access_log.ts";
import type { ListenerEndpoint } from "../lib/http/endpoints.ts";
import type { App } from "../lib/http/exchange.ts";
import { HttpServer } from "../lib/http/server.ts";
import type { Log } from "../lib/log.ts";
import { LogFile } from "../lib/log_file.ts";
import { Parser } from "../lib/parser/parser.ts";
import { runtime } from "../lib/runtime/current.ts";
import type { Listener } from "../lib/socket.ts";
import { limitsOf, parserSettingsOf } from "./http_settings.ts";

/** Listeners and HTTP connections of a worker, made from its settings. */
export class HttpService {
  readonly #server: HttpServer;
  readonly #accessLog: AccessLog | null;
  readonly #backlog: number;
  #listeners: Listener[] = [];

  constructor(options: { app: App; config: Config; log: Log }) {
    const { app, config, log } = options;
    this.#backlog = config.backlog;
    this.#accessLog = openAccessLog(config);
    this.#server = new HttpServer({
      app,
      parser: new Parser(parserSettingsOf(config)),
      limits: limitsOf(config),
      log,
      accessLog: this.#accessLog,
    });
  }

  get connections(): number {
    return this.#server.connections;
  }

  get requests(): number {
    return this.#server.requests;
  }

  /** Begins to accept connections. */
  listen(listeners: readonly InheritedListener[]): void {
    this.#listeners = listeners.map(({ fd, address }) => {
      const endpoint = endpointOf(address);
      return runtime.listen(fd, this.#backlog, (socket) => this.#server.open(socket, endpoint));
    });
  }

  /** Accepts no more, answers what was accepted. @param withinMs Then connections are cut. */
  async drain(withinMs: number): Promise<void> {
    this.#stopListening();
    await this.#server.drain(withinMs);
    this.#accessLog?.flush();
  }

  /** Cuts everything now. */
  stop(): void {
    this.#stopListening();
    this.#server.stop();
    this.#accessLog?.flush();
  }

  reopenLog(): void {
    this.#accessLog?.reopen();
  }

  #stopListening(): void {
    for (const listener of this.#listeners) listener.stop();
    this.#listeners = [];
  }
}

function endpointOf(address: string): ListenerEndpoint {
  const parsed = parseAddress(address);
  switch (parsed.type) {
    case "tcp":
      return { host: parsed.host, port: parsed.port };
    case "unix":
      return { host: parsed.path, port: 0 };
    case "fd":
      throw new TypeError(`Cannot name the listener "${address}": the supervisor should have`);
    default:
      return parsed satisfies never;
  }
}

const STANDARD_OUTPUT = 1;

function openAccessLog(config: Config): AccessLog | null {
  if (config.accesslog === null) return null;
  const file = new LogFile(config.accesslog, STANDARD_OUTPUT);
  file.open();
  return new AccessLog(config.accessLogFormat, file);
}
