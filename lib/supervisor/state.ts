import { EXIT } from "../errors.ts";
import { limitFleet, resize } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";

/**
 * A worker's life: it starts, is ready, drains (finishes what it accepted) or stops (closes at once), and is killed
 * when it takes too long.
 */
export type Phase = "starting" | "ready" | "draining" | "stopping" | "killed";

/** A worker process as far as planning goes. Times are in ms of one monotonic clock. */
export interface WorkerState {
  readonly id: number;
  readonly slot: number;
  readonly generation: number;
  readonly startedAt: number;
  appProcesses: number;
  /** It has been ready once. */
  isBooted: boolean;
  /** It was told to leave, so its end is no crash. */
  isTold: boolean;
  phase: Phase;
  /** Since when it is in this phase. */
  since: number;
  lastBeat: number;
}

/** A slot: the place of a worker, with its own listening sockets. */
export interface SlotState {
  /** Short lives in a row. */
  failures: number;
  /** No worker is started in it before. */
  notBefore: number;
  /** Since when it has no ready worker; null if it has one. */
  downSince: number | null;
  /** Since when it is not wanted any more; null if it is. */
  retiredSince: number | null;
}

export interface Stopping {
  readonly how: "graceful" | "quick";
  readonly since: number;
  readonly exitCode: number;
}

/** All that {@link plan} decides on. */
export interface State {
  /** The generation that serves; null until the start-up is complete. */
  serving: Fleet | null;
  /** The generation that is being started, at the start-up or by a reload. */
  next: Fleet | null;
  stopping: Stopping | null;
  workers: WorkerState[];
  /** One for each slot that has sockets. */
  slots: SlotState[];
  /** The slots that new connections are led to. */
  receiving: number[];
}

/** What the end of a worker means. */
export type Ending =
  /** It was told to. */
  | { type: "expected" }
  /** It will be started again in its slot. */
  | { type: "crashed"; delayMs: number }
  /** The generation that was being started is given up; the old one serves on. */
  | { type: "abandoned"; generation: number }
  /** The start-up failed. */
  | { type: "fatal" };

/** A worker that lives longer is no part of a crash loop. */
const SHORT_LIFE_MS = 10_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/** A server that is about to start its first generation. */
export function initialState(fleet: Fleet, now: number): State {
  const state: State = {
    serving: null,
    next: fleet,
    stopping: null,
    workers: [],
    slots: [],
    receiving: [],
  };
  resizeSlots(state, now);
  // Nobody serves yet, so connections wait in all queues alike.
  for (const slot of state.slots) slot.downSince = now;
  state.receiving = state.slots.map((_, index) => index);
  return state;
}

/** The generations that are wanted or have workers. */
export function generationsOf(state: State): Set<number> {
  const fleets = [state.serving, state.next].filter((fleet) => fleet !== null);
  return new Set([...fleets, ...state.workers].map(({ generation }) => generation));
}

/** Slots that have to have sockets. */
export function wantedSlots(state: State): number {
  return Math.max(state.serving?.slots ?? 0, state.next?.slots ?? 0);
}

/** A worker was started. */
export function workerSpawned(
  state: State,
  worker: Pick<WorkerState, "id" | "slot" | "generation" | "appProcesses">,
  now: number,
): void {
  state.workers.push({
    ...worker,
    isBooted: false,
    isTold: false,
    phase: "starting",
    startedAt: now,
    since: now,
    lastBeat: now,
  });
}

/** A worker said that it is ready. */
export function workerReady(state: State, id: number, now: number): void {
  const worker = find(state, id);
  if (worker?.phase !== "starting") return;
  worker.isBooted = true;
  enterPhase(worker, "ready", now);
  const slot = state.slots[worker.slot];
  if (slot) slot.downSince = null;
}

/** A worker gave a sign of life. */
export function workerBeat(state: State, id: number, now: number): void {
  const worker = find(state, id);
  if (worker) worker.lastBeat = now;
}

/** A worker was told to drain or stop, or was killed. */
export function workerLeaves(
  state: State,
  id: number,
  phase: "draining" | "stopping" | "killed",
  now: number,
): void {
  const worker = find(state, id);
  if (worker === undefined) return;
  if (phase !== "killed") worker.isTold = true;
  enterPhase(worker, phase, now);
  markDown(state, worker.slot, now);
}

/** A worker was told to run another number of app processes. */
export function workerScaled(state: State, id: number, appProcesses: number): void {
  const worker = find(state, id);
  if (worker) worker.appProcesses = appProcesses;
}

/**
 * A worker's process is gone.
 *
 * @param exitCode What the supervisor exits with if this makes the start-up fail.
 */
