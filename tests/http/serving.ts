import { Buffer } from "node:buffer";
import type { App, Exchange } from "../../lib/http/exchange.ts";
import { formatFields } from "../../lib/http/fields.ts";
import type { Connection } from "../../lib/http/connection.ts";
import type { Limits } from "../../lib/http/limits.ts";
import { HttpServer } from "../../lib/http/server.ts";
import type { Log } from "../../lib/log.ts";
import { HEADER_MAP, Parser } from "../../lib/parser/parser.ts";
import { FakeSocket } from "./fake_socket.ts";

export const TEXT = formatFields([["Content-Type", "text/plain"]]);

const LIMITS: Limits = {
  headTimeoutMs: 10_000,
  keepaliveMs: 5_000,
  bodyTimeoutMs: 30_000,
  writeTimeoutMs: 60_000,
  maxBody: 1_000_000,
};

/** A connection over a fake socket, its server, and what was logged. */
export interface Serving {
  readonly server: HttpServer;
  readonly socket: FakeSocket;
  readonly connection: Connection;
  readonly logged: string[];
  /** Exchanges that the app was given. */
  readonly exchanges: Exchange[];
  /** Has the connection receive text, one character a byte. */
  send(text: string): void;
  /** Lets time pass. */
  pass(ms: number): void;
}

/** Opens a connection to an app; the test ends it with `server.stop()`. */
export function serving(
  handle: (exchange: Exchange) => void,
  limits: Partial<Limits> = {},
): Serving {
  const logged: string[] = [];
  const exchanges: Exchange[] = [];
  const app: App = {
    handle(exchange) {
      exchanges.push(exchange);
      handle(exchange);
    },
    close: () => Promise.resolve(),
  };
  const server = new HttpServer({
    app,
    parser: new Parser({
      maxRequestLine: 8190,
      maxFields: 100,
      maxFieldSize: 8190,
      maxHead: 65_536,
      headerMap: HEADER_MAP.drop,
      permit: 0,
    }),
    limits: { ...LIMITS, ...limits },
    log: logTo(logged),
    accessLog: null,
  });
  server.wheel.stop();
  const socket = new FakeSocket();
  const connection = server.open(socket, { host: "127.0.0.1", port: 8000 });
  return {
    server,
    socket,
    connection,
    logged,
    exchanges,
    send: (text) => connection.received(Buffer.from(text, "latin1")),
    pass(ms) {
      const end = server.wheel.now + ms;
      while (server.wheel.now < end) server.wheel.advance(server.wheel.now + 100);
    },
  };
}

function logTo(lines: string[]): Log {
  const add = (message: string): number => lines.push(message);
  return { debug() {}, info: add, warning: add, error: add, critical: add };
}

/** One response as it was sent. */
export interface Received {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly content: string;
}

/** Takes responses apart, strictly; `isHead` tells which of them have no content. */
export function readResponses(
  text: string,
  isHead: (index: number) => boolean = () => false,
): Received[] {
  const all: Received[] = [];
  while (text !== "") {
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) throw new SyntaxError(`no end of head in ${JSON.stringify(text)}`);
    const [line = "", ...lines] = text.slice(0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]);
    const fields = Object.fromEntries(lines.map((field) => {
      const at = field.indexOf(": ");
      return [field.slice(0, at).toLowerCase(), field.slice(at + 2)];
    }));
    const rest = text.slice(end + 4);
    const hasContent = !isHead(all.length) && status >= 200 && status !== 204 && status !== 304;
    const [content, used] = hasContent ? readContent(fields, rest) : ["", 0];
    all.push({ status, fields, content });
    text = rest.slice(used);
  }
  return all;
}

function readContent(
  fields: Record<string, string>,
  rest: string,
): [content: string, used: number] {
  if (fields["transfer-encoding"] === "chunked") return readChunks(rest);
  const length = fields["content-length"];
  if (length === undefined) return [rest, rest.length];
  return [rest.slice(0, Number(length)), Number(length)];
}

function readChunks(rest: string): [content: string, used: number] {
  let content = "";
  let at = 0;
  for (;;) {
    const end = rest.indexOf("\r\n", at);
    const size = parseInt(rest.slice(at, end), 16);
    if (end === -1 || Number.isNaN(size)) throw new SyntaxError("bad chunk");
    content += rest.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
    if (size === 0) return [content, at];
  }
}

/** Resolves when all that is due at the end of this turn of the event loop has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
