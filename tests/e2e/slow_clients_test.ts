/** Clients that send one byte per second cost the others nothing, although the app has one thread only. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { unlessPython } from "../available.ts";
import { onEachRuntime } from "../on_each_runtime.ts";
import { RawClient } from "../raw_client.ts";

const SLOW_CLIENTS = 500;
/** Long enough for two bytes of each slow client. */
const ROUND_MS = 2_000;
const ROUNDS = 3;
/** Below this a p99 is the machine's noise. */
const NOISE_MS = 3;
/** 6 MiB: more than the system's buffers of a connection hold. */
const SLOW_BLOCKS = 96;
const REQUEST = "GET /hello/you HTTP/1.1\r\nHost: example.org\r\n\r\n";
const SLOW_HEAD = `GET /hello/slow HTTP/1.1\r\nHost: example.org\r\nX-Slow: ${"a".repeat(500)}`;

onEachRuntime(`${SLOW_CLIENTS} slow clients leave the p99 of others within 2 ×`, async (start) => {
  const args = ["--chdir", "tests/apps", "--workers", "1", "--threads", "1"];
  const server = await start({ app: "flask_app:app", args });
  await measureP99(server.port); // Warms up.
  const before = await bestP99(server.port);
  const clients = await Promise.all(
    Array.from({ length: SLOW_CLIENTS }, () => startSlowClient(server.port)),
  );
  const during = await bestP99(server.port);
  for (const client of clients) client.stop();
  const report = `p99 ${before.toFixed(2)} ms before, ${during.toFixed(2)} ms with slow clients`;
  assert.ok(during <= 2 * Math.max(before, NOISE_MS), report);
}, { skip: unlessPython("flask") });

onEachRuntime(
  "a client that reads slowly does not hold up the only thread of a WSGI app",
  async (start) => {
    const server = await start({
      app: "wsgi_app",
      args: ["--chdir", "tests/apps", "--workers", "1"],
    });
    const slow = await RawClient.connect(server.port);
    slow.pause();
    slow.send(`GET /blocks?${SLOW_BLOCKS} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const other = await RawClient.connect(server.port);
    // The thread runs one request after the other, so an answer says that the first one is done.
    other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal((await other.readResponse()).status, 200);
    slow.resume();
    assert.equal((await slow.readResponse()).body.length, SLOW_BLOCKS * 65_536);
    other.close();
    slow.close();
  },
  { skip: unlessPython() },
);

/** The least of several rounds: what the server can do when the machine does not disturb it. */
async function bestP99(port: number): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measureP99(port));
  return Math.min(...rounds);
}

async function measureP99(port: number): Promise<number> {
  const times: number[] = [];
  const client = await RawClient.connect(port);
  const end = performance.now() + ROUND_MS;
  while (performance.now() < end) {
    const started = performance.now();
    client.send(REQUEST);
    assert.equal((await client.readResponse()).status, 200);
    times.push(performance.now() - started);
  }
  client.close();
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? Infinity;
}

/** Sends its head byte by byte, one per second, and begins again when the server has had enough. */
async function startSlowClient(port: number): Promise<{ stop: () => void }> {
  let socket = await open(port);
  let sent = 0;
  const timer = setInterval(() => {
    if (socket.destroyed) return;
    socket.write(SLOW_HEAD.charAt(sent++ % SLOW_HEAD.length));
  }, 1_000);
  const again = async () => {
    if (isStopped) return;
    sent = 0;
    socket = await open(port);
    socket.once("close", again);
  };
  let isStopped = false;
  socket.once("close", again);
  return {
    stop() {
      isStopped = true;
      clearInterval(timer);
      socket.destroy();
    },
  };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
    // A server that has had enough may reset the connection.
    socket.on("error", () => {});
    socket.resume();
  });
}
