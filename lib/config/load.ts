import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ConfigError } from "../errors.ts";
import type { Config } from "./config.ts";
import { type Environment, readEnvironment, readFallbacks } from "./environment.ts";
import { readConfigText } from "./file.ts";
import { readFlags } from "./flags.ts";
import { readOptions } from "./options.ts";
import { settleTogether } from "./rules.ts";
import { describeSource, type Layer, type Source, type Sources } from "./source.ts";
import { ENTRIES } from "./table.ts";

/** Name of the file that is read without being asked for, in the folder the server is started in. */
const DEFAULT_FILE = "monoceros.toml";

/** What settings are read from. */
export interface LoadOptions {
  /** The command line without the executable. */
  args: readonly string[];
  env: Environment;
  /** Folder that the server was started in; relative paths of the file and of `chdir` begin here. */
  cwd: string;
  /** Reads a file as text, {@link readFile} by default. Rejects with `code` ENOENT if there is none. */
  readFile?: (path: string) => Promise<string>;
}

/** Checked settings, and where each of them comes from. */
export interface LoadedConfig {
  config: Config;
  sources: Sources;
}

/**
 * Reads and checks all settings. Flags win over variables, variables over the file, the file over defaults; a list
 * replaces the list below it.
 *
 * @throws {ConfigError} If anything is wrong: the first fault, with its source and what would be right.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const flags = readFlags(options.args);
  const environment = readEnvironment(options.env);
  const file = await readFileLayer(flags.get("config") ?? environment.get("config"), options);
  const layers = [readFallbacks(options.env), file, environment, flags];
  return settleTogether(merge(layers), options.cwd);
}

/**
 * Checks settings that a program gives, and adds the defaults. Variables and files are not read: the program decides.
 *
 * @param options Values by {@link Config}'s keys; undefined ones count as not given.
 * @param cwd Folder that relative paths begin in.
 * @throws {ConfigError} If a key is unknown or a value is wrong.
 */
export function configOf(options: Partial<Config>, cwd: string): Config {
  return settleTogether(merge([readOptions(options)]), cwd).config;
}

/** Takes each setting from the last layer that has it. */
function merge(layers: readonly Layer[]): LoadedConfig {
  const config: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  for (const { name, key, setting } of ENTRIES) {
    const given = layers.findLast((layer) => layer.has(name))?.get(name);
    config[key] = given ? given.value : structuredClone(setting.default);
    sources[key] = given ? given.source : { type: "default" };
  }
  // True because each value was read by its setting's type, from which `Config` is derived.
  return { config: config as Config, sources: sources as Sources };
}

async function readFileLayer(
  asked: { value: unknown; source: Source } | undefined,
  options: LoadOptions,
): Promise<Layer> {
  const isAsked = asked !== undefined && typeof asked.value === "string";
  const name = isAsked ? String(asked.value).replace(/^file:/, "") : DEFAULT_FILE;
  if (isAsked) refuseOtherForms(name, asked.source);
  const path = resolve(options.cwd, name);
  const text = await readText(path, options);
  if (text === null && !isAsked) return new Map();
  if (text === null) throw fileError(name, "there is no such file", asked?.source);
  const layer = readConfigText(path, text);
  if (!isAsked) layer.set("config", { value: path, source: { type: "default" } });
  return layer;
}

/** @returns Null if there is no such file. */
async function readText(path: string, options: LoadOptions): Promise<string | null> {
  try {
    return await (options.readFile ?? readUtf8)(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // File functions reject with this type.
    if (code === "ENOENT") return null;
    throw fileError(path, message);
  }
}

function readUtf8(path: string): Promise<string> {
  return readFile(path, "utf8");
}

/** Says that only TOML can be read, rather than to find Python's or TypeScript's syntax wrong. */
function refuseOtherForms(name: string, source: Source): void {
  const isPython = name.startsWith("python:") || name.endsWith(".py");
  if (isPython) {
    throw fileError(
      name,
      "configuration in Python arrives later, it must be a .toml file, with the same names",
      source,
    );
  }
  if (/\.[cm]?[jt]s$/.test(name)) {
    throw fileError(
      name,
      "configuration in TypeScript arrives later, it must be a .toml file",
      source,
    );
  }
  if (!name.endsWith(".toml")) throw fileError(name, "it must be a .toml file", source);
}

function fileError(name: string, reason: string, source?: Source): ConfigError {
  const origin = source ? ` (${describeSource(source)})` : "";
  return new ConfigError(`Cannot read the configuration "${name}"${origin}: ${reason}`);
}
