import process from "node:process";
import { isWorkerProcess } from "./lib/channel/channel.ts";
import metadata from "./deno.json" with { type: "json" };
import type { Config } from "./lib/config/config.ts";
import { readCommand } from "./lib/config/flags.ts";
import { loadConfig, type LoadedConfig } from "./lib/config/load.ts";
import { printConfig } from "./lib/config/print_config.ts";
import { usage } from "./lib/config/usage.ts";
import { AppLoadError, ConfigError, EXIT } from "./lib/errors.ts";
import { createLog, type OpenLog } from "./lib/log.ts";
import { runSupervisor } from "./lib/supervisor/supervisor.ts";
import { enterAppEnvironment } from "./workers/app_environment.ts";
import { appKind } from "./workers/app_kind.ts";
import { closeApp } from "./workers/close_app.ts";
import { checkHttpSettings } from "./workers/http_settings.ts";
import { openApp } from "./workers/open_app.ts";
import { runWorker } from "./workers/worker.ts";

process.exit(await (isWorkerProcess() ? runWorker() : main()));

/** @returns The exit code. */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const command = readCommand(args);
  if (command === "help") return print(usage());
  if (command === "version") return print(`monoceros ${metadata.version}`);
  try {
    return await run(args);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof AppLoadError)) throw error;
    console.error(`monoceros: ${error.message}`);
    return error.exitCode;
  }
}

async function run(args: string[]): Promise<number> {
  const cwd = process.cwd();
  const { config, sources } = await load(args, cwd);
  if (config.printConfig) return print(printConfig(config, sources));
  const log = openLog(config);
  if (config.checkConfig) return await checkApp(config, log);
  return await runSupervisor({
    config,
    log,
    reload: async () => (await load(args, cwd)).config,
    isPython: (wanted) => appKind(wanted) === "python",
    reopenLogs: () => log.reopen(),
  });
}

/** @param cwd Where the server was started: relative paths begin there, also at a reload. */
async function load(args: string[], cwd: string): Promise<LoadedConfig> {
  const loaded = await loadConfig({ args, env: process.env, cwd });
  const { app, printConfig } = loaded.config;
  if (app === null && !printConfig) {
    throw new ConfigError(
      'No app is given: name one, for instance "monoceros app.ts" or "monoceros main:app"',
      { exitCode: EXIT.usage },
    );
  }
  checkHttpSettings(loaded.config);
  return loaded;
}

/** `--check-config`: the settings are right, is the app? */
async function checkApp(config: Config, log: OpenLog): Promise<number> {
  enterAppEnvironment(config);
  const { app } = await openApp(config, 1, log);
  await closeApp(app, config.gracefulTimeout * 1000, log);
  return EXIT.ok;
}

function openLog(config: Config): OpenLog {
  return createLog({ level: config.loglevel, file: config.errorlog, json: config.logJson });
}

function print(text: string): number {
  console.log(text.trimEnd());
  return EXIT.ok;
}
