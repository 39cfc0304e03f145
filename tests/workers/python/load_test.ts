import assert from "node:assert/strict";
import { test } from "node:test";
import { Load, STALL_MS } from "../../../workers/python/load.ts";

/** Service time of each request, threads, expected window when the process is measured by 100 of them. */
const WINDOWS: [serviceMs: number, threads: number, window: number][] = [
  [0.01, 1, 64],
  [0.1, 1, 40],
  [0.1, 4, 160],
  [0.4, 1, 10],
  [1, 1, 4],
  [50, 1, 1],
  [50, 8, 8],
];

for (const [serviceMs, threads, window] of WINDOWS) {
  test(`${threads} threads that take ${serviceMs} ms hold ${window} requests`, () => {
    const load = Load.ofThreads(threads);
    let now = 0;
    for (let i = 0; i < 100; i++) {
      for (let thread = 0; thread < threads; thread++) load.begin(now);
      // A little less than the limit, for the sake of rounding.
      now += serviceMs * 0.999;
      load.finish(threads, now);
    }
    assert.equal(load.window, window);
  });
}

test("a new process is sent nothing ahead", () => {
  assert.equal(Load.ofThreads(3).window, 3);
});

test("one slow answer closes the window, quick ones open it again", () => {
  const load = Load.ofThreads(1);
  let now = 0;
  const answer = (ms: number) => {
    load.begin(now);
    now += ms;
    load.finish(1, now);
  };
  for (let i = 0; i < 50; i++) answer(0.05);
  assert.ok(load.window > 10);
  answer(100);
  assert.equal(load.window, 1);
  for (let i = 0; i < 60; i++) answer(0.05);
  assert.ok(load.window > 5);
});

test("a process is overdue when a request may wait for another and nothing is finished", () => {
  const load = Load.ofThreads(2);
  load.begin(0);
  assert.equal(load.isOverdue(1000), false, "it is running");
  // Though both may be running: one may be answered, and its thread keep the answer while it runs the other.
  load.begin(0);
  assert.equal(load.isOverdue(STALL_MS - 1), false);
  assert.equal(load.isOverdue(STALL_MS), true);
  load.begin(0);
  load.stall();
  assert.equal(load.isOverdue(1000), false, "it was asked already");
  assert.equal(load.window, 2);
  load.giveBack(1);
  load.finish(1, 1000);
  assert.equal(load.inFlight, 1);
});

test("a process of tasks holds a fixed number and is never overdue", () => {
  const load = Load.ofTasks(3);
  load.isOpen = true;
  for (let i = 0; i < 3; i++) load.begin(0);
  assert.equal(load.hasRoom, false);
  assert.equal(load.isOverdue(1000), false);
  load.finish(1, 1000);
  assert.deepEqual([load.hasRoom, load.window], [true, 3]);
});
