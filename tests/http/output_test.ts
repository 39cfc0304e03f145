import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { Output } from "../../lib/http/output.ts";
import { FakeSocket } from "./fake_socket.ts";

test("Output: text of one turn leaves in one write", () => {
  const socket = new FakeSocket();
  const output = new Output(socket, { bytes: 0 });
  output.addText("a");
  output.addText("b");
  output.flush();
  assert.equal(socket.writes.length, 1);
  assert.equal(socket.sent, "ab");
  assert.ok(output.isEmpty);
});

test("Output: text and small bytes keep their order and leave in one write", () => {
  const socket = new FakeSocket();
  const output = new Output(socket, { bytes: 0 });
  output.addText("head ");
  output.addBytes(Buffer.from("body "));
  output.addText("head2 ");
  output.addLatin1("\xe9");
  output.flush();
  assert.equal(socket.writes.length, 1);
  assert.equal(socket.sent, "head body head2 \xe9");
});

test("Output: a large piece is not copied", () => {
  const socket = new FakeSocket();
  const output = new Output(socket, { bytes: 0 });
  output.addText("head");
  output.addBytes(Buffer.alloc(100_000, "x"));
  output.flush();
  assert.deepEqual(socket.writes.map((bytes) => bytes.length), [4, 100_000]);
});

for (const size of [0, 1, 3, 7]) {
  test(`Output: a socket that takes ${size} bytes at first gets all in order when it drains`, () => {
    const socket = new FakeSocket();
    socket.takes = [size];
    const output = new Output(socket, { bytes: 0 });
    output.addText("hello ");
    if (size === 7) output.addBytes(Buffer.from("big "));
    output.addText("world");
    output.flush();
    assert.equal(output.isBlocked, true);
    output.addText("!");
    output.flush();
    assert.equal(socket.sent.length, size, "nothing is written while the socket is full");
    output.unblock();
    assert.equal(socket.sent, size === 7 ? "hello big world!" : "hello world!");
    assert.ok(output.isEmpty);
    assert.equal(output.isBlocked, false);
  });
}

test("Output: flush() says that the socket is closed", () => {
  const socket = new FakeSocket();
  socket.takes = [-1, -1];
  const output = new Output(socket, { bytes: 0 });
  output.addText("x");
  assert.equal(output.flush(), false);
});

test("Output: a closed socket ends the output, it does not keep it busy", () => {
  const socket = new FakeSocket();
  const held = { bytes: 0 };
  const output = new Output(socket, held);
  output.addBytes(Buffer.from("abc"));
  socket.takes = [-1];
  assert.equal(output.flush(), false);
  assert.ok(output.isEmpty);
  assert.equal(held.bytes, 0);
  assert.equal(output.flush(), true);
  assert.equal(socket.sent, "");
});
