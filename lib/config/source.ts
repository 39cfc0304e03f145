import { ConfigError } from "../errors.ts";
import type { ConfigKey } from "./config.ts";
import type { Entry } from "./table.ts";
import { type Reading, showToml } from "./value_type.ts";

/** A place in the configuration file, counted from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The whole line. */
  readonly text: string;
}

/** Where a setting's value comes from. */
export type Source =
  | { readonly type: "default" }
  | { readonly type: "file"; readonly place: Place }
  | { readonly type: "variable"; readonly name: string }
  | { readonly type: "flag"; readonly flag: string }
  /** A program that embeds the server. */
  | { readonly type: "option"; readonly key: string }
  /** The app, which stands on the command line without a flag. */
  | { readonly type: "argument" };

/** Where each value comes from. */
export type Sources = Readonly<Record<ConfigKey, Source>>;

/** What one source of settings says, by the settings' names. */
export type Layer = Map<string, { readonly value: unknown; readonly source: Source }>;

/** The source in words, such as `flag --workers` or `monoceros.toml:3`. */
export function describeSource(source: Source): string {
  switch (source.type) {
    case "default":
      return "default";
    case "file":
      return `${source.place.path}:${source.place.line}`;
    case "variable":
      return `variable ${source.name}`;
    case "flag":
      return `flag ${source.flag}`;
    case "option":
      return `option ${source.key}`;
    case "argument":
      return "command line";
    default:
      return source satisfies never;
  }
}

/** The value of a reading, or the error that says what the operator wrote where, and what would be right. */
export function takeValue(
  reading: Reading<unknown>,
  given: { entry: Entry; input: unknown; source: Source },
): unknown {
  if ("value" in reading) return reading.value;
  throw valueError(given.entry.name, given.input, given.source, reading.reason);
}

/**
 * The error for a value that turns out to be wrong.
 *
 * @param name The setting's name, such as `chdir`.
 * @param reason What is wrong, and what would be right.
 */
export function valueError(
  name: string,
  value: unknown,
  source: Source,
  reason: string,
): ConfigError {
  const what = `Cannot set ${name} to ${showToml(value)}`;
  if (source.type === "file") return placeError(source.place, `${what}: ${reason}`);
  return new ConfigError(`${what} (${describeSource(source)}): ${reason}`);
}

/** An error in the configuration file, with the line and a mark below it, as compilers show it. */
export function placeError(place: Place, message: string): ConfigError {
  const mark = place.text.slice(0, place.column - 1).replaceAll(/[^\t]/g, " ") + "^";
  return new ConfigError(
    `${place.path}:${place.line}:${place.column}: ${message}\n  ${place.text}\n  ${mark}`,
  );
}
