import assert from "node:assert/strict";
import { test } from "node:test";
import { Parser } from "../../lib/parser/parser.ts";
import { Connection, type Outcome } from "./connection.ts";
import { type Case, readCorpus, withHost } from "./corpus.ts";
import { type Deviation, DEVIATIONS } from "./corpus_deviations.ts";
import { type Random, randomFrom } from "./random.ts";

const CORPUS = readCorpus();
const SEED = 20261123;
const RANDOM_CUTS = 20;

const DEVIATION_OF = new Map<string, Deviation>(
  DEVIATIONS.flatMap((deviation) => deviation.cases.map((name) => [name, deviation])),
);

for (const original of CORPUS) {
  test(`corpus ${original.name}`, () => {
    const hosted = withHost(original);
    if (hosted !== null) {
      const outcome = replay(original, [original.bytes]);
      assert.ok(outcome.status >= 400, "RFC 9112 §3.2: HTTP/1.1 without Host is refused");
    }
    check(hosted ?? original, DEVIATION_OF.get(original.name));
  });
}

test("the corpus has all its cases, and deviations name cases of it", () => {
  assert.equal(CORPUS.length, 137);
  const names = new Set(CORPUS.map((one) => one.name));
  for (const name of DEVIATION_OF.keys()) assert.ok(names.has(name), name);
});

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
