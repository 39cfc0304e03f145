import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFields } from "../../lib/http/fields.ts";

test("formatFields() writes fields in order and keeps their case", () => {
  const block = formatFields([["X-A", "1"], ["set-cookie", "a=1"], ["Set-Cookie", "b=2"]]);
  assert.equal(block.text, "X-A: 1\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\n");
  assert.equal(block.contentLength, -1);
  assert.equal(block.isAscii, true);
  assert.equal(block.hasDate, false);
});

test("formatFields() trims white space around values", () => {
  assert.equal(formatFields([["a", "  b c\t"]]).text, "a: b c\r\n");
});

test("formatFields() tells what the server must know and leaves hop-by-hop fields to it", () => {
  const block = formatFields([
    ["Content-Length", "12"],
    ["Date", "x"],
    ["Connection", "keep-alive, Close"],
    ["Transfer-Encoding", "chunked"],
    ["Keep-Alive", "timeout=5"],
    ["Upgrade", "h2c"],
  ]);
  assert.deepEqual({ ...block }, {
    text: "Date: x\r\n",
    isAscii: true,
    contentLength: 12,
    hasDate: true,
    closes: true,
  });
});

test("formatFields() lets obs-text pass and says so", () => {
  const block = formatFields([["x", "caf\xe9"]]);
  assert.equal(block.text, "x: caf\xe9\r\n");
  assert.equal(block.isAscii, false);
});

test("formatFields() takes blanks off a value, and nothing else: 0xA0 ends a character in UTF-8", () => {
  assert.equal(formatFields([["x", " \ta b\xc3\xa0\t "]]).text, "x: a b\xc3\xa0\r\n");
});

const refused: [why: string, name: string, value: string][] = [
  ["CR LF in a value splits the response (CVE-2020-7695)", "x", "a\r\nset-cookie: b"],
  ["CR alone", "x", "a\rb"],
  ["LF alone", "x", "a\nb"],
  ["CR LF at the end", "x", "a\r\n"],
  ["NUL", "x", "a\0b"],
  ["DEL", "x", "a\x7fb"],
  ["a character above one byte", "x", "a\u20acb"],
  ["a name with a space", "x y", "a"],
  ["a name with a colon", "x:", "a"],
  ["an empty name", "", "a"],
  ["a name with CR LF", "x\r\ny", "a"],
  ["Content-Length that is no number", "content-length", "1, 1"],
  ["Content-Length with a sign", "content-length", "+1"],
  ["an empty Content-Length", "content-length", ""],
];
for (const [why, name, value] of refused) {
  test(`formatFields() refuses ${why}`, () => {
    assert.throws(() => formatFields([[name, value]]), TypeError);
  });
}

test("formatFields() refuses two different lengths", () => {
  assert.throws(() => formatFields([["content-length", "1"], ["Content-Length", "2"]]), TypeError);
});
