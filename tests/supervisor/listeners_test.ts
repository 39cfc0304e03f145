import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runtime } from "../../lib/runtime/current.ts";
import type { Listener, SocketUser } from "../../lib/socket.ts";
import { openGroup } from "../../lib/supervisor/listener_group.ts";
import type { GroupOptions } from "../../lib/supervisor/listener_group.ts";
import { Listeners } from "../../lib/supervisor/listeners.ts";
import { KeptLog } from "./kept_log.ts";

const CONFIG = { bind: ["127.0.0.1:0"], backlog: 128, umask: 0o027 };
const OPTIONS: GroupOptions = {
  backlog: 128,
  umask: 0o027,
  isOwnPort: () => false,
  cannotSteer: (error) => assert.fail(error),
};
const IGNORE: SocketUser = { received() {}, drained() {}, ended() {}, closed() {} };

/** Answers each connection with the number of its slot. */
function answer(fd: number, slot: number): Listener {
  return runtime.listen(fd, 128, (socket) => {
    socket.write(String(slot));
    socket.end();
    return IGNORE;
  });
}

/** Connects, and reads what it is answered. */
function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (bytes: Uint8Array) => text += new TextDecoder().decode(bytes));
    socket.once("error", reject);
    socket.once("close", () => text === "" ? reject(new Error("lost")) : resolve(text));
  });
}

async function askMany(port: number, times: number): Promise<Set<string>> {
  const answers = await Promise.all(Array.from({ length: times }, () => ask(port)));
  return new Set(answers);
}

function portIn(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

function temporaryFolder(): string {
  return fs.mkdtempSync(join(tmpdir(), "monoceros-"));
}

test("each slot has a socket of its own on the same port", async () => {
  const listeners = new Listeners(new KeptLog());
  const [address = ""] = await listeners.open(CONFIG, 3);
  const slots = [0, 1, 2].map((slot) => listeners.inheritance(CONFIG, slot));
  assert.equal(new Set(slots.map(({ fds }) => fds[0])).size, 3);
  for (const { fds, listeners: inherited } of slots) {
    const bound = runtime.libc.localAddress(fds[0] ?? -1);
    assert.deepEqual(bound, { family: "inet", host: "127.0.0.1", port: portIn(address) });
    assert.deepEqual(inherited, [{ fd: 4, address }]);
  }
  listeners.close();
});

test("no connection is lost when slots are removed and added under load", async () => {
  const group = await openGroup({ type: "tcp", host: "127.0.0.1", port: 0 }, OPTIONS);
  group.grow(3);
  group.receive([0, 1, 2]);
  const port = portIn(group.address);
  const workers = [0, 1, 2].map((slot) => answer(group.fdOf(slot), slot));
  assert.deepEqual(await askMany(port, 100), new Set(["0", "1", "2"]));

  const underWay = askMany(port, 100);
  group.receive([0, 1]);
  await underWay;
  assert.deepEqual(await askMany(port, 100), new Set(["0", "1"]));
  assert.equal(runtime.libc.acceptQueueLength(group.fdOf(2)), 0);
  workers[2]?.stop();
  group.shrink(2);
  assert.deepEqual(await askMany(port, 100), new Set(["0", "1"]));

  group.grow(3);
  assert.deepEqual(await askMany(port, 100), new Set(["0", "1"]));
  workers[2] = answer(group.fdOf(2), 2);
  group.receive([0, 1, 2]);
  assert.deepEqual(await askMany(port, 100), new Set(["0", "1", "2"]));

  group.receive([2]);
  assert.deepEqual(await askMany(port, 50), new Set(["2"]));
  for (const worker of workers) worker.stop();
  group.close();
});

test("a port that another server listens on is refused, even if that one shares it", async () => {
  const other = runtime.libc.listenTcp({ host: "127.0.0.1", port: 0, reusePort: true, backlog: 1 });
  const bound = runtime.libc.localAddress(other);
  const bind = `127.0.0.1:${bound.family === "inet" ? bound.port : 0}`;
  await assert.rejects(new Listeners(new KeptLog()).open({ ...CONFIG, bind: [bind] }, 1), {
    name: "ConfigError",
    message: `Cannot bind "${bind}": address already in use by another process`,
  });
  runtime.libc.close(other);
});

test("open() opens all addresses or none", async () => {
  const listeners = new Listeners(new KeptLog());
  const before = fs.readdirSync("/proc/self/fd").length;
  const config = { ...CONFIG, bind: ["127.0.0.1:0", "192.0.2.1:8000"] };
  await assert.rejects(
    listeners.open(config, 4),
    /Cannot bind "192.0.2.1:8000": this machine does not have the address/,
  );
  assert.equal(fs.readdirSync("/proc/self/fd").length, before);
});

test("an address stays open through a reload, and goes when no generation has it", async () => {
  const listeners = new Listeners(new KeptLog());
  const folder = temporaryFolder();
  const path = join(folder, "app.sock");
  const first = { ...CONFIG, bind: ["127.0.0.1:0"] };
  const second = { ...CONFIG, bind: ["127.0.0.1:0", `unix:${path}`] };
  const [address] = await listeners.open(first, 1);
  assert.deepEqual(await listeners.open(second, 1), [`unix:${path}`]);
  assert.deepEqual(listeners.inheritance(second, 0).listeners, [
    { fd: 4, address },
    { fd: 5, address: `unix:${path}` },
  ]);
  listeners.keepOnly([second]);
  assert.equal(listeners.inheritance(second, 0).fds.length, 2);
  listeners.keepOnly([first]);
  assert.equal(fs.existsSync(path), false);
  listeners.close();
  fs.rmSync(folder, { recursive: true });
});

test("a unix socket is shared by all slots, with the mode that umask leaves", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "app.sock");
  const listeners = new Listeners(new KeptLog());
  const config = { ...CONFIG, bind: [`unix:${path}`] };
  await listeners.open(config, 2);
  assert.equal(fs.statSync(path).mode & 0o777, 0o750);
  assert.deepEqual(listeners.inheritance(config, 0), listeners.inheritance(config, 1));
  listeners.close();
  assert.equal(fs.existsSync(path), false);
  fs.rmSync(folder, { recursive: true });
});

