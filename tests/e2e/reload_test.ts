/** Under the load of 64 connections: reloads lose nothing, a killed worker loses only what it was serving. */
import assert from "node:assert/strict";
import process from "node:process";
import { unlessPrograms, unlessPython } from "../available.ts";
import { onEachRuntime } from "../on_each_runtime.ts";
import type { Server } from "../server.ts";
import { until } from "../until.ts";
import { Load, type LoadResult } from "../wrk.ts";

const CONNECTIONS = 64;
const TIMES = 10;
const NOTHING_LOST = {
  connectErrors: 0,
  readErrors: 0,
  writeErrors: 0,
  timeouts: 0,
  badStatuses: 0,
};
const TWO_MINUTES = { timeoutMs: 120_000 };

const TYPESCRIPT = { app: "tests/apps/fetch.ts", args: ["--workers", "2"] };
const PYTHON = { app: "wsgi_app:app", args: ["--chdir", "tests/apps", "--workers", "2"] };
const KINDS = [
  {
    kind: "a TypeScript app",
    options: TYPESCRIPT,
    path: "/hello/you",
    skip: unlessPrograms("wrk"),
  },
  { kind: "a WSGI app", options: PYTHON, path: "/", skip: unlessPrograms("wrk") || unlessPython() },
];

for (const { kind, options, path, skip } of KINDS) {
  onEachRuntime(`${TIMES} reloads under load lose nothing, with ${kind}`, async (start) => {
    const server = await start(options);
    const result = await underLoad(server, path, async () => {
      for (let generation = 2; generation <= TIMES + 1; generation++) {
        server.signal("SIGHUP");
        await server.log.waitFor(new RegExp(`Workers ready: generation ${generation}\\b`));
      }
    });
    const { requests, ...losses } = result;
    assert.deepEqual(losses, NOTHING_LOST);
    assert.ok(requests > 1_000, `only ${requests} requests`);
  }, { ...TWO_MINUTES, skip });
}

onEachRuntime(`${TIMES} killed workers under load: no connection is refused`, async (start) => {
  const server = await start(TYPESCRIPT);
  const result = await underLoad(server, "/hello/you", async () => {
    for (let time = 0; time < TIMES; time++) await killOneWorker(server);
  });
  const { connectErrors, timeouts, badStatuses, readErrors } = result;
  assert.deepEqual({ connectErrors, timeouts, badStatuses }, {
    connectErrors: 0,
    timeouts: 0,
    badStatuses: 0,
  });
  assert.ok(readErrors <= TIMES * CONNECTIONS, `${readErrors} connections broken`);
  await assertTwoAnswer(server);
}, { ...TWO_MINUTES, skip: unlessPrograms("wrk") });

async function underLoad(
  server: Server,
  path: string,
  work: () => Promise<void>,
): Promise<LoadResult> {
  using load = new Load(`${server.url}${path}`, CONNECTIONS);
  await work();
  return await load.end();
}

/** Kills one of the workers and waits until another has taken its slot. */
async function killOneWorker(server: Server): Promise<void> {
  const workers = server.children();
  const victim = workers[Math.floor(Math.random() * workers.length)] ?? 0;
  assert.notEqual(victim, 0, "there is a worker");
  process.kill(victim, "SIGKILL");
  await until("another worker has taken its slot", async () => {
    const now = server.children();
    if (now.includes(victim) || now.length < workers.length) return false;
    return now.includes(await askPid(server));
  });
}

async function assertTwoAnswer(server: Server): Promise<void> {
  const seen = new Set<number>();
  await until("both workers answer", async () => {
    seen.add(await askPid(server));
    return seen.size === 2;
  });
}

/** Each on a connection of its own, so that it can come to any worker. */
async function askPid({ url }: Server): Promise<number> {
  const response = await fetch(`${url}/pid`, { headers: { connection: "close" } });
  return Number(await response.text());
}
