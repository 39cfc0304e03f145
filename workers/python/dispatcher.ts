import type { Load } from "./load.ts";

/** Something that works on requests. */
export interface Seat {
  readonly load: Load;
}

/** Something that waits for a seat. */
export interface Waiting {
  /** Milliseconds, never decreasing in the order of {@link Dispatcher.place}. */
  readonly arrivedAt: number;
}

/** Limits of the queue. */
export interface QueueLimits {
  /** Requests that may wait. */
  readonly queueLimit: number;
  /** How long each may wait. */
  readonly queueTimeoutMs: number;
}

/**
 * Gives each request to the least busy seat, or lets it wait in a bounded queue, first come, first served.
 *
 * It only decides and counts: who calls it sends the request to the seat that it names.
 */
export class Dispatcher<S extends Seat, J extends Waiting> {
  readonly #seats: S[] = [];
  readonly #limits: QueueLimits;
  /** Came back from a seat that had not begun them: older than all in `#queue`. */
  #returned = new Set<J>();
  readonly #queue = new Set<J>();
  /** Equally busy seats take turns. */
  #lastSeat = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get queueLength(): number {
    return this.#returned.size + this.#queue.size;
  }

  get seats(): readonly S[] {
    return this.#seats;
  }

  add(seat: S): void {
    this.#seats.push(seat);
  }

  remove(seat: S): void {
    const at = this.#seats.indexOf(seat);
    if (at >= 0) this.#seats.splice(at, 1);
  }

  /** @returns The seat that takes the job, or what became of it. */
  place(job: J, now: number): S | "queued" | "full" {
    if (this.queueLength === 0) {
      const seat = this.#claim(now);
      if (seat !== null) return seat;
    }
    if (this.queueLength >= this.#limits.queueLimit) return "full";
    this.#queue.add(job);
    return "queued";
  }

  /** @returns A waiting job and the seat that takes it now; null when nothing waits or all seats are full. */
  next(now: number): { job: J; seat: S } | null {
    const job = this.#first();
    if (job === null) return null;
    const seat = this.#claim(now);
    if (seat === null) return null;
    this.cancel(job);
    return { job, seat };
  }

  /** Puts jobs that a seat has not begun before all others. They may exceed the limit: they were accepted before. */
  putBack(jobs: readonly J[]): void {
    const all = [...this.#returned, ...jobs];
    this.#returned = new Set(all.sort((one, other) => one.arrivedAt - other.arrivedAt));
  }

  /** Takes a job out of the queue. @returns False if it was not there. */
  cancel(job: J): boolean {
    return this.#returned.delete(job) || this.#queue.delete(job);
  }

  /** Takes out the jobs that have waited too long. */
  expire(now: number): J[] {
    const expired: J[] = [];
    for (const queue of [this.#returned, this.#queue]) {
      for (const job of queue) {
        if (now - job.arrivedAt < this.#limits.queueTimeoutMs) return expired;
        queue.delete(job);
        expired.push(job);
      }
    }
    return expired;
  }

  #first(): J | null {
    for (const job of this.#returned) return job;
    for (const job of this.#queue) return job;
    return null;
  }

  #claim(now: number): S | null {
    const count = this.#seats.length;
    let best: S | null = null;
    let bestAt = 0;
    for (let i = 1; i <= count; i++) {
      const at = (this.#lastSeat + i) % count;
      const seat = this.#seats[at]!;
      if (!seat.load.hasRoom) continue;
      if (best === null || seat.load.inFlight < best.load.inFlight) {
        best = seat;
        bestAt = at;
      }
    }
    if (best === null) return null;
    this.#lastSeat = bestAt;
    best.load.begin(now);
    return best;
  }
}
