import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import { EventQueue } from "../../lib/supervisor/event_queue.ts";

test("take() gives events in order, once", () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  queue.push(2);
  assert.deepEqual(queue.take(), [1, 2]);
  assert.deepEqual(queue.take(), []);
});

test("wait() ends with the first event", async () => {
  const queue = new EventQueue<number>();
  const waiting = queue.wait(Infinity);
  queue.push(1);
  assert.deepEqual(await waiting, { isHeldUp: false });
  assert.deepEqual(await queue.wait(Infinity), { isHeldUp: false });
});

test("wait() ends at its time", async () => {
  const queue = new EventQueue<number>();
  const until = performance.now() + 20;
  await queue.wait(until);
  assert.ok(performance.now() >= until - 1);
  await queue.wait(0);
});

test("wait() notices that the process was held up", async () => {
  const queue = new EventQueue<number>();
  const waiting = queue.wait(performance.now() + 1);
  // Nothing else runs in this thread meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
  assert.deepEqual(await waiting, { isHeldUp: true });
});
