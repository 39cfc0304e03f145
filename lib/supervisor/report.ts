import type { Log } from "../log.ts";
import type { KillReason } from "./plan.ts";
import type { Ending } from "./state.ts";
import type { WorkerExit } from "./worker_handle.ts";

const KILL_REASONS: Record<KillReason, string> = {
  silent: "it gave no sign of life for the time of `timeout`",
  boot: "its app was not loaded in time",
  drain: "it did not finish its requests within `graceful_timeout`",
  stop: "it did not stop",
};

/** The log's line about a worker that is killed. */
export function describeKill(pid: number, reason: KillReason): string {
  return `Killing worker (pid: ${pid}): ${KILL_REASONS[reason]}`;
}

/** How a worker ended that was not told to. */
export function describeExit(pid: number, exit: WorkerExit): string {
  if (exit.error !== undefined) return `Cannot start a worker: ${exit.error.message}`;
  const worker = `Worker (pid: ${pid})`;
  if (exit.isKilled) return `${worker} was killed`;
  if (exit.signal === "SIGKILL") {
    return `${worker} was ended by SIGKILL, perhaps because the system ran out of memory`;
  }
  if (exit.signal !== null) return `${worker} was ended by ${exit.signal}`;
  return `${worker} exited with code ${exit.code}`;
}

/**
 * Logs that a worker is gone.
 *
 * @param worker.cause Why, if it was not told to leave.
 */
export function reportEnding(
  log: Log,
  ending: Ending,
  worker: { pid: number; cause: string },
): void {
  switch (ending.type) {
    case "expected":
      return log.info(`Worker exiting (pid: ${worker.pid})`);
    case "fatal":
      // The workers of other slots mostly fail for the same reason; it is said once.
      return log.error(worker.cause);
    case "abandoned":
      return log.error(`Cannot reload, the old workers serve on: ${worker.cause}`);
    case "crashed": {
      const when = ending.delayMs > 0 ? `in ${ending.delayMs} ms` : "now";
      return log.error(`${worker.cause}; the next one starts ${when}`);
    }
    default:
      return ending satisfies never;
  }
}

/** Does what must not end a server that serves: an error is logged. */
export function attempt(log: Log, action: () => void): void {
  try {
    action();
  } catch (error) {
    log.error(messageOf(error));
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
