import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessExit, Ready } from "../../../workers/python/app_process.ts";
import { Load } from "../../../workers/python/load.ts";
import {
  nextDelay,
  type PooledProcess,
  ProcessPool,
} from "../../../workers/python/process_pool.ts";
import { LogRecorder } from "./log_recorder.ts";

const DELAYS: [what: string, delayMs: number, lifeMs: number, expected: number][] = [
  ["the first time", 0, 5, 100],
  ["the first time after a long life", 0, 60_000, 100],
  ["again", 100, 5, 200],
  ["again and again", 400, 9_999, 800],
  ["for ever", 5_000, 5, 5_000],
  ["at most", 3_200, 5, 5_000],
  ["after a long life", 5_000, 10_000, 100],
];

for (const [what, delayMs, lifeMs, expected] of DELAYS) {
  test(`nextDelay() ${what} is ${expected} ms`, () => {
    assert.equal(nextDelay(delayMs, lifeMs), expected);
  });
}

const READY: Ready = { interface: "wsgi", threads: 1 };

class FakeProcess implements PooledProcess {
  readonly startedAt = performance.now();
  readonly load = Load.ofTasks(10);
  isStopping = false;
  isKilled = false;
  readonly #ready = Promise.withResolvers<Ready>();
  readonly #exited = Promise.withResolvers<ProcessExit>();
  readonly ready = this.#ready.promise;
  readonly exited = this.#exited.promise;
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  open(): void {
    this.#ready.resolve(READY);
  }

  fail(error: Error): void {
    this.#ready.reject(error);
    this.exit({ code: 3, signal: null });
  }

  exit(exit: ProcessExit): void {
    this.#exited.resolve(exit);
  }

  stop(): Promise<void> {
    this.isStopping = true;
    this.exit({ code: 0, signal: null });
    return Promise.resolve();
  }

  kill(): void {
    this.isStopping = this.isKilled = true;
    this.exit({ code: null, signal: "SIGKILL" });
  }
}

function setUp() {
  const log = new LogRecorder();
  const started: FakeProcess[] = [];
  const open = new Set<number>();
  let onStart: () => void = () => {};
  const failures: Error[] = [];
  const pool = new ProcessPool<FakeProcess>({
    start() {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const process = new FakeProcess(started.length + 1);
      started.push(process);
      onStart();
      return process;
    },
    opened: (process) => open.add(process.pid),
    closed: (process) => open.delete(process.pid),
    log,
  });
  const nextStart = () => new Promise<void>((resolve) => onStart = resolve);
  return { pool, started, open, log, nextStart, failures };
}

test("start() waits for all processes", async () => {
  const { pool, started, open } = setUp();
  const done = pool.start(2);
  started.forEach((process) => process.open());
  assert.deepEqual(await done, READY);
  assert.deepEqual([...open], [1, 2]);
});

test("when one cannot load the app at the start, the others are ended", async () => {
  const { pool, started } = setUp();
  const done = pool.start(3);
  started[0]!.open();
  started[1]!.fail(new Error("no module"));
  await assert.rejects(done, /no module/);
  assert.deepEqual(started.map((process) => process.isKilled), [true, false, true]);
  assert.equal(pool.processes.length, 0);
});

test("a process that ends later is replaced, also when the replacement cannot load the app", async () => {
  const { pool, started, open, log, nextStart } = setUp();
  const done = pool.start(1);
  started[0]!.open();
  await done;
  let next = nextStart();
  started[0]!.exit({ code: null, signal: "SIGKILL" });
  await next;
  next = nextStart();
  started[1]!.fail(new Error("the file is broken now"));
  await next;
  started[2]!.open();
  await log.line(/ready with pid: 3/);
  assert.deepEqual(log.lines.filter((line) => line.startsWith("error")), [
    "error: App process 1 was killed by SIGKILL. Perhaps out of memory?",
    "error: the file is broken now",
    "error: App process 2 exited with code 3",
  ]);
  assert.deepEqual([...open], [3]);
  await pool.close(1_000);
});

test("scale() stops the least busy and replaces none of them", async () => {
  const { pool, started } = setUp();
  const done = pool.start(3);
  started.forEach((process) => process.open());
  await done;
  [5, 1, 3].forEach((count, i) => started[i]!.load.inFlight = count);
  pool.scale(1, 1_000);
  assert.deepEqual(started.map((process) => process.isStopping), [false, true, true]);
  await pool.close(1_000);
  assert.equal(started.length, 3);
});

test("close() while a replacement waits starts none", async () => {
  const { pool, started, log } = setUp();
  const done = pool.start(1);
  started[0]!.open();
  await done;
  started[0]!.exit({ code: 1, signal: null });
  await log.line(/exited with code 1/);
  await pool.close(1_000);
  await new Promise((resolve) => setTimeout(resolve, 150)); // longer than the first pause
  assert.equal(started.length, 1);
});

test("a process that is killed because it does not get ready is replaced", async () => {
  const { pool, started, nextStart } = setUp();
  const done = pool.start(1);
  started[0]!.open();
  await done;
  let next = nextStart();
  started[0]!.exit({ code: 1, signal: null });
  await next;
  next = nextStart();
  started[1]!.kill();
  await next;
  assert.equal(started.length, 3);
  await pool.close(1_000);
});

test("a process that ends while others are loading is replaced when they are ready", async () => {
  const { pool, started } = setUp();
  const done = pool.start(2);
  started[0]!.open();
  await started[0]!.ready;
  started[0]!.exit({ code: null, signal: "SIGKILL" });
  await started[0]!.exited;
  started[1]!.open();
  await done;
  assert.equal(started.length, 3);
  await pool.close(1_000);
});

test("a process that cannot be started at all is tried again", async () => {
  const { pool, started, log, nextStart, failures } = setUp();
  const done = pool.start(1);
  started[0]!.open();
  await done;
  failures.push(new Error("EMFILE"));
  const next = nextStart();
  pool.scale(2, 1_000);
  await next;
  assert.deepEqual(log.lines.filter((line) => /EMFILE/.test(line)), [
    "error: Cannot start an app process: EMFILE",
  ]);
  assert.equal(started.length, 2);
  await pool.close(1_000);
});

test("when one cannot be started at the start, the others are ended", async () => {
  const { pool, started, failures } = setUp();
  failures.push(undefined as unknown as Error, new Error("EMFILE"));
  await assert.rejects(pool.start(2), /EMFILE/);
  assert.deepEqual(started.map((process) => process.isKilled), [true]);
});
