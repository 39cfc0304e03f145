import { ConfigError } from "../errors.ts";
import { nearestName } from "./nearest.ts";
import { type Layer, takeValue } from "./source.ts";
import { ENTRIES, type Entry, namesOf, VARIABLE_PREFIX, variableOf } from "./table.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables with our prefix that are no settings: our own, and those that Kubernetes gives to every container
 * beside a service named "monoceros" (`MONOCEROS_SERVICE_HOST`, `MONOCEROS_PORT_80_TCP_ADDR`…).
 */
const OTHER_VARIABLES = [
  /^MONOCEROS_ROLE$/,
  /^MONOCEROS_(TEST|BENCH)_/,
  /^MONOCEROS_SERVICE_(HOST|PORT)(_|$)/,
  /^MONOCEROS_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/,
];

/**
 * Reads the `MONOCEROS_*` variables. An empty one counts as not set.
 *
 * @throws {ConfigError} If a variable is unknown or its value is wrong.
 */
export function readEnvironment(env: Environment): Layer {
  const layer: Layer = new Map();
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || !text) continue;
    if (OTHER_VARIABLES.some((pattern) => pattern.test(variable))) continue;
    addText(layer, findVariable(variable), { variable, text });
  }
  return layer;
}

/** Reads the foreign variables that replace defaults, such as `PORT`. */
export function readFallbacks(env: Environment): Layer {
  const layer: Layer = new Map();
  for (const entry of ENTRIES) {
    const { fallback } = entry.setting;
    const text = fallback && env[fallback.variable];
    if (!text) continue;
    addText(layer, entry, {
      variable: fallback.variable,
      text: fallback.toText?.(text) ?? text,
    });
  }
  return layer;
}

function addText(layer: Layer, entry: Entry, given: { variable: string; text: string }): void {
  const source = { type: "variable", name: given.variable } as const;
  const reading = entry.setting.type.fromText([given.text], "variable");
  layer.set(entry.name, {
    value: takeValue(reading, { entry, input: given.text, source }),
    source,
  });
}

function findVariable(variable: string): Entry {
  const entry = ENTRIES.find((candidate) => variablesOf(candidate).includes(variable));
  if (!entry) throw unknownVariable(variable);
  const { isFlagOnly, isNotInEnvironment, flags } = entry.setting;
  if (isFlagOnly || isNotInEnvironment) {
    const others = isFlagOnly ? `by ${flags.at(-1)}` : `by ${flags.at(-1)} or in the file`;
    throw new ConfigError(
      `Cannot use the variable "${variable}": this setting can only be set ${others}`,
    );
  }
  return entry;
}

function unknownVariable(variable: string): ConfigError {
  const nearest = nearestName(variable, ENTRIES.flatMap(variablesOf));
  const advice = nearest ? `the nearest one is ${nearest}` : "--print-config shows all settings";
  return new ConfigError(
    `Cannot use the variable "${variable}": there is no such setting, ${advice}`,
  );
}

function variablesOf(entry: Entry): string[] {
  return namesOf(entry).map(variableOf);
}
