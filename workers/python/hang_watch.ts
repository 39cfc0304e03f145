import type { Job } from "./job.ts";

/**
 * Finds requests that keep an app process from working.
 *
 * - WSGI: a request about which neither side has said anything for the timeout: its thread runs and answers nothing.
 *   One that waits for a slow client does not count.
 * - ASGI: requests may take as long as they like, as long as the event loop turns. A process that was silent for half the
 *   timeout is pinged; if it stays silent for the other half its loop is blocked.
 */
export class HangWatch {
  readonly #kind: "wsgi" | "asgi";
  readonly #timeoutMs: number;
  readonly #ping: () => void;
  #isSilent = false;
  #silentSince = 0;
  #pingedAt = 0;

  constructor(kind: "wsgi" | "asgi", timeoutMs: number, ping: () => void) {
    this.#kind = kind;
    this.#timeoutMs = timeoutMs;
    this.#ping = ping;
  }

  /** Something came from the process. */
  heard(): void {
    this.#isSilent = false;
  }

  /** @returns The requests that hang; call it several times within the timeout while requests are in flight. */
  check(jobs: Iterable<Job>, now: number): Job[] {
    if (this.#kind === "asgi") return this.#isLoopBlocked(now) ? [...jobs] : [];
    return [...jobs].filter((job) => !job.isBlocked && now - job.activeAt >= this.#timeoutMs);
  }

  #isLoopBlocked(now: number): boolean {
    if (!this.#isSilent) {
      this.#isSilent = true;
      this.#silentSince = now;
      this.#pingedAt = 0;
      return false;
    }
    const half = this.#timeoutMs / 2;
    if (this.#pingedAt === 0) {
      if (now - this.#silentSince < half) return false;
      this.#pingedAt = now;
      this.#ping();
      return false;
    }
    return now - this.#pingedAt >= half;
  }
}

/** The log's line about hung requests; their process's stacks follow. */
export function describeHang(pid: number, hung: readonly Job[], now: number): string {
  const first = hung[0]!;
  const { head, endpoints } = first.exchange;
  const seconds = ((now - first.activeAt) / 1000).toFixed(1);
  const others = hung.length === 1 ? "" : ` and ${hung.length - 1} more`;
  return `App process ${pid} hangs and is killed: ${head.method} ${head.path} of ` +
    `${endpoints.clientAddress || "unix"}${others} has had no answer for ${seconds} s. Its stacks:`;
}
