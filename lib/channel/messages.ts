import type { Config } from "../config/config.ts";

/** A listening socket as a worker inherits it. */
export interface InheritedListener {
  fd: number;
  /** As given in `bind` with the port filled in, for instance `127.0.0.1:8000` or `unix:/run/app.sock`. */
  address: string;
}

/** What the supervisor tells a worker. */
export type ToWorker =
  | {
    type: "start";
    slot: number;
    generation: number;
    config: Config;
    listeners: InheritedListener[];
    /** How many Python app processes this worker runs; 0 for a TypeScript app. */
    appProcesses: number;
  }
  /** Stop accepting, finish what was accepted within `withinMs`, then say `drained` and exit 0. */
  | { type: "drain"; withinMs: number }
  /** Stop now: connections are closed, app processes killed. */
  | { type: "stop" }
  /** Change the number of app processes. */
  | { type: "scale"; appProcesses: number }
  /** Open the log files again. */
  | { type: "reopen" };

/** What a worker tells the supervisor. */
export type ToSupervisor =
  /** The app is loaded and connections are being accepted. */
  | { type: "ready" }
  /** A sign of life, each second. */
  | { type: "beat"; connections: number; requests: number }
  /** The worker cannot boot; it exits with `exitCode` (`EXIT`). */
  | { type: "failed"; exitCode: number; reason: string }
  | { type: "drained" };
