import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fleet } from "../../lib/supervisor/fleet.ts";
import { plan } from "../../lib/supervisor/plan.ts";
import * as transitions from "../../lib/supervisor/state.ts";
import type { State } from "../../lib/supervisor/state.ts";

const FLEET: Fleet = {
  generation: 1,
  slots: 2,
  appProcesses: 0,
  timeoutMs: 30_000,
  gracefulMs: 20_000,
  httpWorkers: 0,
};

/** Carries out what is planned, as the supervisor does, with workers that only exist on paper. */
class Rehearsal {
  readonly state: State;
  now = 0;
  #lastId = 0;

  constructor(fleet: Fleet = FLEET) {
    this.state = transitions.initialState(fleet, 0);
    this.run();
  }

  run(): void {
    for (const action of plan(this.state, this.now)) {
      switch (action.type) {
        case "spawn":
          transitions.workerSpawned(this.state, { id: ++this.#lastId, ...action }, this.now);
          break;
        case "drain":
          transitions.workerLeaves(this.state, action.worker, "draining", this.now);
          break;
        case "stop":
          transitions.workerLeaves(this.state, action.worker, "stopping", this.now);
          break;
        case "kill":
          transitions.workerLeaves(this.state, action.worker, "killed", this.now);
          break;
        case "switch":
          transitions.switchGeneration(this.state, this.now);
          return this.run();
        case "steer":
          transitions.steered(this.state, action.slots);
          break;
        case "close":
          transitions.slotsClosed(this.state, action.slots);
          break;
      }
    }
  }

  /** Makes all workers ready that are starting, until none is. */
  boot(): void {
    for (;;) {
      const starting = this.state.workers.filter((worker) => worker.phase === "starting");
      if (starting.length === 0) return;
      for (const worker of starting) transitions.workerReady(this.state, worker.id, this.now);
      this.run();
    }
  }

  exit(id: number, exitCode = 3): transitions.Ending {
    const ending = transitions.workerExited(this.state, id, { now: this.now, exitCode });
    this.run();
    return ending;
  }

  /** Lets workers that were told to leave do so. */
  leave(): void {
    for (const worker of this.state.workers.filter((worker) => worker.isTold)) this.exit(worker.id);
  }

  /** Workers as `id@slot phase`. */
  get workers(): string[] {
    return this.state.workers.map((worker) => `${worker.id}@${worker.slot} ${worker.phase}`);
  }
}

test("a boot failure at the start-up ends the server with the worker's code", () => {
  const rehearsal = new Rehearsal();
  assert.deepEqual(rehearsal.exit(2, 4), { type: "fatal" });
  assert.deepEqual(rehearsal.workers, ["1@0 stopping"]);
  assert.deepEqual(rehearsal.exit(1, 3), { type: "expected" });
  assert.deepEqual(plan(rehearsal.state, 0), [{ type: "exit", code: 4 }]);
});

test("a crash after the start-up is replaced, later each time while lives are short", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  const delays = [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000];
  for (const delayMs of delays) {
    const id = rehearsal.state.workers.find((worker) => worker.slot === 0)?.id ?? 0;
    assert.deepEqual(rehearsal.exit(id), { type: "crashed", delayMs });
    rehearsal.now += delayMs;
    rehearsal.run();
    rehearsal.boot();
  }
  rehearsal.now += 10_000;
  for (const worker of rehearsal.state.workers) worker.lastBeat = rehearsal.now;
  const id = rehearsal.state.workers.find((worker) => worker.slot === 0)?.id ?? 0;
  assert.deepEqual(rehearsal.exit(id), { type: "crashed", delayMs: 0 });
});

test("a later boot failure is tried again", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  assert.deepEqual(rehearsal.exit(1), { type: "crashed", delayMs: 0 });
  assert.deepEqual(rehearsal.workers, ["2@1 ready", "3@0 starting"]);
  assert.deepEqual(rehearsal.exit(3), { type: "crashed", delayMs: 100 });
  assert.equal(rehearsal.state.stopping, null);
});

