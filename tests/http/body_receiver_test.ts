import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { BodyReceiver } from "../../lib/http/body_receiver.ts";
import { BODY_HIGH_WATER } from "../../lib/http/limits.ts";

class Source {
  wanted = 0;
  bodyWanted(): void {
    this.wanted++;
  }
}

function setUp(length = 10): { source: Source; body: BodyReceiver; seen: string[] } {
  const source = new Source();
  return { source, body: new BodyReceiver(length, source), seen: [] };
}

function consume(body: BodyReceiver, seen: string[]): void {
  body.stream(
    (chunk) => seen.push(Buffer.from(chunk).toString()),
    (error) => seen.push(error === null ? "END" : `ERROR ${error.message}`),
  );
}

test("BodyReceiver: what came before the consumer is delivered first", () => {
  const { body, seen, source } = setUp();
  body.push(Buffer.from("ab"));
  consume(body, seen);
  assert.equal(source.wanted, 1);
  body.push(Buffer.from("cd"));
  body.finish();
  assert.deepEqual(seen, ["ab", "cd", "END"]);
  assert.equal(body.isComplete, true);
});

test("BodyReceiver: takeIfComplete() gives the whole body, or null while it is coming", () => {
  const { body } = setUp();
  body.push(Buffer.from("ab"));
  assert.equal(body.takeIfComplete(), null);
  body.push(Buffer.from("cd"));
  body.finish();
  assert.equal(Buffer.from(body.takeIfComplete()!).toString(), "abcd");
  assert.equal(body.takeIfComplete(), null, "it can be taken once");
});

test("BodyReceiver: pause() holds chunks and the end back until resume()", () => {
  const { body, seen } = setUp();
  consume(body, seen);
  body.push(Buffer.from("a"));
  body.pause();
  body.push(Buffer.from("b"));
  body.finish();
  assert.deepEqual(seen, ["a"]);
  body.resume();
  assert.deepEqual(seen, ["a", "b", "END"]);
});

test("BodyReceiver: a consumer may pause within a delivery", () => {
  const { body, source } = setUp();
  const seen: string[] = [];
  for (const chunk of ["a", "b", "c"]) body.push(Buffer.from(chunk));
  body.stream((chunk) => {
    seen.push(Buffer.from(chunk).toString());
    body.pause();
  }, () => seen.push("END"));
  assert.deepEqual(seen, ["a"]);
  assert.equal(source.wanted, 0);
  body.resume();
  assert.deepEqual(seen, ["a", "b"]);
});

test("BodyReceiver: the client is slowed down when much waits", () => {
  const { body, seen } = setUp();
  body.push(Buffer.alloc(BODY_HIGH_WATER - 1));
  assert.equal(body.wantsMore, true);
  body.push(Buffer.alloc(1));
  assert.equal(body.wantsMore, false);
  consume(body, seen);
  assert.equal(body.wantsMore, true);
});

test("BodyReceiver: fail() ends delivery with its error, once, after what has come", () => {
  const { body, seen } = setUp();
  body.push(Buffer.from("a"));
  body.fail(new Error("gone"));
  consume(body, seen);
  body.fail(new Error("again"));
  assert.deepEqual(seen, ["a", "ERROR gone"]);
});

test("BodyReceiver: discard() ends delivery without a word", () => {
  const { body, seen } = setUp();
  consume(body, seen);
  body.discard();
  body.push(Buffer.from("a"));
  body.finish();
  assert.deepEqual(seen, []);
});

test("BodyReceiver: a second reader is refused", () => {
  const { body, seen } = setUp();
  consume(body, seen);
  assert.throws(() => consume(body, seen), TypeError);
});
