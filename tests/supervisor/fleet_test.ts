import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetOf, resize, sizeOf, spread } from "../../lib/supervisor/fleet.ts";

const SPREADS = [
  { appProcesses: 0, workers: 3, each: [0, 0, 0] },
  { appProcesses: 1, workers: 1, each: [1] },
  { appProcesses: 8, workers: 2, each: [4, 4] },
  { appProcesses: 9, workers: 2, each: [5, 4] },
  { appProcesses: 11, workers: 4, each: [3, 3, 3, 2] },
];

for (const { appProcesses, workers, each } of SPREADS) {
  test(`spread(${appProcesses}, ${workers}) is ${each}`, () => {
    assert.deepEqual(spread(appProcesses, workers), each);
  });
}

const FLEETS = [
  { workers: 4, httpWorkers: 0, isPython: false, slots: 4, appProcesses: 0 },
  { workers: 4, httpWorkers: 2, isPython: false, slots: 4, appProcesses: 0 },
  { workers: 8, httpWorkers: 0, isPython: true, slots: 1, appProcesses: 8 },
  { workers: 9, httpWorkers: 0, isPython: true, slots: 2, appProcesses: 9 },
  { workers: 4, httpWorkers: 2, isPython: true, slots: 2, appProcesses: 4 },
  { workers: 1, httpWorkers: 4, isPython: true, slots: 1, appProcesses: 1 },
];

for (const { workers, httpWorkers, isPython, slots, appProcesses } of FLEETS) {
  const kind = isPython ? "a Python" : "a TypeScript";
  test(`fleetOf() ${kind} app with ${workers} workers, ${httpWorkers} for HTTP`, () => {
    const config = { workers, httpWorkers, timeout: 30, gracefulTimeout: 10 };
    const fleet = fleetOf(config, { generation: 7, isPython });
    assert.deepEqual(fleet, {
      generation: 7,
      slots,
      appProcesses,
      httpWorkers,
      timeoutMs: 30_000,
      gracefulMs: 10_000,
    });
    assert.equal(sizeOf(fleet), workers);
    assert.equal(sizeOf(resize(fleet, 1)), workers + 1);
    assert.equal(sizeOf(resize(fleet, -1)), Math.max(1, workers - 1));
  });
}
