import type { Config } from "../lib/config/config.ts";
import { AppLoadError } from "../lib/errors.ts";
import type { App } from "../lib/http/exchange.ts";
import type { Log } from "../lib/log.ts";
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
      return await createPythonApp({ config, processes: appProcesses, log });
  }
}

/** An app without processes of its own. */
export function scriptApp(app: App): OpenApp {
  return { app, scale: () => {}, kill: () => {} };
}
