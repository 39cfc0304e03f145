import { parse, TomlError } from "smol-toml";
import { nearestName } from "./nearest.ts";
import { type Layer, type Place, placeError, takeValue } from "./source.ts";
import { ENTRIES, type Entry, findByName, namesOf } from "./table.ts";

/**
 * Reads a `monoceros.toml`: one line for each setting, `name = value`.
 *
 * @param path For the messages.
 * @throws {ConfigError} If it is not TOML, a name is unknown or a value is wrong; with file, line and column.
 */
export function readConfigText(path: string, text: string): Layer {
  const layer: Layer = new Map();
  for (const [name, value] of Object.entries(parseToml(path, text))) {
    const place = findPlace(path, text, name);
    const entry = findSetting(name, place.ofName);
    if (layer.has(entry.name)) throw placeError(place.ofName, `Cannot set ${entry.name} twice`);
    const source = { type: "file", place: place.ofValue } as const;
    const reading = entry.setting.type.fromFile(value);
    layer.set(entry.name, { value: takeValue(reading, { entry, input: value, source }), source });
  }
  return layer;
}

function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    const place = placeAt(path, text, { line: error.line, column: error.column });
    throw placeError(place, `Cannot read TOML: ${reason}`);
  }
}

function findSetting(name: string, place: Place): Entry {
  const entry = findByName(name);
  if (!entry) {
    const known = ENTRIES.filter((candidate) => !isKeptOut(candidate)).flatMap(namesOf);
    const nearest = nearestName(name, known);
    const advice = nearest ? `the nearest one is ${nearest}` : "--print-config shows all settings";
    throw placeError(place, `Cannot set "${name}": there is no such setting, ${advice}`);
  }
  if (isKeptOut(entry)) {
    const flag = entry.setting.flags.at(-1);
    throw placeError(place, `Cannot set "${name}" in a file: it can only be set by ${flag}`);
  }
  return entry;
}

function isKeptOut(entry: Entry): boolean {
  return entry.setting.isFlagOnly === true || entry.setting.isNotInFile === true;
}

/**
 * Finds where a name is set. The parser does not tell, so the text is searched for a line that begins with it;
 * the first line of the file stands in where there is none.
 */
function findPlace(path: string, text: string, name: string): { ofName: Place; ofValue: Place } {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`^(\\s*\\[*\\s*)(["']?${escaped}["']?\\s*(?:[=.\\]]\\s*)+)`);
  const lines = text.split("\n");
  const index = lines.findIndex((line) => pattern.test(line));
  const [, before = "", named = ""] = pattern.exec(lines[index] ?? "") ?? [];
  const line = Math.max(index, 0) + 1;
  const column = before.length + 1;
  return {
    ofName: placeAt(path, text, { line, column }),
    ofValue: placeAt(path, text, { line, column: column + named.length }),
  };
}

function placeAt(path: string, text: string, position: { line: number; column: number }): Place {
  const line = text.split("\n")[position.line - 1] ?? "";
  return { path, ...position, text: line.replace(/\r$/, "") };
}
