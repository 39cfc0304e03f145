import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { CHUNKS, Parser } from "../../lib/parser/parser.ts";
import { CHUNK_CASES, type ChunkCase } from "./chunk_cases.ts";
import { readFields } from "./connection.ts";
import { DEFAULTS } from "./corpus.ts";

interface Decoded {
  data: string;
  end: ChunkCase["end"];
  trailers: [name: string, value: string][];
  rest: string;
}

for (const one of CHUNK_CASES) {
  test(`decodeChunked: ${one.name}`, () => {
    const parser = new Parser({ ...DEFAULTS, ...one.settings });
    const bytes = Buffer.from(one.input, "latin1");
    const expected: Decoded = {
      data: one.data,
      end: one.end,
      trailers: one.trailers ?? [],
      rest: one.rest ?? "",
    };
    assert.deepEqual(decode(parser, bytes, bytes.length), expected, "whole");
    const isLong = bytes.length > 10_000;
    assert.deepEqual(decode(parser, bytes, isLong ? 977 : 1), expected, "in pieces");
  });
}

/** Decodes the bytes as they come in pieces of `size`. */
function decode(parser: Parser, bytes: Buffer, size: number): Decoded {
  const decoded: Decoded = { data: "", end: "more", trailers: [], rest: "" };
  const state = new Int32Array(CHUNKS.stateSize);
  let at = 0;
  for (let end = size; at < bytes.length; end += size) {
    const available = bytes.subarray(0, Math.min(end, bytes.length));
    parser.load(available, 0);
    let consumed = 1;
    while (consumed > 0) {
      consumed = parser.decodeChunked(at, available.length, state);
      if (consumed < 0) return { ...decoded, end: consumed };
      decoded.data += takeSpans(parser, bytes);
      at += consumed;
      if (parser.chunks[CHUNKS.isDone] !== 1) continue;
      const rest = bytes.toString("latin1", at);
      return { ...decoded, end: "done", trailers: readFields(parser), rest };
    }
    if (end >= bytes.length) break;
  }
  return decoded;
}

function takeSpans(parser: Parser, bytes: Buffer): string {
  let data = "";
  for (let i = 0; i < parser.chunks[CHUNKS.spanCount]!; i++) {
    const at = CHUNKS.spans + 2 * i;
    data += bytes.toString("latin1", parser.chunks[at], parser.chunks[at + 1]);
  }
  return data;
}

test("decodeChunked: stops when the spans are full and goes on behind them", () => {
  const parser = new Parser(DEFAULTS);
  const bytes = Buffer.from(`${"1\r\nx\r\n".repeat(5000)}0\r\n\r\n`);
  const state = new Int32Array(CHUNKS.stateSize);
  parser.load(bytes, 0);
  const first = parser.decodeChunked(0, bytes.length, state);
  assert.equal(parser.chunks[CHUNKS.spanCount], 4096);
  assert.equal(parser.chunks[CHUNKS.isDone], 0);
  const second = parser.decodeChunked(first, bytes.length, state);
  assert.equal(parser.chunks[CHUNKS.spanCount], 5000 - 4096);
  assert.equal(parser.chunks[CHUNKS.isDone], 1);
  assert.equal(first + second, bytes.length);
});
