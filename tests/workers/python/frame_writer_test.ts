import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { FrameReader, payloadText } from "../../../workers/python/frame_reader.ts";
import { FrameWriter } from "../../../workers/python/frame_writer.ts";
import { FLAG, FRAME } from "../../../workers/python/frames.ts";

/** Takes what a writer sends and reads it again; `room` says how much each write may take. */
class Wire {
  writes = 0;
  room = Infinity;
  readonly found: [type: number, id: number, flags: number, a: number, b: number, text: string][] =
    [];
  readonly writer = new FrameWriter((bytes) => {
    this.writes++;
    if (this.room < 0) return -1;
    const taken = Math.min(bytes.length, this.room);
    // A copy: the writer uses its buffer again.
    this.#reader.push(Uint8Array.from(bytes.subarray(0, taken)));
    return taken;
  });
  readonly #reader = new FrameReader((frame) => {
    const { type, id, flags, a, b } = frame;
    this.found.push([type, id, flags, a, b, payloadText(frame)]);
  });
}

const endOfTurn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

const REQUEST = {
  id: 7,
  flags: FLAG.end,
  prefix: { names: Buffer.from("A\0"), values: Buffer.from("1\0") },
  head: { names: Buffer.from("B\0C"), values: Buffer.from("2\0three") },
  body: Buffer.from("body"),
};
const REQUEST_FRAME = [FRAME.request, 7, FLAG.end, 5, 9, "A\0B\0C1\x002\0threebody"];

test("all frames of a turn leave in one write", async () => {
  const wire = new Wire();
  wire.writer.request(REQUEST);
  wire.writer.signal(FRAME.disconnect, 9);
  wire.writer.body(8, FLAG.end, Buffer.from("x"));
  assert.equal(wire.writes, 0);
  await endOfTurn();
  assert.equal(wire.writes, 1);
  assert.deepEqual(wire.found, [
    REQUEST_FRAME,
    [FRAME.disconnect, 9, 0, 0, 0, ""],
    [FRAME.body, 8, FLAG.end, 0, 0, "x"],
  ]);
});

test("what the socket does not take is kept and sent when it drains", () => {
  for (let room = 0; room < 60; room++) {
    const wire = new Wire();
    wire.room = room;
    wire.writer.request(REQUEST);
    wire.writer.flush();
    wire.writer.signal(FRAME.credit, 3, 70_000);
    wire.writer.flush();
    wire.room = Infinity;
    wire.writer.drained();
    const credit = [FRAME.credit, 3, 0, 70_000, 0, ""];
    assert.deepEqual(wire.found, [REQUEST_FRAME, credit], `room for ${room}`);
    assert.equal(wire.writer.pendingBytes, 0);
  }
});

test("the buffer grows with what waits", () => {
  const wire = new Wire();
  wire.room = 10;
  const large = Buffer.alloc(50_000, "y");
  for (let id = 1; id <= 60; id++) {
    wire.writer.body(id, 0, large);
    if (id === 1) wire.writer.flush();
  }
  wire.room = Infinity;
  wire.writer.drained();
  assert.deepEqual(wire.found.map(([, id]) => id), Array.from({ length: 60 }, (_, i) => i + 1));
  assert.ok(wire.found.every(([, , , , , text]) => text === large.toString()));
});

test("a closed socket is nobody's trouble", () => {
  const wire = new Wire();
  wire.room = -1;
  wire.writer.request(REQUEST);
  wire.writer.flush();
  assert.equal(wire.writer.pendingBytes, 0);
});
