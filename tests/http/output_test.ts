import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { Output } from "../../lib/http/output.ts";
import type { Socket } from "../../lib/socket.ts";

/** A socket that takes as many bytes a call as it is told. */
class FakeSocket implements Socket {
  writes: Buffer[] = [];
  takes: number[] = [];
  remoteAddress = undefined;
  remotePort = undefined;

  write(data: Uint8Array | string): number {
    const bytes = Buffer.from(data as string, "latin1");
    const taken = Math.min(this.takes.shift() ?? bytes.length, bytes.length);
    if (taken > 0) this.writes.push(bytes.subarray(0, taken));
    return taken;
  }

  get received(): string {
    return Buffer.concat(this.writes).toString("latin1");
  }

  pause(): void {}
  resume(): void {}
  shutdown(): void {}
  end(): void {}
  terminate(): void {}
}

test("Output: text of one turn leaves in one write", () => {
  const socket = new FakeSocket();
  const output = new Output(socket);
  output.addText("a");
  output.addText("b");
  output.flush();
  assert.equal(socket.writes.length, 1);
  assert.equal(socket.received, "ab");
  assert.ok(output.isEmpty);
  assert.equal(output.sent, 2);
});

test("Output: text and small bytes keep their order and leave in one write", () => {
  const socket = new FakeSocket();
  const output = new Output(socket);
  output.addText("head ");
  output.addBytes(Buffer.from("body "));
  output.addText("head2 ");
  output.addLatin1("\xe9");
  output.flush();
  assert.equal(socket.writes.length, 1);
  assert.equal(socket.received, "head body head2 \xe9");
});

test("Output: a large piece is not copied", () => {
  const socket = new FakeSocket();
  const output = new Output(socket);
  output.addText("head");
  output.addBytes(Buffer.alloc(100_000, "x"));
  output.flush();
  assert.deepEqual(socket.writes.map((bytes) => bytes.length), [4, 100_000]);
});

for (const size of [0, 1, 3, 7]) {
  test(`Output: a socket that takes ${size} bytes at first gets all in order when it drains`, () => {
    const socket = new FakeSocket();
    socket.takes = [size];
    const output = new Output(socket);
    output.addText("hello ");
    if (size === 7) output.addBytes(Buffer.from("big "));
    output.addText("world");
    output.flush();
    assert.equal(output.isBlocked, true);
    output.addText("!");
    output.flush();
    assert.equal(socket.received.length, size, "nothing is written while the socket is full");
    output.unblock();
    assert.equal(socket.received, size === 7 ? "hello big world!" : "hello world!");
    assert.ok(output.isEmpty);
    assert.equal(output.isBlocked, false);
  });
}

test("Output: flush() says that the socket is closed", () => {
  const socket = new FakeSocket();
  socket.takes = [-1, -1];
  const output = new Output(socket);
  output.addText("x");
  assert.equal(output.flush(), false);
});
