/** A timer that runs only while something needs it, as often as it needs it. */
export class Pulse {
  readonly #tick: (now: number) => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Milliseconds of the period that is running; Infinity when none is. */
  #period = Infinity;

  /** @param tick Returns in how many milliseconds it wants to be called again; Infinity for not at all. */
  constructor(tick: (now: number) => number) {
    this.#tick = tick;
  }

  /** Makes sure that the next tick comes within `ms`. */
  need(ms: number): void {
    if (ms >= this.#period) return;
    clearTimeout(this.#timer);
    this.#period = ms;
    this.#timer = setTimeout(() => this.#beat(), ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#period = Infinity;
  }

  #beat(): void {
    this.#period = Infinity;
    this.need(this.#tick(performance.now()));
  }
}
