import assert from "node:assert/strict";
import { test } from "node:test";
import { type Timed, TimerWheel } from "../../lib/http/timer_wheel.ts";

class Entry implements Timed {
  deadline = Infinity;
  wheelTime = Infinity;
  expired: number[] = [];
  readonly #wheel: TimerWheel;

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  expire(): void {
    this.expired.push(Math.round(this.#wheel.now));
  }
}

/** A wheel at a round time, turned by hand. */
function wheelAt(now: number): TimerWheel {
  const wheel = new TimerWheel();
  wheel.advance(Math.max(now, wheel.now + 1000));
  return wheel;
}

function turnTo(wheel: TimerWheel, end: number, step = 50): void {
  for (let now = wheel.now + step; now <= end; now += step) wheel.advance(now);
}

test("TimerWheel: an entry expires once, at its deadline and at most two turns later", () => {
  const wheel = wheelAt(1_000_000);
  const entry = new Entry(wheel);
  wheel.set(entry, 1000);
  const due = wheel.now + 1000;
  turnTo(wheel, due - 1);
  assert.deepEqual(entry.expired, []);
  turnTo(wheel, due + 10_000);
  assert.equal(entry.expired.length, 1);
  assert.ok(entry.expired[0]! >= due && entry.expired[0]! <= due + 200, String(entry.expired[0]));
});

test("TimerWheel: a deadline moved later is kept, moved earlier too", () => {
  const wheel = wheelAt(1_000_000);
  const later = new Entry(wheel);
  const earlier = new Entry(wheel);
  const start = wheel.now;
  wheel.set(later, 500);
  wheel.set(later, 3000);
  wheel.set(earlier, 3000);
  wheel.set(earlier, 500);
  turnTo(wheel, start + 2000);
  assert.deepEqual(later.expired, []);
  assert.equal(earlier.expired.length, 1);
  turnTo(wheel, start + 4000);
  assert.equal(later.expired.length, 1);
});

test("TimerWheel: a wait longer than one round of the wheel is kept", () => {
  const wheel = wheelAt(1_000_000);
  const entry = new Entry(wheel);
  const start = wheel.now;
  wheel.set(entry, 120_000);
  turnTo(wheel, start + 119_900, 100);
  assert.deepEqual(entry.expired, []);
  turnTo(wheel, start + 120_300, 100);
  assert.equal(entry.expired.length, 1);
});

test("TimerWheel: Infinity takes a deadline away, remove() forgets the entry", () => {
  const wheel = wheelAt(1_000_000);
  const entries = [new Entry(wheel), new Entry(wheel)] as const;
  for (const entry of entries) wheel.set(entry, 500);
  wheel.set(entries[0], Infinity);
  wheel.remove(entries[1]);
  turnTo(wheel, wheel.now + 2000);
  assert.deepEqual(entries.map((entry) => entry.expired), [[], []]);
  wheel.set(entries[0], 500);
  turnTo(wheel, wheel.now + 2000);
  assert.equal(entries[0].expired.length, 1);
});

test("TimerWheel: after a long pause of the process every deadline still comes", () => {
  const wheel = wheelAt(1_000_000);
  const entries = Array.from({ length: 100 }, () => new Entry(wheel));
  entries.forEach((entry, i) => wheel.set(entry, i * 700));
  wheel.advance(wheel.now + 10_000_000);
  wheel.advance(wheel.now + 100);
  assert.deepEqual(entries.filter((entry) => entry.expired.length !== 1).length, 0);
});

test("TimerWheel: a process that was held up does not let deadlines pass that nobody could meet", () => {
  const wheel = wheelAt(1_000_000);
  const entry = new Entry(wheel);
  wheel.set(entry, 2000);
  wheel.elapse(60_000);
  assert.deepEqual(entry.expired, []);
  for (let turn = 0; turn < 20; turn++) wheel.elapse(100);
  assert.equal(entry.expired.length, 1);
});

test("TimerWheel: an entry may set its next deadline while it expires", () => {
  const wheel = wheelAt(1_000_000);
  let count = 0;
  const entry: Timed = {
    deadline: Infinity,
    wheelTime: Infinity,
    expire() {
      count++;
      wheel.set(entry, 1000);
    },
  };
  wheel.set(entry, 1000);
  turnTo(wheel, wheel.now + 5500);
  assert.equal(count, 5);
});
