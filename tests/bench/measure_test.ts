import assert from "node:assert/strict";
import { test } from "node:test";

import { median, medianSample, spread } from "../../bench/measure.ts";
import { sample } from "./samples.ts";

const MEDIANS: readonly [number[], number][] = [
  [[7], 7],
  [[9, 1], 5],
  [[9, 1, 5], 5],
  [[10, 9, 100, 1], 9.5],
  [[], NaN],
];

for (const [values, expected] of MEDIANS) {
  test(`median() of ${values.join(", ") || "nothing"} is ${expected}`, () => {
    assert.equal(median(values), expected);
  });
}

test("medianSample() takes the median of each figure by itself", () => {
  const samples = [
    sample({ requestsPerSecond: 1, startMs: 30 }),
    sample({ requestsPerSecond: 2, startMs: 10 }),
    sample({ requestsPerSecond: 3, startMs: 20 }),
  ];
  assert.deepEqual(medianSample(samples), sample({ requestsPerSecond: 2, startMs: 20 }));
});

test("medianSample() has nothing to say of no samples", () => {
  assert.throws(() => medianSample([]), RangeError);
});

test("spread() is the distance of the extremes over the median", () => {
  assert.equal(spread([90, 100, 110]), 0.2);
  assert.equal(spread([100]), NaN);
});
