import type { Log } from "../../lib/log.ts";
import { describeExit, type ProcessExit, type Ready } from "./app_process.ts";
import type { Load } from "./load.ts";

/** First pause before a process that ended is replaced; it doubles up to {@link MAX_DELAY_MS}. */
const MIN_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;
/** A process that lived so long ended for a new reason: the pause begins anew. */
const LONG_LIFE_MS = 10_000;
/** Large models load for minutes; what takes longer has stopped. */
const BOOT_TIMEOUT_MS = 600_000;

/** What a pool asks of an app process. */
export interface PooledProcess {
  readonly pid: number;
  readonly startedAt: number;
  readonly ready: Promise<Ready>;
  readonly exited: Promise<ProcessExit>;
  readonly load: Load;
  /** It was told to end: that it ends is no news. */
  readonly isStopping: boolean;
  /** We killed it, and said why in the log. */
  readonly isKilled: boolean;
  stop(withinMs: number): Promise<void>;
  kill(): void;
}

/** A place for an app process; it is filled again when its process ends. */
interface Place<P> {
  process: P | null;
  /** Pause before the latest replacement. */
  delayMs: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** What a pool needs. */
export interface PoolOptions<P> {
  start(): P;
  /** The process takes requests now. */
  opened(process: P): void;
  /** It does not any more. */
  closed(process: P): void;
  log: Log;
}

/** Keeps as many app processes running as are wanted. */
export class ProcessPool<P extends PooledProcess> {
  readonly #options: PoolOptions<P>;
  #places: Place<P>[] = [];
  /** Told to stop and not gone yet. */
  readonly #leaving = new Set<P>();
  /** The first processes are ready: from now on a failure is no reason to end. */
  #isOpen = false;

  constructor(options: PoolOptions<P>) {
    this.#options = options;
  }

  /** Running processes, ready or not. */
  get processes(): P[] {
    return this.#places.flatMap((place) => place.process ?? []);
  }

  /**
   * Starts the first processes and waits for all of them.
   *
   * @throws {AppLoadError} If one cannot load the app; none is left then.
   */
  async start(count: number): Promise<Ready> {
    try {
      this.#grow(count);
      const processes = this.processes;
      const all = await Promise.all(processes.map((process) => process.ready));
      this.#isOpen = true;
      // One that was ready may have ended while others were loading.
      this.#places.filter((place) => place.process === null).forEach((place) =>
        this.#refill(place)
      );
      return all[0]!;
    } catch (error) {
      const { processes } = this;
      this.#places = [];
      processes.forEach((process) => process.kill());
      await Promise.all(processes.map((process) => process.exited));
      throw error;
    }
  }

  /** Starts or stops processes until there are `count`. Requests of those that stop are finished within `withinMs`. */
  scale(count: number, withinMs: number): void {
    if (count > this.#places.length) return this.#grow(count - this.#places.length);
    const byLoad = [...this.#places].sort((one, other) => busyness(one) - busyness(other));
    for (const place of byLoad.slice(0, this.#places.length - count)) {
      this.#places.splice(this.#places.indexOf(place), 1);
      void this.#leave(place, withinMs);
    }
  }

  /** Stops all processes after their last request. */
  async close(withinMs: number): Promise<void> {
    const places = this.#places;
    this.#places = [];
    const leaving = [...this.#leaving].map((process) => process.exited);
    await Promise.all([...places.map((place) => this.#leave(place, withinMs)), ...leaving]);
  }

  /** Kills all processes. */
  kill(): void {
    for (const place of this.#places) clearTimeout(place.timer);
    for (const process of [...this.processes, ...this.#leaving]) process.kill();
    this.#places = [];
  }

  #grow(count: number): void {
    for (let i = 0; i < count; i++) {
      const place: Place<P> = { process: null, delayMs: 0, timer: undefined };
      this.#places.push(place);
      if (this.#isOpen) this.#refill(place);
      else this.#fill(place);
    }
  }

  #fill(place: Place<P>): void {
    const process = this.#options.start();
    place.process = process;
    void this.#watchBoot(process);
    void this.#watchExit(place, process);
  }

  /** Like {@link #fill}; what keeps a process from being started (no free file descriptor) may pass. */
  #refill(place: Place<P>): void {
    try {
      this.#fill(place);
    } catch (error) {
      this.#options.log.error(`Cannot start an app process: ${(error as Error).message}`);
      this.#fillLater(place, 0);
    }
  }

  #fillLater(place: Place<P>, lifeMs: number): void {
    place.delayMs = nextDelay(place.delayMs, lifeMs);
    place.timer = setTimeout(() => this.#refill(place), place.delayMs);
  }

  async #watchBoot(process: P): Promise<void> {
    const timer = setTimeout(() => {
      this.#options.log.error(`App process ${process.pid} has not loaded the app for 10 minutes`);
      process.kill();
    }, BOOT_TIMEOUT_MS);
    try {
      await process.ready;
      if (process.isStopping) return;
      this.#options.log.info(`App process ready with pid: ${process.pid}`, { pid: process.pid });
      this.#options.opened(process);
    } catch (error) {
      // At the start the caller of start() hears of it.
      if (this.#isOpen && !process.isStopping) this.#options.log.error((error as Error).message);
    } finally {
      clearTimeout(timer);
    }
  }

  async #watchExit(place: Place<P>, process: P): Promise<void> {
    const exit = await process.exited;
    this.#options.closed(process);
    this.#leaving.delete(process);
    place.process = null;
    if (!this.#isOpen) return;
    if (!process.isStopping) this.#report(process, exit);
    if (!this.#places.includes(place)) return;
    this.#fillLater(place, performance.now() - process.startedAt);
  }

  #report(process: P, exit: ProcessExit): void {
    const hint = exit.signal === "SIGKILL" && !process.isKilled ? ". Perhaps out of memory?" : "";
    const message = `App process ${process.pid} ${describeExit(exit)}${hint}`;
    const level = exit.code === 0 ? "info" : "error";
    this.#options.log[level](message, { pid: process.pid });
  }

  async #leave(place: Place<P>, withinMs: number): Promise<void> {
    clearTimeout(place.timer);
    const { process } = place;
    if (process === null) return;
    this.#leaving.add(process);
    await process.stop(withinMs);
  }
}

/**
 * @param delayMs Pause before the process that has ended was started; 0 for the first.
 * @param lifeMs How long it lived.
 * @returns Pause before the next.
 */
export function nextDelay(delayMs: number, lifeMs: number): number {
  if (delayMs === 0 || lifeMs >= LONG_LIFE_MS) return MIN_DELAY_MS;
  return Math.min(2 * delayMs, MAX_DELAY_MS);
}

function busyness(place: Place<PooledProcess>): number {
  return place.process === null ? -1 : place.process.load.inFlight;
}
