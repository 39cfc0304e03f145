import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { runtime } from "../../lib/runtime/current.ts";

const { libc } = runtime;
const LOCAL = { host: "127.0.0.1", port: 0, reusePort: true, backlog: 8 };

function portOf(fd: number): number {
  const address = libc.localAddress(fd);
  assert.equal(address.family, "inet");
  return address.family === "inet" ? address.port : 0;
}

test("listenTcp() joins a port with reusePort and refuses without", () => {
  const first = libc.listenTcp(LOCAL);
  const port = portOf(first);
  const second = libc.listenTcp({ ...LOCAL, port });
  assert.equal(portOf(second), port);
  assert.throws(() => libc.probeTcp("127.0.0.1", port), { code: "EADDRINUSE" });
  assert.ok(libc.isListening(first));
  libc.close(first);
  libc.close(second);
  libc.probeTcp("127.0.0.1", port);
});

test("listenTcp() takes v6 addresses", () => {
  const fd = libc.listenTcp({ ...LOCAL, host: "::1" });
  const address = libc.localAddress(fd);
  assert.equal(address.family === "inet" && address.host, "::1");
  libc.close(fd);
});

test("errors carry their code and leave no socket behind", () => {
  const before = fs.readdirSync("/proc/self/fd").length;
  assert.throws(() => libc.listenTcp({ ...LOCAL, host: "192.0.2.1" }), { code: "EADDRNOTAVAIL" });
  assert.throws(() => libc.close(9999), { code: "EBADF", syscall: "close" });
  assert.equal(fs.readdirSync("/proc/self/fd").length, before);
});

test("listenUnix() makes a socket file of the given mode", () => {
  const folder = fs.mkdtempSync(join(tmpdir(), "monoceros-"));
  const path = join(folder, "app.sock");
  assert.equal(libc.isUnixInUse(path), false);
  const fd = libc.listenUnix(path, { mode: 0o750, backlog: 8 });
  assert.equal(fs.statSync(path).mode & 0o777, 0o750);
  assert.deepEqual(libc.localAddress(fd), { family: "unix", path });
  assert.equal(libc.isUnixInUse(path), true);
  assert.throws(() => libc.listenUnix(path, { mode: 0o600, backlog: 8 }), { code: "EADDRINUSE" });
  libc.close(fd);
  assert.equal(libc.isUnixInUse(path), false);
  fs.rmSync(folder, { recursive: true });
});

test("listenUnix() takes abstract names", () => {
  const name = `\0monoceros-test-${process.pid}`;
  const fd = libc.listenUnix(name, { mode: 0o600, backlog: 8 });
  assert.deepEqual(libc.localAddress(fd), { family: "unix", path: name });
  libc.close(fd);
});

test("duplicate() gives a second fd for the same socket", () => {
  const fd = libc.listenTcp(LOCAL);
  const port = portOf(fd);
  const copy = libc.duplicate(fd);
  libc.close(fd);
  assert.equal(portOf(copy), port);
  libc.close(copy);
  assert.equal(libc.isListening(copy), false);
});

test("attachReusePortFilter() takes a program and detachReusePortFilter() removes it", () => {
  const fd = libc.listenTcp(LOCAL);
  // BPF_RET | BPF_K, k = 0: always the first socket.
  libc.attachReusePortFilter(fd, Uint8Array.of(0x06, 0, 0, 0, 0, 0, 0, 0));
  libc.detachReusePortFilter(fd);
  libc.detachReusePortFilter(fd);
  assert.equal(libc.acceptQueueLength(fd), 0);
  libc.close(fd);
});

test("setCloseOnExec() and setNonBlocking() set their flags and keep the others", () => {
  const fd = libc.listenTcp(LOCAL);
  libc.setCloseOnExec(fd);
  libc.setNonBlocking(fd);
  const [, flags = ""] =
    /flags:\s*(\d+)/.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, "utf8")) ??
      [];
  // O_CLOEXEC, O_NONBLOCK and O_RDWR.
  assert.equal(Number.parseInt(flags, 8), 0o2000000 | 0o4000 | 0o2);
  libc.close(fd);
});

test("setAcceptTimeout() takes parts of a second", () => {
  const fd = libc.listenTcp(LOCAL);
  libc.setAcceptTimeout(fd, 1);
  libc.setAcceptTimeout(fd, 1500);
  libc.close(fd);
});
