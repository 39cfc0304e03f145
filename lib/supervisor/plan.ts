import { spread } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";
import { wantedSlots } from "./state.ts";
import type { State, WorkerState } from "./state.ts";

/** Why a worker is killed. */
export type KillReason =
  /** It gave no sign of life for `timeout`. */
  | "silent"
  /** It is not ready after {@link BOOT_MS}. */
  | "boot"
  /** It still drains after `graceful_timeout`. */
  | "drain"
  /** It does not stop. */
  | "stop";

/** What the supervisor does next. */
export type Action =
  | { type: "spawn"; slot: number; generation: number; appProcesses: number }
  | { type: "scale"; worker: number; appProcesses: number }
  | { type: "drain"; worker: number; withinMs: number }
  | { type: "stop"; worker: number }
  | { type: "kill"; worker: number; reason: KillReason }
  /** All workers of the next generation are ready: it is the one that serves. */
  | { type: "switch" }
  /** Lead new connections to these slots only. */
  | { type: "steer"; slots: number[] }
  /** Close the sockets of all slots from this number on. */
  | { type: "close"; slots: number }
  /** Nothing to do before this time, unless something happens; `Infinity` for never. */
  | { type: "wait"; until: number }
  | { type: "exit"; code: number };

/** How long an app may load. Longer than any import, shorter than an operator's patience with a stuck one. */
export const BOOT_MS = 300_000;
/** A worker that drains for all its time needs some more to close and exit. */
export const DRAIN_MARGIN_MS = 1000;
/** How long a worker may take to close its connections and kill its app processes. */
export const STOP_MS = 5000;
/**
 * Connections are led away from a slot this long before its worker stops accepting: the handshakes that are under way
 * end in its queue, and a lost packet is sent again after one second (RFC 6298 §2.1).
 */
export const SETTLE_MS = 1000;
/** A slot that is down for longer gets no new connections; shorter, they wait in its queue. */
export const DOWN_MS = 1000;
/** A killed process that does not go (an uninterruptible system call) is left behind after this time. */
export const ABANDON_MS = 5000;

/**
 * Decides what to do next. It is pure: it only reads the state, which changes as actions are carried out and as workers
 * report; it is asked again after each change.
 *
 * @param now In ms, of the same clock as the times in `state`.
 * @returns Actions in order; the last one is `wait` or `exit`, or `switch` after which it is asked again.
 */
export function plan(state: State, now: number): Action[] {
  const deadlines: number[] = [];
  const actions = state.stopping === null
    ? planServing(state, now, deadlines)
    : planStop(state, now, deadlines);
  const last = actions.at(-1);
  if (last?.type !== "exit" && last?.type !== "switch") {
    actions.push({ type: "wait", until: Math.min(...deadlines, Infinity) });
  }
  return actions;
}

function planServing(state: State, now: number, deadlines: number[]): Action[] {
  if (isNextReady(state)) return [{ type: "switch" }];
  return [
    ...planSteering(state, now, deadlines),
    ...planSpawns(state, now, deadlines),
    ...state.workers.flatMap((worker) => planWorker(state, worker, now, deadlines)),
    ...planClosing(state),
  ];
}

function planStop(state: State, now: number, deadlines: number[]): Action[] {
  const stopping = state.stopping;
  if (stopping === null) return [];
  const remaining = state.workers.filter((worker) =>
    worker.phase !== "killed" || now < worker.since + ABANDON_MS
  );
  if (remaining.length === 0) return [{ type: "exit", code: stopping.exitCode }];
  return remaining.flatMap((worker): Action[] => {
    if (worker.phase === "killed") deadlines.push(worker.since + ABANDON_MS);
    const isLeaving = worker.phase === "stopping" || worker.phase === "killed" ||
      (worker.phase === "draining" && stopping.how === "graceful");
    if (isLeaving) return planDeadline(state, worker, now, deadlines);
    // A worker that is not ready has accepted nothing.
    return stopping.how === "graceful" && worker.phase === "ready"
      ? [drain(state, worker)]
      : [{ type: "stop", worker: worker.id }];
  });
}

function isNextReady(state: State): boolean {
  const { next } = state;
  if (next === null) return false;
  const ready = readySlots(state, next.generation);
  return Array.from({ length: next.slots }, (_, slot) => slot).every((slot) => ready.has(slot));
}

function planSpawns(state: State, now: number, deadlines: number[]): Action[] {
  const { serving, next } = state;
  const spawns: Action[] = [];
  if (serving !== null) spawns.push(...planFleet(state, serving, { now, deadlines }));
  if (next !== null) {
    // A reload begins with one worker, the canary. At the start-up there is nobody to protect from a bad app.
    const isCanaryReady = serving === null || readySlots(state, next.generation).size > 0;
    const fleet = isCanaryReady ? next : { ...next, slots: 1, appProcesses: firstShare(next) };
    spawns.push(...planFleet(state, fleet, { now, deadlines }));
  }
  return spawns;
}

