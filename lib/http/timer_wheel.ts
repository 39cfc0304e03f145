/** Something that has a deadline on a {@link TimerWheel}. */
export interface Timed {
  /** When to call {@link expire}, in the wheel's milliseconds; Infinity for never. Set by the wheel. */
  deadline: number;
  /** The slot time under which the wheel holds it; Infinity when it does not. Set by the wheel. */
  wheelTime: number;
  expire(): void;
}

/** Milliseconds between two turns; deadlines are late by at most that much. */
const TICK_MS = 100;
/**
 * A turn that comes late counts as no more than this. While the process was held up it could not hear its clients, and
 * what they have sent meanwhile must be read before their time is over.
 */
const MAX_TURN_MS = 500;
/** Slots; longer waits go around more than once. */
const SLOT_COUNT = 512;

/**
 * All deadlines of a worker on one interval timer.
 *
 * Moving a deadline later, which each request does, is one assignment: the entry stays in its old slot and moves when
 * that slot comes up.
 */
export class TimerWheel {
  /** Milliseconds, updated each turn: the worker's cheap clock. It stands still while the process is held up. */
  now = performance.now();
  readonly #slots: Set<Timed>[] = Array.from({ length: SLOT_COUNT }, () => new Set());
  readonly #onTick: () => void;
  #turn = Math.floor(this.now / TICK_MS);
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param onTick Called once each turn, for what else must happen now and then. */
  constructor(onTick: () => void = () => {}) {
    this.#onTick = onTick;
  }

  start(): void {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.elapse(now - last);
      last = now;
    }, TICK_MS);
  }

  /** Turns the wheel after a wait, of which only {@link MAX_TURN_MS} count. */
  elapse(ms: number): void {
    this.advance(this.now + Math.min(ms, MAX_TURN_MS));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @param delayMs From now; Infinity takes the deadline away. */
  set(entry: Timed, delayMs: number): void {
    const deadline = this.now + delayMs;
    entry.deadline = deadline;
    if (deadline < entry.wheelTime) this.#insert(entry);
  }

  /** Forgets the entry at once, for instance when its connection has closed. */
  remove(entry: Timed): void {
    entry.deadline = Infinity;
    if (entry.wheelTime === Infinity) return;
    this.#slotAt(entry.wheelTime).delete(entry);
    entry.wheelTime = Infinity;
  }

  /** Turns the wheel to `now` and expires what is due. */
  advance(now: number): void {
    this.now = now;
    const target = Math.floor(now / TICK_MS);
    // After a long pause of the process every slot is due once, none twice.
    this.#turn = Math.max(this.#turn, target - SLOT_COUNT);
    while (this.#turn < target) this.#expireSlot(this.#turn++);
    this.#onTick();
  }

  #insert(entry: Timed): void {
    if (entry.wheelTime !== Infinity) this.#slotAt(entry.wheelTime).delete(entry);
    // A slot that was passed already would wait for a whole round.
    const earliest = this.#turn * TICK_MS;
    entry.wheelTime = Math.max(entry.deadline, earliest);
    this.#slotAt(entry.wheelTime).add(entry);
  }

  #expireSlot(turn: number): void {
    const slot = this.#slots[turn % SLOT_COUNT]!;
    const end = (turn + 1) * TICK_MS;
    for (const entry of [...slot]) {
      if (entry.wheelTime >= end) continue; // of a later round
      slot.delete(entry);
      entry.wheelTime = Infinity;
      if (entry.deadline >= end) {
        if (entry.deadline !== Infinity) this.#insert(entry);
      } else {
        entry.deadline = Infinity;
        entry.expire();
      }
    }
  }

  #slotAt(time: number): Set<Timed> {
    return this.#slots[Math.floor(time / TICK_MS) % SLOT_COUNT]!;
  }
}
