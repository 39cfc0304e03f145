import process from "node:process";
import metadata from "../deno.json" with { type: "json" };
import type { Config } from "../lib/config/config.ts";
import { AppLoadError } from "../lib/errors.ts";
import type { App } from "../lib/http/exchange.ts";
import type { Log } from "../lib/log.ts";
import { runtime } from "../lib/runtime/current.ts";
import { appKind } from "./app_kind.ts";
import { loadScriptApp } from "./load_script.ts";
import { createPythonApp } from "./python/python_app.ts";

/** A loaded app and what else a worker may do with it. */
export interface OpenApp {
  readonly app: App;
  /** Changes the number of app processes; nothing to do for a script. */
  scale(appProcesses: number): void;
  /** Ends the app's processes at once. */
  kill(): void;
}

/**
 * Loads the app that the settings name.
 *
 * @param appProcesses How many Python interpreters to run.
 * @throws {AppLoadError} If it cannot be found or its own code fails.
 */
export async function openApp(
  config: Config,
  appProcesses: number,
  log: Log,
): Promise<OpenApp> {
  if (config.app === null) {
    throw new AppLoadError("Cannot load the app: none is named");
  }
  switch (appKind(config)) {
    case "script":
      return scriptApp(await loadScriptApp({ spec: config.app, interface: config.interface, log }));
    case "python":
      return await openPythonApp(config, appProcesses, log);
  }
}

async function openPythonApp(config: Config, processes: number, log: Log): Promise<OpenApp> {
  const app = await createPythonApp({
    app: config.app!,
    processes,
    isMultiprocess: config.workers > 1,
    threads: config.threads,
    interface: wsgiOrAsgi(config.interface),
    python: config.python ?? undefined,
    chdir: process.cwd(),
    pythonpath: config.pythonpath,
    lifespan: config.asgiLifespan,
    loop: config.asgiLoop,
    rootPath: config.rootPath,
    serverSoftware: `monoceros/${metadata.version}`,
    disconnectGraceMs: config.asgiDisconnectGracePeriod * 1000,
    workerConnections: config.workerConnections,
    timeoutMs: config.timeout * 1000,
    gracefulTimeoutMs: config.gracefulTimeout * 1000,
    queueLimit: config.queueLimit,
    queueTimeoutMs: config.queueTimeout * 1000,
    log,
    runtime,
  });
  return { app, scale: (count) => app.scale(count), kill: () => app.kill() };
}

/** A Python app is never `fetch` or `node`: {@link appKind} would have called it a script. */
function wsgiOrAsgi(given: Config["interface"]): "auto" | "wsgi" | "asgi" {
  return given === "wsgi" || given === "asgi" ? given : "auto";
}

/** An app without processes of its own. */
export function scriptApp(app: App): OpenApp {
  return { app, scale: () => {}, kill: () => {} };
}
