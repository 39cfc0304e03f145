import { inspect } from "node:util";
import type { App } from "../lib/http/exchange.ts";
import type { Log } from "../lib/log.ts";

/**
 * Ends an app. One that fails to end, or takes longer than `withinMs`, is logged and left: its worker ends all the same.
 *
 * @returns Resolves in time, and never rejects.
 */
export async function closeApp(app: App, withinMs: number, log: Log): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    log.warning(`The app did not close within ${Math.ceil(withinMs)} ms`);
    resolve();
  }, withinMs);
  const closed = app.close().catch((error) => {
    log.error(`The app failed to close: ${inspect(error)}`);
  });
  await Promise.race([closed, late]);
  clearTimeout(timer);
}