/** Starts a worker of this generation in each slot that has none. */
function planFleet(
  state: State,
  fleet: Fleet,
  { now, deadlines }: { now: number; deadlines: number[] },
): Action[] {
  const taken = new Set(
    state.workers
      .filter((worker) => worker.generation === fleet.generation && isLive(worker))
      .map((worker) => worker.slot),
  );
  return spread(fleet.appProcesses, fleet.slots).flatMap((appProcesses, slot): Action[] => {
    if (taken.has(slot)) return [];
    const notBefore = state.slots[slot]?.notBefore ?? 0;
    if (now >= notBefore) {
      return [{ type: "spawn", slot, generation: fleet.generation, appProcesses }];
    }
    deadlines.push(notBefore);
    return [];
  });
}

function planWorker(
  state: State,
  worker: WorkerState,
  now: number,
  deadlines: number[],
): Action[] {
  const fleet = fleetOfWorker(state, worker);
  if (!isLive(worker)) return planDeadline(state, worker, now, deadlines);
  if (fleet === null || worker.slot >= fleet.slots) return planLeave(state, worker, now, deadlines);
  const overdue = planDeadline(state, worker, now, deadlines);
  if (overdue.length > 0) return overdue;
  const appProcesses = spread(fleet.appProcesses, fleet.slots)[worker.slot] ?? 0;
  if (appProcesses === worker.appProcesses) return [];
  return [{ type: "scale", worker: worker.id, appProcesses }];
}

/** Ends a worker that is not wanted any more: its generation is over, or its slot is. */
function planLeave(
  state: State,
  worker: WorkerState,
  now: number,
  deadlines: number[],
): Action[] {
  if (worker.phase === "starting") return [{ type: "stop", worker: worker.id }];
  const retiredSince = state.slots[worker.slot]?.retiredSince ?? -Infinity;
  if (now >= retiredSince + SETTLE_MS) return [drain(state, worker)];
  deadlines.push(retiredSince + SETTLE_MS);
  return planDeadline(state, worker, now, deadlines);
}

/** Kills a worker that takes too long for what it does. */
function planDeadline(
  state: State,
  worker: WorkerState,
  now: number,
  deadlines: number[],
): Action[] {
  for (const [reason, deadline] of deadlinesOf(state, worker)) {
    if (now >= deadline) return [{ type: "kill", worker: worker.id, reason }];
    deadlines.push(deadline);
  }
  return [];
}

function deadlinesOf(state: State, worker: WorkerState): [KillReason, number][] {
  if (worker.phase === "killed") return [];
  const { timeoutMs, gracefulMs } = timesOf(state);
  const own: Record<typeof worker.phase, [KillReason, number][]> = {
    starting: [["boot", worker.since + BOOT_MS]],
    ready: [],
    draining: [["drain", worker.since + gracefulMs + DRAIN_MARGIN_MS]],
    stopping: [["stop", worker.since + STOP_MS]],
  };
  const deadlines = own[worker.phase];
  // One that stops has no time to beat.
  if (timeoutMs > 0 && worker.phase !== "stopping") {
    deadlines.push(["silent", worker.lastBeat + timeoutMs]);
  }
  return deadlines;
}

function planSteering(state: State, now: number, deadlines: number[]): Action[] {
  const wanted = wantedSlots(state);
  const usable = state.slots.flatMap((slot, index) => {
    if (index >= wanted) return [];
    if (slot.downSince === null) return [index];
    if (now >= slot.downSince + DOWN_MS) return [];
    deadlines.push(slot.downSince + DOWN_MS);
    return [index];
  });
  // When all are down, connections wait wherever they are.
  const slots = usable.length > 0 ? usable : Array.from({ length: wanted }, (_, index) => index);
  return sameNumbers(slots, state.receiving) ? [] : [{ type: "steer", slots }];
}

/**
 * Closes sockets from the last slot downwards only: the kernel numbers the sockets of a group, and moves the last one
 * into the place of any other that is closed.
 */
function planClosing(state: State): Action[] {
  const used = state.workers.map((worker) => worker.slot + 1);
  const slots = Math.max(wantedSlots(state), ...used);
  return slots < state.slots.length ? [{ type: "close", slots }] : [];
}

function drain(state: State, worker: WorkerState): Action {
  return { type: "drain", worker: worker.id, withinMs: timesOf(state).gracefulMs };
}

function timesOf(state: State): Pick<Fleet, "timeoutMs" | "gracefulMs"> {
  return state.serving ?? state.next ?? { timeoutMs: 0, gracefulMs: 0 };
}

function fleetOfWorker(state: State, worker: WorkerState): Fleet | null {
  const { serving, next } = state;
  if (serving?.generation === worker.generation) return serving;
  return next?.generation === worker.generation ? next : null;
}

function readySlots(state: State, generation: number): Set<number> {
  return new Set(
    state.workers
      .filter((worker) => worker.generation === generation && worker.phase === "ready")
      .map((worker) => worker.slot),
  );
}

function isLive(worker: WorkerState): boolean {
  return worker.phase === "starting" || worker.phase === "ready";
}

function firstShare(fleet: Fleet): number {
  return spread(fleet.appProcesses, fleet.slots)[0] ?? 0;
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
