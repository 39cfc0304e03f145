import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks again and again, for things that give no event: the process table, a foreign server's counters.
 *
 * @param what Completes "Cannot wait until …".
 * @throws {Error} If the answer is not yes in time.
 */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!await isTrue()) {
    if (Date.now() > deadline) {
      throw new Error(`Cannot wait until ${what}: not within ${withinMs} ms`);
    }
    await delay(20);
  }
}
