import assert from "node:assert/strict";
import { test } from "node:test";

import type { Row } from "../../bench/results.ts";
import { judge } from "../../bench/targets.ts";
import { type Target, type Workload, WORKLOADS } from "../../bench/workloads.ts";
import { row, sample } from "./samples.ts";

const RATIO: Target = { kind: "ratio", against: "bun-serve", least: 1.1 };
const START: Target = { kind: "start", atMostMs: 60 };
const MEMORY: Target = { kind: "private-memory", against: "bun-serve", atMostBytes: 10_000_000 };

const BUN = row("js", "bun-serve", sample());
const CASES: readonly { name: string; target: Target; rows: Row[]; isMet?: boolean }[] = [
  {
    name: "a ratio counts CPU seconds, not seconds",
    target: RATIO,
    rows: [BUN, ours({ requestsPerCpuSecond: 110_000, requestsPerSecond: 50_000 })],
    isMet: true,
  },
  {
    name: "a ratio just below is missed",
    target: RATIO,
    rows: [BUN, ours({ requestsPerCpuSecond: 109_000, requestsPerSecond: 500_000 })],
    isMet: false,
  },
  { name: "no ratio without the other peer", target: RATIO, rows: [ours({})] },
  {
    name: "no ratio to a peer that failed",
    target: RATIO,
    rows: [row("js", "bun-serve", { kind: "failed", why: "it ended at once" }), ours({})],
  },
  { name: "nothing without Monoceros", target: START, rows: [BUN] },
  { name: "a start in time", target: START, rows: [ours({ startMs: 60 })], isMet: true },
  { name: "a late start", target: START, rows: [ours({ startMs: 61 })], isMet: false },
  {
    name: "memory over the other's",
    target: MEMORY,
    rows: [BUN, ours({ restPrivateBytes: 15_000_000 })],
    isMet: true,
  },
  {
    name: "too much memory over the other's",
    target: MEMORY,
    rows: [BUN, ours({ restPrivateBytes: 15_000_001 })],
    isMet: false,
  },
];

for (const { name, target, rows, isMet } of CASES) {
  test(`judge(): ${name}`, () => {
    assert.equal(judge({ workload: workload([target]), rows })[0]?.isMet, isMet);
  });
}

test("judge() states the ratio per CPU second and per second", () => {
  const rows = [BUN, ours({ requestsPerCpuSecond: 120_000, requestsPerSecond: 45_000 })];
  assert.deepEqual(judge({ workload: workload([RATIO]), rows }), [{
    wanted: "≥ 1.10 × Bun.serve",
    measured: "1.20 ×",
    perSecond: "0.50 ×",
    isMet: true,
  }]);
});

function ours(figures: Parameters<typeof sample>[0]): Row {
  return row("js", "monoceros", sample(figures));
}

function workload(targets: readonly Target[]): Workload {
  const [first] = WORKLOADS;
  if (first === undefined) throw new RangeError("Cannot test without a workload");
  return { ...first, targets };
}
