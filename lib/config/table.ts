import { type ConfigKey, SECTIONS } from "./config.ts";
import type { Setting } from "./setting.ts";

/** A setting with all of its names. */
export interface Entry {
  /** In files: `graceful_timeout`. */
  readonly name: string;
  /** In {@link Config}: `gracefulTimeout`. */
  readonly key: ConfigKey;
  /** In the environment: `MONOCEROS_GRACEFUL_TIMEOUT`. */
  readonly variable: string;
  readonly setting: Setting<unknown>;
}

export const VARIABLE_PREFIX = "MONOCEROS_";

/** The whole table, in the order of `--help`. */
export const ENTRIES: readonly Entry[] = SECTIONS.flatMap(({ settings }) =>
  Object.entries(settings).map(([name, setting]) => makeEntry(name, setting))
);

/** Finds a setting by its name or one of its aliases. */
export function findByName(name: string): Entry | undefined {
  return ENTRIES.find((entry) => namesOf(entry).includes(name));
}

/** @param flag With its dashes. */
export function findByFlag(flag: string): Entry | undefined {
  return ENTRIES.find((entry) => entry.setting.flags.includes(flag));
}

/** The setting's name and aliases. */
export function namesOf(entry: Entry): readonly string[] {
  return [entry.name, ...entry.setting.aliases ?? []];
}

/** A switch is a flag without a value. */
export function isSwitch(entry: Entry): boolean {
  return entry.setting.type.placeholder === "";
}

/** `graceful_timeout` becomes `MONOCEROS_GRACEFUL_TIMEOUT`. */
export function variableOf(name: string): string {
  return VARIABLE_PREFIX + name.toUpperCase();
}

function makeEntry(name: string, setting: Setting<unknown>): Entry {
  const key = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  // True because `Config` derives its keys from the same names by the same rule.
  return { name, key: key as ConfigKey, variable: variableOf(name), setting };
}
