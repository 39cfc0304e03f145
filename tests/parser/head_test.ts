import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { contentLength, FIELD_NAMES, HEAD, METHODS, Parser } from "../../lib/parser/parser.ts";
import { fields, line, type ParserCase } from "./cases.ts";
import { readRequest, textOf } from "./connection.ts";
import { DEFAULTS } from "./corpus.ts";
import { FIELD_CASES } from "./field_cases.ts";
import { FRAMING_CASES } from "./framing_cases.ts";
import { REQUEST_LINE_CASES } from "./request_line_cases.ts";

for (const one of [...REQUEST_LINE_CASES, ...FIELD_CASES, ...FRAMING_CASES]) {
  test(`parseHead: ${one.name}`, () => check(one));
}

function check(one: ParserCase): void {
  const parser = new Parser({ ...DEFAULTS, ...one.settings });
  const bytes = Buffer.from(one.input, "latin1");
  const expected = one.result === "all" ? bytes.length : one.result;
  parser.load(bytes, 0);
  assert.equal(parser.parseHead(0, bytes.length), expected);
  if (expected > 0) checkHead(one, parser);
  checkPrefixes(parser, bytes, expected);
}

function checkHead(one: ParserCase, parser: Parser): void {
  const { head } = parser;
  if (one.flags !== undefined) assert.equal(head[HEAD.flags], one.flags);
  if (one.contentLength !== undefined) assert.equal(contentLength(head), one.contentLength);
  if (one.authority !== undefined) {
    const authority = textOf(parser, head[HEAD.authorityStart]!, head[HEAD.authorityEnd]!);
    assert.equal(authority, one.authority);
  }
  const request: Record<string, unknown> = { ...readRequest(parser) };
  for (const [part, value] of Object.entries(one.request ?? {})) {
    assert.deepEqual(request[part], value, part);
  }
}

/** The answer to the first bytes is 0 until it is the final one, and then stays. */
function checkPrefixes(parser: Parser, bytes: Uint8Array, expected: number): void {
  let answer = 0;
  for (let end = 0; end <= bytes.length; end++) {
    const now = parser.parseHead(0, end);
    if (answer !== 0) assert.equal(now, answer, `with ${end} bytes`);
    answer = now;
  }
  assert.equal(answer, expected);
}

test("parseHead: every known method and field name has its own id", () => {
  const parser = new Parser(DEFAULTS);
  for (const [id, name] of METHODS.entries()) {
    if (id === 0 || name === "CONNECT") continue;
    const bytes = Buffer.from(line(`${name} / HTTP/1.1`));
    parser.load(bytes, 0);
    assert.equal(parser.parseHead(0, bytes.length), bytes.length);
    assert.equal(parser.head[HEAD.methodId], id, name);
  }
  for (const [id, name] of FIELD_NAMES.entries()) {
    if (id === 0) continue;
    for (const spelling of [name, name.toUpperCase()]) {
      assert.equal(idOf(parser, spelling), id, name);
    }
    assert.equal(idOf(parser, `${name.slice(0, -1)}~`), 0, name);
  }
});

/** The id of the first field, before a long field and then as the last one. */
function idOf(parser: Parser, name: string): number {
  const value = /length/i.test(name)
    ? "0"
    : /transfer-encoding/i.test(name)
    ? "chunked"
    : "100-continue";
  const ids = ["", "X: ".padEnd(50, "x")].map((after) => {
    const text = after === "" ? fields(`${name}:${value}`) : fields(`${name}:${value}`, after);
    // The name is the second field of a head without the Host that fields() adds.
    const bytes = Buffer.from(/^host$/i.test(name) ? text.replace("Host: a\r\n", "") : text);
    parser.load(bytes, 0);
    assert.equal(parser.parseHead(0, bytes.length), bytes.length, name);
    const index = /^host$/i.test(name) ? 0 : 1;
    return parser.head[HEAD.fields + 5 * index + 4]!;
  });
  assert.equal(ids[0], ids[1]);
  return ids[0]!;
}

test("parseHead: positions count from the start of the input area", () => {
  const parser = new Parser(DEFAULTS);
  const bytes = Buffer.from(fields("X: 1"));
  parser.load(bytes, 1000);
  assert.equal(parser.parseHead(1000, 1000 + bytes.length), bytes.length);
  assert.equal(parser.head[HEAD.targetStart], 1004);
  assert.equal(parser.head[HEAD.end], 1000 + bytes.length);
});

test("parseHead: limits of 0 stand for the parser's own", () => {
  const none = { maxRequestLine: 0, maxFields: 0, maxFieldSize: 0, maxHead: 0 };
  const parser = new Parser({ ...DEFAULTS, ...none });
  const many = Array.from({ length: 8191 }, (_, index) => `X-${index}: 1`);
  const bytes = Buffer.from(fields(...many));
  parser.load(bytes, 0);
  assert.equal(parser.parseHead(0, bytes.length), bytes.length);
  const tooMany = Buffer.from(fields(...many, "Y: 1"));
  parser.load(tooMany, 0);
  assert.equal(parser.parseHead(0, tooMany.length), -431);
});

test("load: more than the input area is a RangeError", () => {
  const parser = new Parser(DEFAULTS);
  assert.throws(() => parser.load(new Uint8Array(parser.bytes.length), 1), RangeError);
});
