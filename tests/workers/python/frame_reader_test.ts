import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { type Frame, FrameReader, payloadText } from "../../../workers/python/frame_reader.ts";
import { FLAG, FRAME, HEADER_SIZE, MAX_PAYLOAD } from "../../../workers/python/frames.ts";

type Sample = Omit<Frame, "bytes" | "start" | "end"> & { text: string };

const SAMPLES: Sample[] = [
  { id: 1, type: FRAME.response, flags: FLAG.end, status: 200, a: 3, b: 0, text: "OK\0body" },
  {
    id: 0xffff_ffff,
    type: FRAME.credit,
    flags: 0,
    status: 0,
    a: 0xffff_fffe,
    b: 0x8000_0000,
    text: "",
  },
  { id: 0, type: FRAME.log, flags: 0, status: 65_535, a: 0, b: 0, text: "größer" },
  { id: 258, type: FRAME.body, flags: 3, status: 404, a: 1, b: 2, text: "x".repeat(300) },
];

function encode(samples: readonly Sample[]): Buffer {
  return Buffer.concat(samples.map(({ id, type, flags, status, a, b, text }) => {
    const payload = Buffer.from(text);
    const header = Buffer.alloc(HEADER_SIZE);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(id, 4);
    header.writeUInt8(type, 8);
    header.writeUInt8(flags, 9);
    header.writeUInt16LE(status, 10);
    header.writeUInt32LE(a, 12);
    header.writeUInt32LE(b, 16);
    return Buffer.concat([header, payload]);
  }));
}

function read(chunks: readonly Uint8Array[]): Sample[] {
  const found: Sample[] = [];
  const reader = new FrameReader((frame) => {
    const { id, type, flags, status, a, b } = frame;
    found.push({ id, type, flags, status, a, b, text: payloadText(frame) });
  });
  for (const chunk of chunks) reader.push(chunk);
  return found;
}

const STREAM = encode(SAMPLES);

test("frames in one chunk are read", () => {
  assert.deepEqual(read([STREAM]), SAMPLES);
});

test("frames are the same wherever the stream is cut in two", () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    assert.deepEqual(
      read([STREAM.subarray(0, cut), STREAM.subarray(cut)]),
      SAMPLES,
      `cut at ${cut}`,
    );
  }
});

test("frames are the same in pieces of any size", () => {
  for (let size = 1; size < 70; size++) {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < STREAM.length; at += size) pieces.push(STREAM.subarray(at, at + size));
    assert.deepEqual(read(pieces), SAMPLES, `pieces of ${size}`);
  }
});

test("the beginning of a frame is kept, not read twice", () => {
  assert.deepEqual(read([STREAM.subarray(0, 19)]), []);
});

test("a frame that is longer than any can be is an error", () => {
  const header = encode([{ ...SAMPLES[0]!, text: "" }]);
  header.writeUInt32LE(MAX_PAYLOAD + 1, 0);
  assert.throws(() => read([header]), RangeError);
  assert.throws(() => read([header.subarray(0, 7), header.subarray(7)]), RangeError);
});
