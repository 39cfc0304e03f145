import assert from "node:assert/strict";
import { test } from "node:test";
import { Dispatcher } from "../../../workers/python/dispatcher.ts";
import { Load } from "../../../workers/python/load.ts";

interface TestJob {
  name: string;
  arrivedAt: number;
}

function seat(name: string, inFlight: number, window: number) {
  const load = Load.ofTasks(window);
  load.isOpen = true;
  for (let i = 0; i < inFlight; i++) load.begin(0);
  return { name, load };
}

function dispatcher(seats: ReturnType<typeof seat>[], queueLimit = 10) {
  const result = new Dispatcher<ReturnType<typeof seat>, TestJob>({
    queueLimit,
    queueTimeoutMs: 100,
  });
  for (const one of seats) result.add(one);
  return result;
}

const job = (name: string, arrivedAt = 0): TestJob => ({ name, arrivedAt });

function place(target: ReturnType<typeof dispatcher>, one: TestJob): string {
  const result = target.place(one, one.arrivedAt);
  return typeof result === "string" ? result : result.name;
}

const CASES: [what: string, seats: [inFlight: number, window: number][], expected: string][] = [
  ["no seat", [], "queued"],
  ["one idle seat", [[0, 1]], "0"],
  ["the idle one of two", [[1, 5], [0, 5]], "1"],
  ["the less busy one", [[3, 5], [2, 5], [4, 5]], "1"],
  ["the one with room, though busier", [[1, 1], [4, 5]], "1"],
  ["all are full", [[1, 1], [5, 5]], "queued"],
];

for (const [what, seats, expected] of CASES) {
  test(`place(): ${what}`, () => {
    const target = dispatcher(seats.map(([busy, window], i) => seat(`${i}`, busy, window)));
    assert.equal(place(target, job("x")), expected);
  });
}

test("equally busy seats take turns", () => {
  const target = dispatcher([seat("a", 0, 9), seat("b", 0, 9), seat("c", 0, 9)]);
  const names = Array.from({ length: 6 }, (_, i) => place(target, job(`${i}`)));
  assert.deepEqual(names.slice(0, 3).sort(), ["a", "b", "c"]);
  assert.deepEqual(names.slice(3).sort(), ["a", "b", "c"]);
});

test("a seat that is closed takes nothing", () => {
  const closed = seat("a", 0, 5);
  closed.load.isOpen = false;
  assert.equal(place(dispatcher([closed]), job("x")), "queued");
});

test("the queue is first come, first served, and nobody overtakes it", () => {
  const one = seat("a", 1, 1);
  const target = dispatcher([one]);
  assert.deepEqual(["x", "y"].map((name) => place(target, job(name))), ["queued", "queued"]);
  assert.equal(target.next(0), null);
  one.load.finish(1, 0);
  assert.equal(place(target, job("z")), "queued");
  assert.equal(target.next(0)?.job.name, "x");
  assert.equal(target.next(0), null);
  one.load.finish(1, 0);
  assert.equal(target.next(0)?.job.name, "y");
});

test("beyond the limit nothing is queued", () => {
  const target = dispatcher([], 2);
  assert.deepEqual(["x", "y", "z"].map((name) => place(target, job(name))), [
    "queued",
    "queued",
    "full",
  ]);
});

test("what comes back goes before all others, oldest first", () => {
  const one = seat("a", 0, 0);
  const target = dispatcher([one]);
  place(target, job("waiting", 9));
  target.putBack([job("fourth", 4), job("third", 3)]);
  target.putBack([job("fifth", 5), job("second", 2)]);
  one.load.window = 9;
  const names: string[] = [];
  for (let found = target.next(9); found !== null; found = target.next(9)) {
    names.push(found.job.name);
  }
  assert.deepEqual(names, ["second", "third", "fourth", "fifth", "waiting"]);
});

test("what waited too long is taken out", () => {
  const target = dispatcher([]);
  place(target, job("old", 10));
  place(target, job("young", 50));
  target.putBack([job("oldest", 5)]);
  assert.deepEqual(target.expire(104), []);
  assert.deepEqual(target.expire(110).map((one) => one.name), ["oldest", "old"]);
  assert.equal(target.queueLength, 1);
});

test("a job that is cancelled is not dispatched", () => {
  const one = seat("a", 1, 1);
  const target = dispatcher([one]);
  const [x, y] = [job("x"), job("y")];
  place(target, x);
  place(target, y);
  assert.equal(target.cancel(x), true);
  assert.equal(target.cancel(x), false);
  one.load.finish(1, 0);
  assert.equal(target.next(0)?.job.name, "y");
});
