import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { BodyCollector, MEMORY_LIMIT } from "../../../workers/python/body_collector.ts";
import type { JobBody } from "../../../workers/python/job.ts";
import { until } from "../../until.ts";
import { FakeBody } from "../fake_exchange.ts";

const folder = mkdtempSync(join(tmpdir(), "monoceros-body-collector-"));
after(() => rmSync(folder, { recursive: true }));

function collect(body: FakeBody, directory = folder) {
  const { promise, resolve, reject } = Promise.withResolvers<JobBody>();
  const collector = new BodyCollector(body, directory, { complete: resolve, failed: reject });
  collector.start();
  return { collector, result: promise };
}

const isEmpty = () => readdirSync(folder).length === 0;

test("a small body is collected in memory", async () => {
  const body = new FakeBody();
  const { result } = collect(body);
  for (const text of ["a", "", "bc"]) body.push(new TextEncoder().encode(text));
  body.finish();
  const whole = await result;
  assert.ok(whole.kind === "bytes");
  assert.equal(new TextDecoder().decode(whole.bytes), "abc");
});

test("a body goes to a file that only its owner may read, when it grows too large", async () => {
  const body = new FakeBody();
  const { result } = collect(body);
  const half = MEMORY_LIMIT / 2;
  for (const fill of [1, 2, 3]) body.push(new Uint8Array(half).fill(fill));
  body.finish();
  const whole = await result;
  assert.ok(whole.kind === "file");
  const bytes = readFileSync(whole.path);
  assert.equal(bytes.length, 3 * half);
  assert.deepEqual([bytes[0], bytes[half], bytes[3 * half - 1]], [1, 2, 3]);
  assert.equal(statSync(whole.path).mode & 0o777, 0o600);
  whole.remove();
  await until("the file is removed", isEmpty);
});

test("a body that is announced as large is never gathered in memory", async () => {
  const body = new FakeBody(MEMORY_LIMIT + 1);
  const { collector } = collect(body);
  body.push(new Uint8Array(1));
  await until("the file is there", () => !isEmpty());
  collector.cancel();
  await until("the file is removed", isEmpty);
});

test("the client waits while the disk does", async () => {
  const body = new FakeBody(MEMORY_LIMIT + 1);
  const { collector } = collect(body);
  body.push(new Uint8Array(1));
  assert.equal(body.isPaused, true);
  await until("the body goes on", () => !body.isPaused);
  collector.cancel();
  await until("the file is removed", isEmpty);
});

test("a body that breaks off leaves no file", async () => {
  const body = new FakeBody();
  const { result } = collect(body);
  body.push(new Uint8Array(MEMORY_LIMIT + 1));
  body.fail(new Error("gone"));
  await assert.rejects(result, /gone/);
  await until("the file is removed", isEmpty);
});

test("a folder that is not there is a failure", async () => {
  const body = new FakeBody();
  const { result } = collect(body, join(folder, "missing"));
  body.push(new Uint8Array(MEMORY_LIMIT + 1));
  body.finish();
  await assert.rejects(result, /ENOENT/);
});

test("after cancel() nothing is called", async () => {
  const body = new FakeBody();
  const { collector, result } = collect(body);
  body.push(new Uint8Array(10));
  collector.cancel();
  body.finish();
  body.fail(new Error("late"));
  const outcome = await Promise.race([result, Promise.resolve("nothing")]);
  assert.equal(outcome, "nothing");
});
