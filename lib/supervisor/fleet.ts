import type { Config } from "../config/config.ts";

/** How many processes a generation wants, and how long it waits for them. */
export interface Fleet {
  readonly generation: number;
  /** Workers. */
  readonly slots: number;
  /** Python app processes of all workers together; 0 for apps that run inside the worker. */
  readonly appProcesses: number;
  /** A worker that is silent for longer is taken for hung; 0 for never. */
  readonly timeoutMs: number;
  /** How long a draining worker may take. */
  readonly gracefulMs: number;
  /** Workers that speak HTTP for Python apps; 0 for one per {@link APP_PROCESSES_PER_WORKER}. */
  readonly httpWorkers: number;
}

/** One worker answers about ten times more requests per core than a Python interpreter. */
const APP_PROCESSES_PER_WORKER = 8;

/** What a configuration wants, as a generation of workers. */
export function fleetOf(
  config: Pick<Config, "workers" | "httpWorkers" | "timeout" | "gracefulTimeout">,
  options: { generation: number; isPython: boolean },
): Fleet {
  const fleet = {
    generation: options.generation,
    slots: config.workers,
    appProcesses: options.isPython ? config.workers : 0,
    timeoutMs: config.timeout * 1000,
    gracefulMs: config.gracefulTimeout * 1000,
    httpWorkers: config.httpWorkers,
  };
  return options.isPython ? withAppProcesses(fleet, config.workers) : fleet;
}

/** The fleet with one process more or less of what runs the app (TTIN, TTOU), but never with none. */
export function resize(fleet: Fleet, delta: 1 | -1): Fleet {
  if (fleet.appProcesses > 0) {
    return withAppProcesses(fleet, Math.max(1, fleet.appProcesses + delta));
  }
  return { ...fleet, slots: Math.max(1, fleet.slots + delta) };
}

/** The fleet with no more workers than this; the app processes are spread over those that are left. */
export function limitFleet(fleet: Fleet, slots: number): Fleet {
  return fleet.slots > slots ? { ...fleet, slots } : fleet;
}

/** Number of processes that run the app: what `--workers` means. */
export function sizeOf(fleet: Fleet): number {
  return fleet.appProcesses > 0 ? fleet.appProcesses : fleet.slots;
}

/** How many app processes each worker runs: as even as can be, the first workers get the rest. */
export function spread(appProcesses: number, workers: number): number[] {
  const least = Math.floor(appProcesses / workers);
  const rest = appProcesses % workers;
  return Array.from({ length: workers }, (_, index) => index < rest ? least + 1 : least);
}

function withAppProcesses(fleet: Fleet, appProcesses: number): Fleet {
  const wanted = fleet.httpWorkers > 0
    ? fleet.httpWorkers
    : Math.ceil(appProcesses / APP_PROCESSES_PER_WORKER);
  // A worker without an app process could answer nothing.
  return { ...fleet, appProcesses, slots: Math.min(wanted, appProcesses) };
}
