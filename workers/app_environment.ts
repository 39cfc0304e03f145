import process from "node:process";
import type { Config } from "../lib/config/config.ts";
import { ConfigError } from "../lib/errors.ts";

/**
 * Makes the process what the app expects it to be, before the app is loaded: its folder, its variables.
 *
 * @throws {ConfigError} If the folder cannot be entered.
 */
export function enterAppEnvironment({ chdir, rawEnv }: Pick<Config, "chdir" | "rawEnv">): void {
  for (const assignment of rawEnv) { // `NAME=VALUE` each
    const at = assignment.indexOf("=");
    process.env[assignment.slice(0, at)] = assignment.slice(at + 1);
  }
  try {
    process.chdir(chdir);
  } catch (error) {
    const { message } = error as Error; // The function throws nothing else.
    throw new ConfigError(`Cannot change to the folder "${chdir}": ${message}`, { cause: error });
  }
}
