import { ConfigError } from "../errors.ts";
import type { Config } from "./config.ts";
import { nearestName } from "./nearest.ts";
import { type Layer, takeValue } from "./source.ts";
import { ENTRIES, type Entry } from "./table.ts";

/**
 * Reads settings that a program gives; the types are checked once more, because it may be written in JavaScript.
 *
 * @throws {ConfigError} If a key is unknown or a value is wrong.
 */
export function readOptions(options: Partial<Config>): Layer {
  const layer: Layer = new Map();
  for (const [key, input] of Object.entries(options)) {
    const entry = findByKey(key);
    if (input === undefined) continue;
    const source = { type: "option", key } as const;
    const reading = entry.setting.type.fromFile(input);
    layer.set(entry.name, { value: takeValue(reading, { entry, input, source }), source });
  }
  return layer;
}

function findByKey(key: string): Entry {
  const entry = ENTRIES.find((candidate) => candidate.key === key);
  if (entry) return entry;
  const nearest = nearestName(key, ENTRIES.map((candidate) => candidate.key));
  const advice = nearest ? `, the nearest one is ${nearest}` : "";
  throw new ConfigError(`Cannot use the option "${key}": there is no such setting${advice}`);
}
