import { Buffer } from "node:buffer";
import { resolve } from "node:path";
import process from "node:process";
import type { App } from "../../lib/http/exchange.ts";
import type { Log } from "../../lib/log.ts";
import type { Runtime } from "../../lib/runtime/runtime.ts";
import { AppProcess } from "./app_process.ts";
import type { Boot } from "./frames.ts";
import { BOOTSTRAP, HOST_MODULES } from "./host_sources.ts";
import { findInterpreter } from "./interpreter.ts";
import { ProcessesApp } from "./processes_app.ts";
import { RequestEncoder } from "./request_encoder.ts";
import { appEnvironment } from "./spawn.ts";

/** How to run a Python app. */
export interface PythonAppOptions {
  /** `module`, `module:attribute` or `module:factory(args)`. */
  app: string;
  /** App processes of this worker, at least 1. */
  processes: number;
  /** App processes of all workers together are more than one: `wsgi.multiprocess`. */
  isMultiprocess: boolean;
  /** Threads in each process that run WSGI requests. */
  threads: number;
  interface: Boot["interface"];
  /** Path or name of the interpreter; otherwise it is looked for, see {@link findInterpreter}. */
  python?: string | undefined;
  /** Folder of the app, the working directory of its processes. */
  chdir: string;
  pythonpath: string[];
  lifespan: Boot["lifespan"];
  loop: Boot["loop"];
  rootPath: string;
  serverSoftware: string;
  disconnectGraceMs: number;
  /** Most requests at a time in one ASGI process. */
  workerConnections: number;
  /** After which a request hangs, see `hang_watch.ts`; 0 for never. */
  timeoutMs: number;
  /** How long a process that stops may work on what it has begun. */
  gracefulTimeoutMs: number;
  /** Requests that may wait for a process, and how long. Beyond: 503. */
  queueLimit: number;
  queueTimeoutMs: number;
  /** For large request bodies; the system's folder for temporary files if missing. */
  spoolDirectory?: string | undefined;
  log: Log;
  runtime: Runtime;
}

/** A Python app behind this worker. */
export interface PythonApp extends App {
  readonly interface: "wsgi" | "asgi";
  /** Changes the number of app processes. */
  scale(processes: number): void;
  /** Kills all app processes: the worker ends now. */
  kill(): void;
}

/**
 * Starts the app processes and waits until all have loaded the app.
 *
 * @throws {AppLoadError} If the app cannot be loaded.
 * @throws {ConfigError} If there is no Python.
 */
export async function createPythonApp(options: PythonAppOptions): Promise<PythonApp> {
  const chdir = resolve(options.chdir);
  const env = appEnvironment();
  const executable = await findInterpreter({ python: options.python, chdir, env: process.env });
  const shared = {
    command: { executable, bootstrap: BOOTSTRAP, cwd: chdir, env },
    boot: encodeBoot(options, chdir),
    encoders: {
      wsgi: RequestEncoder.forWsgi(options.rootPath),
      asgi: RequestEncoder.forAsgi(),
    },
    workerConnections: options.workerConnections,
    timeoutMs: options.timeoutMs,
    log: options.log,
    runtime: options.runtime,
  };
  const app = new ProcessesApp(options, (events) => AppProcess.start({ ...shared, events }));
  await app.start(options.processes);
  return app;
}

function encodeBoot(options: PythonAppOptions, chdir: string): Uint8Array {
  const boot: Boot = {
    modules: HOST_MODULES,
    app: options.app,
    interface: options.interface,
    threads: options.threads,
    chdir,
    pythonpath: options.pythonpath,
    lifespan: options.lifespan,
    loop: options.loop,
    rootPath: options.rootPath,
    multiprocess: options.isMultiprocess,
    serverSoftware: options.serverSoftware,
    disconnectGraceMs: options.disconnectGraceMs,
  };
  return Buffer.from(JSON.stringify(boot));
}
