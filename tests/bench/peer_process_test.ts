import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";

import { PeerProcess } from "../../bench/peer_process.ts";
import { readProcesses } from "../../bench/process_tree.ts";
import { WORKLOADS } from "../../bench/workloads.ts";

const apps = mkdtempSync(join(tmpdir(), "monoceros-bench-test-"));
after(() => rmSync(apps, { recursive: true }));

/** Answers with BODY, has a child that outlives it, and ignores SIGTERM. */
const SERVER = `
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import process from "node:process";
process.on("SIGTERM", () => {});
const [port, body] = process.argv.slice(2);
spawn("sleep", ["600"], { stdio: "ignore" }).on("spawn", () => {
  createServer((_, response) => response.end(body)).listen(Number(port), "127.0.0.1");
});
`;

test("stop() ends every process of a peer and removes its folder", async () => {
  const peer = await start(SERVER, "Hello, World!");
  assert.ok(await peer.ready() > 0);
  const tree = peer.tree();
  assert.equal(tree.length, 2);
  await peer.stop();
  assert.deepEqual(running(tree.map(({ pid }) => pid)), []);
  assert.equal(existsSync(peer.folder), false);
});

test("ready() refuses a peer that answers something else", async () => {
  const peer = await start(SERVER, "Not the hello");
  await assert.rejects(peer.ready(), { message: 'it answers 200 "Not the hello"' });
  peer.kill();
});

test("ready() says what a peer printed that ended at once", async () => {
  const peer = await start(`console.error("no such app"); process.exit(4)`, "");
  await assert.rejects(peer.ready(), { message: "it ended at once: no such app" });
  await peer.stop();
});

async function start(program: string, body: string): Promise<PeerProcess> {
  const [workload] = WORKLOADS;
  assert.ok(workload !== undefined);
  const script = join(apps, "server.mjs");
  writeFileSync(script, program);
  const run = process.versions["bun"] === undefined ? ["run", "-A", "--no-config"] : [];
  return await PeerProcess.start({
    peer: {
      ...{ id: "test", name: "Test", groups: ["js"], packages: [] },
      program: { in: "driver" },
      args: [...run, script, "{port}", body],
    },
    path: process.execPath,
    workload,
    places: { repository: apps, apps, environment: apps, python: "python3" },
  });
}

/** An orphan that has ended stays listed until the system's first process looks. */
function running(pids: readonly number[]): number[] {
  return readProcesses()
    .filter(({ pid, isZombie }) => !isZombie && pids.includes(pid)).map(({ pid }) => pid);
}
