/**
 * A process may be sent as much work ahead as it does in this time. Less leaves it idle while its answers are on their
 * way (Flask hello: 13 200 requests/s with 1 ms, 15 500 with 4 ms); what waits behind a slow request is handed back.
 */
const AHEAD_MS = 4;
/** Most requests sent ahead for each thread. 64 instead of 32 was 5 % more WSGI answers. */
const MAX_AHEAD = 64;
/** Weight of the latest measurement in the average service time. */
const LATEST_WEIGHT = 1 / 8;
/** A process that answers nothing for so long hands back what it has not begun. */
export const STALL_MS = 10;

/**
 * How busy an app process is and how many requests it may hold.
 *
 * A WSGI process is sent requests ahead only while it is quick: `threads × clamp(⌊4 ms ÷ average service time⌋, 1, 64)`.
 * An ASGI process holds a fixed number.
 */
export class Load {
  /** It takes requests: the app is loaded and the process is not about to end. */
  isOpen = false;
  /** Requests sent and not finished. */
  inFlight = 0;
  /** How many it may hold now. */
  window: number;
  readonly #threads: number;
  readonly #isAdaptive: boolean;
  #averageMs = -1;
  /** When it last finished something, or turned busy. */
  #since = 0;
  #isStalled = false;

  private constructor(threads: number, isAdaptive: boolean) {
    this.#threads = threads;
    this.window = threads;
    this.#isAdaptive = isAdaptive;
  }

  /** For a process that works on `threads` requests at a time. */
  static ofThreads(threads: number): Load {
    return new Load(threads, true);
  }

  /** For a process that works on up to `limit` requests at a time. */
  static ofTasks(limit: number): Load {
    return new Load(limit, false);
  }

  get hasRoom(): boolean {
    return this.isOpen && this.inFlight < this.window;
  }

  /**
   * Something may wait behind another request: one that is not begun, or an answer that a thread has kept back when it
   * took the next request.
   */
  get isAhead(): boolean {
    return this.#isAdaptive && this.inFlight > 1;
  }

  begin(now: number): void {
    if (this.inFlight++ === 0) this.#since = now;
  }

  /** @param count How many answers were completed since the last call. */
  finish(count: number, now: number): void {
    if (this.#isAdaptive) this.#measure(count, now);
    this.inFlight -= count;
  }

  /** Requests came back that were not begun. */
  giveBack(count: number): void {
    this.inFlight -= count;
  }

  /** It may have requests that it has not begun, and finishes nothing. */
  isOverdue(now: number): boolean {
    return this.isAhead && !this.#isStalled && now - this.#since >= STALL_MS;
  }

  /** Sends nothing ahead until something is finished. */
  stall(): void {
    this.#isStalled = true;
    this.window = this.#threads;
  }

  #measure(count: number, now: number): void {
    const busyThreads = Math.min(this.inFlight, this.#threads);
    const serviceMs = ((now - this.#since) * busyThreads) / count;
    this.#averageMs = this.#averageMs < 0
      ? serviceMs
      : this.#averageMs + (serviceMs - this.#averageMs) * LATEST_WEIGHT;
    const ahead = Math.floor(AHEAD_MS / this.#averageMs);
    this.window = this.#threads * Math.max(1, Math.min(ahead, MAX_AHEAD));
    this.#since = now;
    this.#isStalled = false;
  }
}
