import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fleet } from "../../lib/supervisor/fleet.ts";
import { plan } from "../../lib/supervisor/plan.ts";
import type { Action } from "../../lib/supervisor/plan.ts";
import type { SlotState, State, WorkerState } from "../../lib/supervisor/state.ts";

/** "Now" of all examples, in ms. */
const NOW = 1_000_000;

function fleet(generation: number, slots: number, more: Partial<Fleet> = {}): Fleet {
  return {
    generation,
    slots,
    appProcesses: 0,
    timeoutMs: 30_000,
    gracefulMs: 20_000,
    httpWorkers: 0,
    ...more,
  };
}

function worker(id: number, slot: number, more: Partial<WorkerState> = {}): WorkerState {
  return {
    id,
    slot,
    generation: 1,
    startedAt: NOW - 60_000,
    appProcesses: 0,
    isBooted: true,
    isTold: false,
    phase: "ready",
    since: NOW,
    lastBeat: NOW,
    ...more,
  };
}

function slot(more: Partial<SlotState> = {}): SlotState {
  return { failures: 0, notBefore: 0, downSince: null, retiredSince: null, ...more };
}

function state(more: Partial<State>): State {
  const slots = more.slots ?? [slot(), slot()];
  return {
    serving: fleet(1, 2),
    next: null,
    stopping: null,
    workers: [],
    slots,
    receiving: slots.map((_, index) => index),
    ...more,
  };
}

const starting = { phase: "starting", isBooted: false } as const;
const both = [worker(1, 0), worker(2, 1)];
const silentAt = NOW + 30_000;
const never: Action = { type: "wait", until: Infinity };

