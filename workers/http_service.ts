import { readFileSync } from "node:fs";
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
import type { Listener, Socket, SocketUser } from "../lib/socket.ts";
import { limitsOf, parserSettingsOf } from "./http_settings.ts";

/** Listeners and HTTP connections of a worker, made from its settings. */
export class HttpService {
  readonly #server: HttpServer;
  readonly #accessLog: AccessLog | null;
  readonly #backlog: number;
  readonly #maxConnections: number;
  #inherited: readonly InheritedListener[] = [];
  /** Empty while nothing is accepted. */
  #listeners: Listener[] = [];
  #isEnding = false;

  constructor(options: { app: App; config: Config; log: Log }) {
    const { app, config, log } = options;
    this.#backlog = config.backlog;
    this.#maxConnections = connectionLimit(config.workerConnections);
    this.#accessLog = openAccessLog(config);
    this.#server = new HttpServer({
      app,
      parser: new Parser(parserSettingsOf(config)),
      limits: limitsOf(config),
      log,
      accessLog: this.#accessLog,
      onForget: () => this.#acceptAgain(),
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
    this.#inherited = listeners;
    this.#accept();
  }

  /** Accepts no more, answers what was accepted. @param withinMs Then connections are cut. */
  async drain(withinMs: number): Promise<void> {
    this.#end();
    await this.#server.drain(withinMs);
    this.#accessLog?.flush();
  }

  /** Cuts everything now. */
  stop(): void {
    this.#end();
    this.#server.stop();
    this.#accessLog?.flush();
  }

  reopenLog(): void {
    this.#accessLog?.reopen();
  }

  #accept(): void {
    this.#listeners = this.#inherited.map(({ fd, address }) => {
      const endpoint = endpointOf(address);
      return runtime.listen(fd, this.#backlog, (socket) => this.#open(socket, endpoint));
    });
  }

  /** At the limit nothing is accepted: connections wait in the kernel's queue, for this worker or another. */
  #open(socket: Socket, endpoint: ListenerEndpoint): SocketUser {
    const connection = this.#server.open(socket, endpoint);
    if (this.#server.connections >= this.#maxConnections) this.#stopListening();
    return connection;
  }

  #acceptAgain(): void {
    const isBelow = this.#server.connections < this.#maxConnections * RESUME_SHARE;
    if (isBelow && this.#listeners.length === 0 && !this.#isEnding) this.#accept();
  }

  #stopListening(): void {
    for (const listener of this.#listeners) listener.stop();
    this.#listeners = [];
  }

  /** Also closes the inherited sockets: while one is open here, clients wait in its queue for nobody. */
  #end(): void {
    this.#isEnding = true;
    this.#stopListening();
    for (const { fd } of this.#inherited) runtime.libc.close(fd);
    this.#inherited = [];
  }
}

/** A worker that was at its limit accepts again below this share of it, so that it does not switch each time. */
const RESUME_SHARE = 0.95;
/** File descriptors kept for listeners, logs, app processes and what the app opens. */
const OTHER_FDS = 128;

/** @returns What may be open at a time: as set, but never so much that file descriptors run out. */
function connectionLimit(wanted: number): number {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const maxFds = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  return Math.max(1, Math.min(wanted, maxFds - OTHER_FDS));
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