export function workerExited(
  state: State,
  id: number,
  event: { now: number; exitCode: number },
): Ending {
  const worker = find(state, id);
  if (worker === undefined) return { type: "expected" };
  state.workers.splice(state.workers.indexOf(worker), 1);
  markDown(state, worker.slot, event.now);
  if (worker.isTold || state.stopping !== null) return { type: "expected" };
  if (worker.generation === state.next?.generation) {
    if (state.serving !== null) return abandon(state, event.now);
    if (!worker.isBooted) return failStart(state, event);
  } else if (worker.generation !== state.serving?.generation) {
    return { type: "expected" };
  }
  return { type: "crashed", delayMs: delayRespawn(state, worker, event.now) };
}

/** A reload: this fleet is to replace the one that serves. */
export function wantFleet(state: State, fleet: Fleet, now: number): void {
  state.next = fleet;
  resizeSlots(state, now);
}

/** All workers of the next generation are ready: it serves from now on. */
export function switchGeneration(state: State, now: number): void {
  state.serving = state.next;
  state.next = null;
  resizeSlots(state, now);
}

/**
 * One process more or less (TTIN, TTOU).
 *
 * @returns The fleet as it is wanted now, or null if there is none to change.
 */
export function resizeFleet(state: State, delta: 1 | -1, now: number): Fleet | null {
  if (state.serving !== null) state.serving = resize(state.serving, delta);
  if (state.next !== null) state.next = resize(state.next, delta);
  resizeSlots(state, now);
  return state.next ?? state.serving;
}

/** There are sockets for so many slots only: what wants more is given up, or makes do with them. */
export function limitSlots(state: State, slots: number, now: number): void {
  if (state.serving !== null && state.next !== null && state.next.slots > slots) state.next = null;
  if (state.next !== null) state.next = limitFleet(state.next, slots);
  if (state.serving !== null) state.serving = limitFleet(state.serving, slots);
  slotsClosed(state, Math.min(slots, state.slots.length));
  resizeSlots(state, now);
}

/** Ends the server. A second time makes it quick, but keeps the first exit code. */
export function stop(
  state: State,
  options: { how: Stopping["how"]; exitCode: number },
  now: number,
): void {
  if (state.stopping?.how === "quick") return;
  const how = state.stopping === null ? options.how : "quick";
  state.stopping = { how, since: now, exitCode: state.stopping?.exitCode ?? options.exitCode };
}

/** New connections are led to these slots. */
export function steered(state: State, slots: number[]): void {
  state.receiving = slots;
}

/** Sockets of the last slots were closed. */
export function slotsClosed(state: State, slots: number): void {
  state.slots.length = slots;
  state.receiving = state.receiving.filter((slot) => slot < slots);
}

/** The supervisor itself did not run for a while, so it could not hear its workers: they get a new chance. */
export function forgiveSilence(state: State, now: number): void {
  for (const worker of state.workers) worker.lastBeat = now;
}

function find(state: State, id: number): WorkerState | undefined {
  return state.workers.find((worker) => worker.id === id);
}

function enterPhase(worker: WorkerState, phase: Phase, now: number): void {
  worker.phase = phase;
  worker.since = now;
}

function markDown(state: State, slot: number, now: number): void {
  const isUp = state.workers.some((other) => other.slot === slot && other.phase === "ready");
  const slotState = state.slots[slot];
  if (slotState && !isUp) slotState.downSince ??= now;
}

/** Gives up the next generation. Its workers are unwanted from now on. */
function abandon(state: State, now: number): Ending {
  const generation = state.next?.generation ?? 0;
  state.next = null;
  resizeSlots(state, now);
  return { type: "abandoned", generation };
}

function failStart(state: State, event: { now: number; exitCode: number }): Ending {
  stop(state, { how: "quick", exitCode: event.exitCode || EXIT.workerBoot }, event.now);
  return { type: "fatal" };
}

/** The first time at once; then ever later while lives are short. */
function delayRespawn(state: State, worker: WorkerState, now: number): number {
  const slot = state.slots[worker.slot];
  if (slot === undefined) return 0;
  slot.failures = now - worker.startedAt < SHORT_LIFE_MS ? slot.failures + 1 : 1;
  const delayMs = slot.failures === 1
    ? 0
    : Math.min(FIRST_DELAY_MS * 2 ** (slot.failures - 2), LONGEST_DELAY_MS);
  slot.notBefore = now + delayMs;
  return delayMs;
}

/** Adds slots that are wanted, and retires those that are not. Their sockets are closed later. */
function resizeSlots(state: State, now: number): void {
  const wanted = wantedSlots(state);
  while (state.slots.length < wanted) state.slots.push(newSlot());
  state.slots.forEach((slot, index) => {
    if (index < wanted) slot.retiredSince = null;
    else slot.retiredSince ??= now;
  });
}

/** A new slot gets no connections before its first worker is ready, so it counts as down for ever. */
function newSlot(): SlotState {
  return { failures: 0, notBefore: 0, downSince: -Infinity, retiredSince: null };
}