const EXAMPLES: { name: string; state: State; actions: Action[] }[] = [
  {
    name: "the start-up starts a worker in each slot at once",
    state: state({
      serving: null,
      next: fleet(1, 2),
      slots: [slot({ downSince: NOW }), slot({ downSince: NOW })],
    }),
    actions: [
      { type: "spawn", slot: 0, generation: 1, appProcesses: 0 },
      { type: "spawn", slot: 1, generation: 1, appProcesses: 0 },
      { type: "wait", until: NOW + 1000 },
    ],
  },
  {
    name: "the start-up spreads app processes over workers",
    state: state({
      serving: null,
      next: fleet(1, 2, { appProcesses: 9 }),
      slots: [slot({ downSince: 0 }), slot({ downSince: 0 })],
    }),
    actions: [
      { type: "spawn", slot: 0, generation: 1, appProcesses: 5 },
      { type: "spawn", slot: 1, generation: 1, appProcesses: 4 },
      never,
    ],
  },
  {
    name: "the start-up is over when all workers are ready",
    state: state({ serving: null, next: fleet(1, 2), workers: both }),
    actions: [{ type: "switch" }],
  },
  {
    name: "nothing is done while all is well",
    state: state({ workers: both }),
    actions: [{ type: "wait", until: silentAt }],
  },
  {
    name: "nothing is waited for when workers may be silent",
    state: state({ serving: fleet(1, 2, { timeoutMs: 0 }), workers: both }),
    actions: [never],
  },
  {
    name: "a crashed worker is started again at once",
    state: state({
      workers: [worker(2, 1)],
      slots: [slot({ failures: 1, notBefore: NOW, downSince: NOW }), slot()],
    }),
    actions: [
      { type: "spawn", slot: 0, generation: 1, appProcesses: 0 },
      { type: "wait", until: NOW + 1000 },
    ],
  },
  {
    name: "a worker that crashes again and again is started later",
    state: state({
      workers: [worker(2, 1)],
      slots: [slot({ failures: 5, notBefore: NOW + 800, downSince: NOW }), slot()],
    }),
    actions: [{ type: "wait", until: NOW + 800 }],
  },
  {
    name: "connections are led around a slot that is down for long",
    state: state({
      workers: [worker(2, 1)],
      slots: [slot({ failures: 9, notBefore: NOW + 9000, downSince: NOW - 1000 }), slot()],
    }),
    actions: [{ type: "steer", slots: [1] }, { type: "wait", until: NOW + 9000 }],
  },
  {
    name: "connections are led back to a slot that is ready again",
    state: state({ workers: both, receiving: [1] }),
    actions: [{ type: "steer", slots: [0, 1] }, { type: "wait", until: silentAt }],
  },
  {
    name: "connections wait anywhere when all slots are down",
    state: state({
      serving: fleet(1, 1),
      workers: [worker(1, 0, { ...starting, since: NOW - 5000 })],
      slots: [slot({ downSince: NOW - 5000 })],
    }),
    actions: [{ type: "wait", until: silentAt }],
  },
  {
    name: "a silent worker is killed and replaced",
    state: state({ workers: [worker(1, 0, { lastBeat: NOW - 30_000 }), worker(2, 1)] }),
    actions: [{ type: "kill", worker: 1, reason: "silent" }, { type: "wait", until: silentAt }],
  },
  {
    name: "a killed worker's slot gets another one before its process is gone",
    state: state({ workers: [worker(1, 0, { phase: "killed" }), worker(2, 1)] }),
    actions: [
      { type: "spawn", slot: 0, generation: 1, appProcesses: 0 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "a worker that does not get ready is killed",
    state: state({
      serving: null,
      next: fleet(1, 1),
      workers: [worker(1, 0, { ...starting, since: NOW - 300_000 })],
      slots: [slot()],
    }),
    actions: [{ type: "kill", worker: 1, reason: "boot" }, never],
  },
  {
    name: "a reload starts one worker, the canary",
    state: state({ next: fleet(2, 2), workers: both }),
    actions: [
      { type: "spawn", slot: 0, generation: 2, appProcesses: 0 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "a reload waits for the canary",
    state: state({
      next: fleet(2, 2),
      workers: [...both, worker(3, 0, { ...starting, generation: 2 })],
    }),
    actions: [{ type: "wait", until: silentAt }],
  },
  {
    name: "a reload starts all others when the canary is ready, and the old ones serve on",
    state: state({
      next: fleet(2, 2),
      workers: [...both, worker(3, 0, { generation: 2 })],
    }),
    actions: [
      { type: "spawn", slot: 1, generation: 2, appProcesses: 0 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "a reload gives the canary the share of app processes that it keeps",
    state: state({
      serving: fleet(1, 1),
      next: fleet(2, 2, { appProcesses: 10 }),
      workers: [worker(1, 0)],
      slots: [slot(), slot({ downSince: -Infinity })],
      receiving: [0],
    }),
    actions: [
      { type: "spawn", slot: 0, generation: 2, appProcesses: 5 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "a reload switches when all new workers are ready",
    state: state({
      next: fleet(2, 2),
      workers: [
        ...both,
        worker(3, 0, { generation: 2 }),
        worker(4, 1, { generation: 2 }),
      ],
    }),
    actions: [{ type: "switch" }],
  },
  {
    name: "old workers drain after the switch",
    state: state({
      serving: fleet(2, 2),
      workers: [
        ...both,
        worker(3, 0, { generation: 2 }),
        worker(4, 1, { generation: 2 }),
      ],
    }),
    actions: [
      { type: "drain", worker: 1, withinMs: 20_000 },
      { type: "drain", worker: 2, withinMs: 20_000 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "new workers are ended when their generation was given up",
    state: state({
      workers: [
        ...both,
        worker(3, 0, { generation: 2 }),
        worker(4, 1, { ...starting, generation: 2 }),
      ],
    }),
    actions: [
      { type: "drain", worker: 3, withinMs: 20_000 },
      { type: "stop", worker: 4 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "a worker that crashes during a reload is replaced in its own generation",
    state: state({
      next: fleet(2, 2),
      workers: [worker(1, 0), worker(3, 0, { ...starting, generation: 2 })],
    }),
    actions: [
      { type: "spawn", slot: 1, generation: 1, appProcesses: 0 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "connections are led away from a removed slot before its worker drains",
    state: state({
      serving: fleet(1, 1),
      workers: both,
      slots: [slot(), slot({ retiredSince: NOW })],
    }),
    actions: [{ type: "steer", slots: [0] }, { type: "wait", until: NOW + 1000 }],
  },
  {
    name: "a removed slot's worker drains when its queue has settled",
    state: state({
      serving: fleet(1, 1),
      workers: both,
      slots: [slot(), slot({ retiredSince: NOW - 1000 })],
      receiving: [0],
    }),
    actions: [
      { type: "drain", worker: 2, withinMs: 20_000 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "a removed slot's socket is closed when its worker is gone",
    state: state({
      serving: fleet(1, 1),
      workers: [worker(1, 0)],
      slots: [slot(), slot({ retiredSince: NOW - 3000 })],
      receiving: [0],
    }),
    actions: [{ type: "close", slots: 1 }, { type: "wait", until: silentAt }],
  },
  {
    name: "a removed slot's socket stays while a later one is in use",
    state: state({
      serving: fleet(1, 1),
      workers: [worker(1, 0), worker(3, 2, { phase: "draining" })],
      slots: [slot(), slot({ retiredSince: 0 }), slot({ retiredSince: 0 })],
      receiving: [0],
    }),
    actions: [{ type: "wait", until: NOW + 21_000 }],
  },
  {
    name: "a new slot gets no connections before its worker is ready",
    state: state({
      serving: fleet(1, 2),
      workers: [worker(1, 0), worker(2, 1, starting)],
      slots: [slot(), slot({ downSince: -Infinity })],
      receiving: [0],
    }),
    actions: [{ type: "wait", until: silentAt }],
  },
  {
    name: "workers are told how many app processes they run now",
    state: state({
      serving: fleet(1, 2, { appProcesses: 9 }),
      workers: [worker(1, 0, { appProcesses: 4 }), worker(2, 1, { appProcesses: 4 })],
    }),
    actions: [
      { type: "scale", worker: 1, appProcesses: 5 },
      { type: "wait", until: silentAt },
    ],
  },
  {
    name: "a worker that drains for too long is killed",
    state: state({
      serving: fleet(2, 2),
      workers: [
        worker(1, 0, { phase: "draining", since: NOW - 21_000 }),
        worker(3, 0, { generation: 2 }),
        worker(4, 1, { generation: 2 }),
      ],
    }),
    actions: [{ type: "kill", worker: 1, reason: "drain" }, { type: "wait", until: silentAt }],
  },
  {
    name: "a graceful stop drains ready workers and stops others",
    state: state({
      stopping: { how: "graceful", since: NOW, exitCode: 0 },
      workers: [worker(1, 0), worker(2, 1, starting)],
    }),
    actions: [
      { type: "drain", worker: 1, withinMs: 20_000 },
      { type: "stop", worker: 2 },
      never,
    ],
  },
  {
    name: "a quick stop stops workers that drain",
    state: state({
      stopping: { how: "quick", since: NOW, exitCode: 0 },
      workers: [worker(1, 0, { phase: "draining" }), worker(2, 1)],
    }),
    actions: [{ type: "stop", worker: 1 }, { type: "stop", worker: 2 }, never],
  },
  {
    name: "a stop waits for its workers, and starts no others",
    state: state({
      stopping: { how: "graceful", since: NOW, exitCode: 0 },
      workers: [worker(1, 0, { phase: "draining" })],
    }),
    actions: [{ type: "wait", until: NOW + 21_000 }],
  },
  {
    name: "a worker that does not stop is killed",
    state: state({
      stopping: { how: "quick", since: NOW - 5000, exitCode: 0 },
      workers: [worker(1, 0, { phase: "stopping", since: NOW - 5000 })],
    }),
    actions: [{ type: "kill", worker: 1, reason: "stop" }, never],
  },
  {
    name: "the server exits when no worker is left",
    state: state({ stopping: { how: "quick", since: NOW, exitCode: 3 } }),
    actions: [{ type: "exit", code: 3 }],
  },
  {
    name: "the server leaves behind a killed process that does not go",
    state: state({
      stopping: { how: "quick", since: NOW - 10_000, exitCode: 0 },
      workers: [worker(1, 0, { phase: "killed", since: NOW - 5000 })],
    }),
    actions: [{ type: "exit", code: 0 }],
  },
];

for (const example of EXAMPLES) {
  test(`plan(): ${example.name}`, () => {
    const before = structuredClone(example.state);
    assert.deepEqual(plan(example.state, NOW), example.actions);
    assert.deepEqual(example.state, before, "plan() changes nothing");
  });
}
