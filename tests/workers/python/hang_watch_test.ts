import assert from "node:assert/strict";
import { test } from "node:test";
import { describeHang, HangWatch } from "../../../workers/python/hang_watch.ts";
import { Job } from "../../../workers/python/job.ts";
import { FakeExchange } from "../fake_exchange.ts";

function job(activeAt: number, isBlocked = false): Job {
  const result = new Job(new FakeExchange({ method: "POST", target: "/slow?x" }));
  result.activeAt = activeAt;
  result.isBlocked = isBlocked;
  return result;
}

test("WSGI: requests about which nothing was said for the timeout hang, save those of slow clients", () => {
  const watch = new HangWatch("wsgi", 100, () => assert.fail("no ping"));
  const jobs = [job(0), job(1), job(0, true)];
  assert.deepEqual(watch.check(jobs, 99), []);
  assert.deepEqual(watch.check(jobs, 100), [jobs[0]]);
});

test("ASGI: a process that stays silent is pinged, then hangs", () => {
  let pings = 0;
  const watch = new HangWatch("asgi", 100, () => pings++);
  const jobs = [job(0), job(0)];
  const states = [0, 25, 49, 50, 75, 99, 100].map((now) => [watch.check(jobs, now).length, pings]);
  assert.deepEqual(states, [[0, 0], [0, 0], [0, 0], [0, 1], [0, 1], [0, 1], [2, 1]]);
});

test("ASGI: whatever the process sends shows that its loop turns", () => {
  let pings = 0;
  const watch = new HangWatch("asgi", 100, () => {
    pings++;
    watch.heard();
  });
  for (let now = 0; now < 10_000; now += 25) assert.deepEqual(watch.check([job(0)], now), []);
  assert.ok(pings > 50);
});

test("the log says what hangs, whose it is, and for how long", () => {
  assert.equal(
    describeHang(42, [job(500), job(900)], 2_000),
    "App process 42 hangs and is killed: POST /slow of 192.0.2.7 and 1 more has had no answer for 1.5 s. " +
      "Its stacks:",
  );
});
