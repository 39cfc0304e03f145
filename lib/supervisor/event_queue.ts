import { performance } from "node:perf_hooks";

/** A wait lasts at most this long, so that it is noticed when the process itself was held up. */
const TICK_MS = 1000;
/** A wait that ends later by so much means that the process did not run meanwhile, and could hear nobody. */
const HELD_UP_MS = 1000;

/** Events that wait for the one loop that handles them. */
export class EventQueue<Event> {
  #events: Event[] = [];
  #wake: () => void = () => {};

  push(event: Event): void {
    this.#events.push(event);
    this.#wake();
  }

  /** Takes all that is there, in order. */
  take(): Event[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /**
   * Waits for an event or a time, but not long: the caller looks again at what is to do.
   *
   * @param until In ms of `performance.now()`.
   * @returns Whether this process was held up while it waited: stopped, or without a processor.
   */
  async wait(until: number): Promise<{ isHeldUp: boolean }> {
    if (this.#events.length > 0) return { isHeldUp: false };
    const start = performance.now();
    const due = Math.max(start, Math.min(until, start + TICK_MS));
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, due - start);
    });
    clearTimeout(timer);
    return { isHeldUp: performance.now() > due + HELD_UP_MS };
  }
}
