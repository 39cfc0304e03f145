import process from "node:process";
import type { Config } from "../lib/config/config.ts";

/** Makes the process what the app expects it to be, before the app is loaded: its folder, its variables. */
export function enterAppEnvironment({ chdir, rawEnv }: Pick<Config, "chdir" | "rawEnv">): void {
  for (const assignment of rawEnv) { // `NAME=VALUE` each
    const at = assignment.indexOf("=");
    process.env[assignment.slice(0, at)] = assignment.slice(at + 1);
  }
  process.chdir(chdir);
}