test("a stale unix socket is replaced, others are refused", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "app.sock");
  const address = { type: "unix", path } as const;
  runtime.libc.close(runtime.libc.listenUnix(path, { mode: 0o600, backlog: 1 }));
  const group = await openGroup(address, OPTIONS);
  await assert.rejects(openGroup(address, OPTIONS), /already in use by another process/);
  group.close();
  fs.writeFileSync(path, "precious");
  await assert.rejects(openGroup(address, OPTIONS), /the file is there and is no socket/);
  assert.equal(fs.readFileSync(path, "utf8"), "precious");
  const missing = { type: "unix", path: join(folder, "none", "app.sock") } as const;
  await assert.rejects(openGroup(missing, OPTIONS), /the folder does not exist/);
  fs.rmSync(folder, { recursive: true });
});

test("close() leaves a unix socket that another server put in its place", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "app.sock");
  const group = await openGroup({ type: "unix", path }, OPTIONS);
  fs.unlinkSync(path);
  const other = runtime.libc.listenUnix(path, { mode: 0o600, backlog: 1 });
  group.close();
  assert.ok(fs.existsSync(path));
  runtime.libc.close(other);
  fs.rmSync(folder, { recursive: true });
});

test("close() does not mind that the folder of a unix socket is gone", async () => {
  const folder = temporaryFolder();
  const group = await openGroup({ type: "unix", path: join(folder, "app.sock") }, OPTIONS);
  fs.rmSync(folder, { recursive: true });
  fs.writeFileSync(folder, "a file in its place");
  group.close();
  fs.rmSync(folder);
});

test("an inherited socket is adopted, anything else is refused", async () => {
  const fd = runtime.libc.listenTcp({ host: "::1", port: 0, reusePort: false, backlog: 8 });
  const group = await openGroup({ type: "fd", fd }, OPTIONS);
  assert.match(group.address, /^\[::1\]:\d+$/);
  group.close();
  assert.ok(runtime.libc.isListening(fd));
  runtime.libc.close(fd);
  await assert.rejects(
    openGroup({ type: "fd", fd }, OPTIONS),
    new RegExp(`Cannot bind "fd://${fd}": fd ${fd} is not a listening socket`),
  );
});

test("host names are looked up", async () => {
  const group = await openGroup({ type: "tcp", host: "localhost", port: 0 }, OPTIONS);
  assert.match(group.address, /^127\.0\.0\.1:\d+$/);
  group.close();
});

test("a socket is not inherited by a process that was not given it", async () => {
  const group = await openGroup({ type: "tcp", host: "127.0.0.1", port: 0 }, OPTIONS);
  const inode = fs.readlinkSync(`/proc/self/fd/${group.fdOf(0)}`);
  const { stdout } = spawnSync("ls", ["-l", "/proc/self/fd"], { encoding: "utf8" });
  assert.ok(!stdout.includes(inode));
  group.close();
});
