import process from "node:process";
import { inspect } from "node:util";
import type { Log } from "../lib/log.ts";

/**
 * Logs what an app that runs in this process throws outside of its requests, for instance in a timer, and goes on: to end
 * the worker would cost the requests of all other clients. An app that has a listener of its own decides for itself.
 */
export function logStrayErrors(log: Log): void {
  for (const [event, what] of STRAY) {
    if (process.listenerCount(event) > 0) continue;
    process.on(event, (error: unknown) => log.error(`${what}: ${inspect(error)}`));
  }
}

const STRAY = [
  ["uncaughtException", "The app has thrown outside of a request"],
  ["unhandledRejection", "The app has left the failure of a promise unhandled"],
] as const;
