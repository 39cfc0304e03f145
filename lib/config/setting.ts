import type { ValueType } from "./value_type.ts";

/** Kinds of apps that a setting has an effect on. */
export type SettingApps = "all" | "python" | "typescript";

/**
 * One entry of the settings table. Its name is its key in the section: gunicorn's name wherever gunicorn has the
 * setting.
 */
export interface Setting<Value> {
  /** Flags, the short one first. A switch gets `--no-…` as well. */
  readonly flags: readonly string[];
  readonly type: ValueType<Value>;
  readonly default: Value;
  /** What `--help` and the reference say, without a final full stop. */
  readonly help: string;
  readonly apps: SettingApps;
  /** A variable of other programs' making that replaces the default, such as `PORT`. */
  readonly fallback?: Fallback;
  /** Other names in files and variables. */
  readonly aliases?: readonly string[];
  /** Makes no sense elsewhere than on the command line. */
  readonly isFlagOnly?: true;
  /** Makes no sense in the file. */
  readonly isNotInFile?: true;
  /** Makes no sense as a variable. */
  readonly isNotInEnvironment?: true;
  /** Where gunicorn differs, and why this is better. */
  readonly gunicorn?: string;
}

/** A foreign environment variable whose value stands in for a default. */
export interface Fallback {
  readonly variable: string;
  /** Makes the setting's text of the variable's. */
  readonly toText?: (value: string) => string;
}

/** Settings by name, in the order of `--help`. */
export type Section = Readonly<Record<string, Setting<unknown>>>;

/** Makes an entry; infers the type of its value from `type`, and holds the default to it. */
export function setting<Value>(
  entry: Omit<Setting<Value>, "default"> & { readonly default: NoInfer<Value> },
): Setting<Value> {
  return entry;
}
