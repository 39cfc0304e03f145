import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { Parser } from "../../lib/parser/parser.ts";
import { Connection, type Outcome } from "./connection.ts";
import { type Case, readCorpus } from "./corpus.ts";
import { type Deviation, DEVIATIONS } from "./corpus_deviations.ts";
import { type Random, randomFrom } from "./random.ts";

const CORPUS = readCorpus();
const SEED = 20261123;
const RANDOM_CUTS = 20;
/** Short, for a case with a limit of 10 bytes. */
const HOST = "Host: x\r\n";

const DEVIATION_OF = new Map<string, Deviation>(
  DEVIATIONS.flatMap((deviation) => deviation.cases.map((name) => [name, deviation])),
);

for (const original of CORPUS) {
  test(`corpus ${original.name}`, () => {
    const withHost = putHost(original);
    if (withHost !== null) {
      const outcome = replay(original, [original.bytes]);
      assert.ok(outcome.status >= 400, "RFC 9112 §3.2: HTTP/1.1 without Host is refused");
    }
    check(withHost ?? original, DEVIATION_OF.get(original.name));
  });
}

test("the corpus has all its cases, and deviations name cases of it", () => {
  assert.equal(CORPUS.length, 137);
  const names = new Set(CORPUS.map((one) => one.name));
  for (const name of DEVIATION_OF.keys()) assert.ok(names.has(name), name);
});

/** The case with a Host field in each HTTP/1.1 head that has none, or null if none is missing. */
function putHost(one: Case): Case | null {
  const text = Buffer.from(one.bytes).toString("latin1");
  if (one.accept === null) return putHostInFirstHead(one, text);
  let changed = text;
  const accept = one.accept.map((request) => {
    if (request.version !== "1.1" || request.headers.some(([name]) => name === "host")) {
      return request;
    }
    const line = ` ${request.target} HTTP/1.1\r\n`;
    changed = changed.replace(line, () => line + HOST);
    return { ...request, headers: [["host", "x"], ...request.headers] as [string, string][] };
  });
  return changed === text ? null : { ...one, accept, bytes: Buffer.from(changed, "latin1") };
}

function putHostInFirstHead(one: Case, text: string): Case | null {
  const head = /HTTP\/1\.1\r\n/.exec(text);
  if (head === null || /\r\nhost:/i.test(text)) return null;
  const at = head.index + head[0].length;
  const changed = text.slice(0, at) + HOST + text.slice(at);
  return { ...one, bytes: Buffer.from(changed, "latin1") };
}

function* byteByByte(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}

function cutAtRandom(bytes: Uint8Array, random: Random): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random(random(2) === 0 ? 8 : bytes.length);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function check(one: Case, deviation: Deviation | undefined): void {
  const whole = replay(one, [one.bytes]);
  judge(one, whole, deviation);
  assert.deepEqual(replay(one, byteByByte(one.bytes)), whole, "byte by byte");
  const random = randomFrom(SEED);
  for (let round = 0; round < RANDOM_CUTS; round++) {
    const pieces = cutAtRandom(one.bytes, random);
    assert.deepEqual(replay(one, pieces), whole, `cut at ${pieces.map((piece) => piece.length)}`);
  }
}

function judge(one: Case, outcome: Outcome, deviation: Deviation | undefined): void {
  if (deviation !== undefined && deviation.path === undefined) {
    assert.equal(outcome.status, deviation.status, deviation.clause);
    assert.equal(outcome.isCut, deviation.isCut ?? false, deviation.clause);
    return;
  }
  if (one.accept !== null) {
    const expected = one.accept.map((request) =>
      deviation?.path === undefined ? request : { ...request, path: deviation.path }
    );
    assert.deepEqual(outcome, { requests: expected, status: 0, isCut: false });
    return;
  }
  assert.equal(outcome.status, one.status ?? 0);
  assert.equal(outcome.isCut, one.status === null);
  assert.deepEqual(outcome.requests, []);
}

function replay(one: Case, pieces: Iterable<Uint8Array>): Outcome {
  const connection = new Connection(parserFor(one), one);
  for (const piece of pieces) connection.push(piece);
  return connection.outcome();
}

const PARSERS = new Map<string, Parser>();

function parserFor(one: Case): Parser {
  const key = JSON.stringify(one.settings);
  const parser = PARSERS.get(key) ?? new Parser(one.settings);
  PARSERS.set(key, parser);
  return parser;
}