test("a reload replaces all workers", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  transitions.wantFleet(rehearsal.state, { ...FLEET, generation: 2 }, 0);
  rehearsal.run();
  assert.deepEqual(rehearsal.workers, ["1@0 ready", "2@1 ready", "3@0 starting"]);
  rehearsal.boot();
  assert.deepEqual(rehearsal.workers, [
    "1@0 draining",
    "2@1 draining",
    "3@0 ready",
    "4@1 ready",
  ]);
  rehearsal.leave();
  assert.deepEqual(rehearsal.workers, ["3@0 ready", "4@1 ready"]);
  assert.deepEqual([...transitions.generationsOf(rehearsal.state)], [2]);
});

test("a reload whose canary fails leaves the old workers alone", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  transitions.wantFleet(rehearsal.state, { ...FLEET, generation: 2 }, 0);
  rehearsal.run();
  assert.deepEqual(rehearsal.exit(3), { type: "abandoned", generation: 2 });
  assert.deepEqual(rehearsal.workers, ["1@0 ready", "2@1 ready"]);
});

test("a reload of which a later worker fails is undone", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  transitions.wantFleet(rehearsal.state, { ...FLEET, generation: 2, slots: 3 }, 0);
  rehearsal.run();
  transitions.workerReady(rehearsal.state, 3, 0);
  rehearsal.run();
  assert.deepEqual(rehearsal.exit(4), { type: "abandoned", generation: 2 });
  assert.deepEqual(rehearsal.workers, [
    "1@0 ready",
    "2@1 ready",
    "3@0 draining",
    "5@2 stopping",
  ]);
  rehearsal.leave();
  assert.deepEqual(rehearsal.workers, ["1@0 ready", "2@1 ready"]);
  assert.equal(rehearsal.state.slots.length, 2);
});

test("a reload during a reload replaces it", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  transitions.wantFleet(rehearsal.state, { ...FLEET, generation: 2 }, 0);
  rehearsal.run();
  transitions.wantFleet(rehearsal.state, { ...FLEET, generation: 3 }, 0);
  rehearsal.run();
  assert.deepEqual(rehearsal.workers, [
    "1@0 ready",
    "2@1 ready",
    "3@0 stopping",
    "4@0 starting",
  ]);
});

test("a worker more gets connections once it is ready, one less loses none", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  transitions.resizeFleet(rehearsal.state, 1, rehearsal.now);
  rehearsal.run();
  assert.deepEqual(rehearsal.state.receiving, [0, 1]);
  rehearsal.boot();
  assert.deepEqual(rehearsal.state.receiving, [0, 1, 2]);
  transitions.resizeFleet(rehearsal.state, -1, rehearsal.now);
  rehearsal.run();
  assert.deepEqual(rehearsal.state.receiving, [0, 1]);
  assert.deepEqual(rehearsal.workers, ["1@0 ready", "2@1 ready", "3@2 ready"]);
  rehearsal.now += 1000;
  rehearsal.run();
  assert.deepEqual(rehearsal.workers, ["1@0 ready", "2@1 ready", "3@2 draining"]);
  rehearsal.leave();
  assert.equal(rehearsal.state.slots.length, 2);
});

test("a second stop is quick, and keeps the exit code", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  transitions.stop(rehearsal.state, { how: "graceful", exitCode: 0 }, 0);
  rehearsal.run();
  assert.deepEqual(rehearsal.workers, ["1@0 draining", "2@1 draining"]);
  transitions.stop(rehearsal.state, { how: "graceful", exitCode: 1 }, 0);
  rehearsal.run();
  assert.deepEqual(rehearsal.workers, ["1@0 stopping", "2@1 stopping"]);
  rehearsal.leave();
  assert.deepEqual(plan(rehearsal.state, 0), [{ type: "exit", code: 0 }]);
});

test("silence is forgiven when the supervisor was held up", () => {
  const rehearsal = new Rehearsal();
  rehearsal.boot();
  rehearsal.now = 60_000;
  transitions.forgiveSilence(rehearsal.state, rehearsal.now);
  rehearsal.run();
  assert.deepEqual(rehearsal.workers, ["1@0 ready", "2@1 ready"]);
  rehearsal.now = 90_000;
  rehearsal.run();
  assert.deepEqual(rehearsal.workers, ["1@0 killed", "2@1 killed"]);
});
