/**
 * What a fetch app costs per request beside its own code, in nanoseconds of CPU: `deno run -A bench/fetch_app.ts`,
 * `bun bench/fetch_app.ts`. The exchange here does nothing, so all that is measured belongs to `workers/fetch/`.
 */
import { Hono } from "hono";
import process from "node:process";
import type { Exchange } from "../lib/http/exchange.ts";
import { replaceGlobals } from "../workers/fetch/replaced_globals.ts";
import { FetchApp, type FetchHandler } from "../workers/fetch/fetch_app.ts";
import { FakeHead } from "../tests/workers/fake_exchange.ts";

const ROUNDS = 6;
const REQUESTS = Number(process.env["REQUESTS"] ?? 300_000);

const FIELDS: [string, string][] = [
  ["host", "127.0.0.1:8000"],
  [
    "user-agent",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0",
  ],
  ["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
  ["accept-language", "en-US,en;q=0.9"],
  ["accept-encoding", "gzip, deflate, br"],
  ["cookie", "session=0123456789abcdef"],
];

class NullExchange implements Exchange {
  readonly head = new FakeHead({
    target: "/hello?name=x",
    authority: "127.0.0.1:8000",
    fields: FIELDS,
  });
  readonly endpoints = {
    clientAddress: "127.0.0.1",
    clientPort: 50123,
    serverHost: "127.0.0.1",
    serverPort: 8000,
    scheme: "http" as const,
  };
  readonly body = null;
  isOver = false;
  isStarted = false;
  holdsApp = false;
  onDrain: (() => void) | null = null;
  onClose: (() => void) | null = null;
  answered = 0;
  respond(): void {
    this.answered++;
  }
  start(): void {}
  write(): boolean {
    return true;
  }
  end(): void {
    this.answered++;
  }
  fail(): void {
    throw new Error("The app failed");
  }
}

replaceGlobals();
const hono = new Hono();
hono.get("/hello", (context) => context.text("Hello, World!"));
const honoJson = new Hono();
honoJson.get("/hello", (context) => context.json({ hello: "World" }));
const cached = new Response("Hello, World!");

const CASES: Record<string, FetchHandler> = {
  "nothing but the call": () => cached,
  "hello": () => new Response("Hello, World!"),
  "hello, async": async () => await Promise.resolve(new Response("Hello, World!")),
  "hello with a field": () =>
    new Response("Hello, World!", { headers: { "content-type": "text/html" } }),
  "hello with three fields": () =>
    new Response("Hello, World!", {
      status: 201,
      headers: { "content-type": "text/html", "cache-control": "no-store", "x-a": "b" },
    }),
  "hello with Headers": () =>
    new Response("Hello, World!", { headers: new Headers({ "content-type": "text/html" }) }),
  "Response.json": () => Response.json({ hello: "World" }),
  "bytes": () => new Response(new Uint8Array(13)),
  "reads url": (request) => new Response(request.url),
  "reads one field": (request) => new Response(request.headers.get("accept-language")),
  "Hono hello": (request) => hono.fetch(request),
  "Hono json": (request) => honoJson.fetch(request),
};

const log = { debug() {}, info() {}, warning() {}, error: console.error, critical() {} };
const wanted = process.argv[2] ?? "";
for (const [name, handler] of Object.entries(CASES)) {
  if (name.includes(wanted)) console.log(name.padEnd(26), `${await nanoseconds(handler)} ns`);
}

/** Time of all threads: the collector's count too, other processes' do not. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Best of some rounds, without the exchange's making. */
async function nanoseconds(handler: FetchHandler): Promise<string> {
  const app = new FetchApp(handler, { log });
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const exchange = new NullExchange();
    const start = cpuMs();
    for (let sent = 0; sent < REQUESTS; sent++) {
      app.handle(exchange);
      // As many as one read of 64 pipelined requests: later answers come between.
      if (sent % 64 === 63 && exchange.answered <= sent) await new Promise<void>(setImmediate);
    }
    while (exchange.answered < REQUESTS) await new Promise<void>(setImmediate);
    best = Math.min(best, (cpuMs() - start) / REQUESTS);
  }
  return (best * 1e6).toFixed(0).padStart(6);
}
