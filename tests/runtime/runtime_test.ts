import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import type { Socket as NetSocket } from "node:net";
import process from "node:process";
import { test } from "node:test";
import { runtime } from "../../lib/runtime/current.ts";
import type { Socket, SocketUser } from "../../lib/socket.ts";

/** Keeps what a socket tells, and lets a test wait for it. */
class Owner implements SocketUser {
  readonly events: string[] = [];
  #bytes: Uint8Array[] = [];
  #waiting: (() => void)[] = [];

  get text(): string {
    return Buffer.concat(this.#bytes).toString();
  }

  get length(): number {
    return this.#bytes.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  received(bytes: Uint8Array): void {
    this.#bytes.push(bytes);
    this.#wake();
  }

  drained(): void {
    this.#note("drained");
  }

  ended(): void {
    this.#note("ended");
  }

  closed(): void {
    this.#note("closed");
  }

  /** Resolves once the claim is true. */
  async until(claim: () => boolean): Promise<void> {
    while (!claim()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #note(event: string): void {
    this.events.push(event);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function pair(): { left: Socket; right: Socket; leftOwner: Owner; rightOwner: Owner } {
  const [leftFd, rightFd] = runtime.libc.socketpair();
  const leftOwner = new Owner();
  const rightOwner = new Owner();
  const left = runtime.adopt(leftFd, leftOwner);
  const right = runtime.adopt(rightFd, rightOwner);
  return { left, right, leftOwner, rightOwner };
}

function connectTo(port: number): Promise<NetSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    socket.once("connect", () => resolve(socket)).once("error", reject);
  });
}

function readAll(socket: NetSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.on("data", (bytes: Uint8Array) => text += Buffer.from(bytes).toString());
    socket.once("end", () => resolve(text)).once("error", reject);
  });
}

function listenTcp(): { fd: number; port: number } {
  const options = { host: "127.0.0.1", port: 0, reusePort: true, backlog: 1024 };
  const fd = runtime.libc.listenTcp(options);
  const address = runtime.libc.localAddress(fd);
  assert.equal(address.family, "inet");
  return { fd, port: address.family === "inet" ? address.port : 0 };
}

test("adopt() joins both ends of a socketpair", async () => {
  const { left, right, leftOwner, rightOwner } = pair();
  assert.equal(left.write("ping"), 4);
  await rightOwner.until(() => rightOwner.text === "ping");
  assert.equal(right.write(new TextEncoder().encode("pong")), 4);
  await leftOwner.until(() => leftOwner.text === "pong");
  assert.equal(left.remoteAddress, undefined);
  left.end();
  await rightOwner.until(() => rightOwner.events.includes("ended"));
  right.end();
  await rightOwner.until(() => rightOwner.events.includes("closed"));
  await leftOwner.until(() => leftOwner.events.includes("closed"));
  assert.equal(left.write("late"), -1);
});

test("write() says how much it took, and drained() when to go on", async () => {
  const { left, right, rightOwner, leftOwner } = pair();
  right.pause();
  const block = new Uint8Array(1 << 20).fill(97);
  let sent = 0;
  for (let taken = -1; taken !== 0; sent += taken) {
    taken = left.write(block);
    assert.notEqual(taken, -1);
    if (taken < block.length && taken > 0) {
      sent += taken;
      break;
    }
  }
  const drainedBefore = leftOwner.events.length;
  right.resume();
  await leftOwner.until(() => leftOwner.events.length > drainedBefore);
  await rightOwner.until(() => rightOwner.length === sent);
  left.end();
  right.end();
});

test("write() does not keep the caller's buffer", async () => {
  const { left, right, rightOwner } = pair();
  const buffer = new TextEncoder().encode("first");
  left.write(buffer);
  buffer.fill(0);
  await rightOwner.until(() => rightOwner.length === 5);
  assert.equal(rightOwner.text, "first");
  left.end();
  right.end();
});

test("a socket that the peer half-closed still sends", async () => {
  const { left, right, leftOwner, rightOwner } = pair();
  left.shutdown();
  await rightOwner.until(() => rightOwner.events.includes("ended"));
  assert.equal(right.write("answer"), 6);
  await leftOwner.until(() => leftOwner.text === "answer");
  right.end();
  left.end();
});

test("listen() serves connections of an inherited socket and keeps its backlog", async () => {
  const { fd, port } = listenTcp();
  const owners: Owner[] = [];
  const listener = runtime.listen(fd, 1024, (socket) => {
    const owner = new Owner();
    owners.push(owner);
    assert.equal(socket.remoteAddress, "127.0.0.1");
    assert.equal(typeof socket.remotePort, "number");
    socket.write("hello\n");
    void owner.until(() => owner.events.includes("ended")).then(() => {
      socket.write(`you said ${owner.text}`);
      socket.end();
    });
    return owner;
  });
  const client = await connectTo(port);
  const answer = readAll(client);
  client.end("hi");
  assert.equal(await answer, "hello\nyou said hi");
  listener.stop();
  runtime.libc.close(fd);
  assert.equal(owners.length, 1);
});

test("stop() leaves the socket to other owners, and its queue to the next listener", async () => {
  const { fd, port } = listenTcp();
  const first = runtime.listen(fd, 16, () => new Owner());
  first.stop();
  const client = await connectTo(port);
  const answer = readAll(client);
  const second = runtime.listen(fd, 16, (socket) => {
    socket.write("second");
    socket.end();
    return new Owner();
  });
  assert.equal(await answer, "second");
  client.destroy();
  second.stop();
  runtime.libc.close(fd);
});

test("selfCommand() starts with this executable", () => {
  assert.equal(runtime.selfCommand()[0], process.execPath);
});
