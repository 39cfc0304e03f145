import { ConfigError, EXIT } from "../errors.ts";
import { nearestName } from "./nearest.ts";
import { type Layer, takeValue } from "./source.ts";
import { ENTRIES, type Entry, findByFlag, findByName, isSwitch } from "./table.ts";

/** Flags that are no settings. They win over everything else on the command line. */
const INFORMATION_FLAGS = {
  "-h": "help",
  "--help": "help",
  "-v": "version",
  "--version": "version",
};

/** What the command line asks for. */
export type Command = "help" | "version" | "serve";

/** Texts given for one setting, and the flag that was used last. */
interface GivenFlag {
  readonly entry: Entry;
  readonly flag: string;
  readonly texts: string[];
}

/** Says what is asked for, before anything on the command line is checked. */
export function readCommand(args: readonly string[]): Command {
  const end = args.indexOf("--");
  const flags = end < 0 ? args : args.slice(0, end);
  for (const [flag, command] of Object.entries(INFORMATION_FLAGS)) {
    if (flags.includes(flag)) return command as Command; // The table's words are of this type.
  }
  return "serve";
}

/**
 * Reads the command line: `-w4`, `-w 4`, `--workers=4`, `--workers 4`, repeated flags, switches, `--no-…` for
 * switches, `--`, and one argument without a flag: the app.
 *
 * @throws {ConfigError} If a flag is unknown or lacks its value, a value is wrong, or there are several apps.
 */
export function readFlags(args: readonly string[]): Layer {
  const given = new Map<string, GivenFlag>();
  const apps: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") apps.push(...rest.splice(0));
    else if (/^-./.test(arg)) addFlag(given, arg, rest);
    else apps.push(arg);
  }
  return makeLayer(given, apps);
}

function addFlag(given: Map<string, GivenFlag>, arg: string, rest: string[]): void {
  const { flag, text } = splitFlag(arg);
  if (flag in INFORMATION_FLAGS) return;
  const { entry, isNegated } = findFlag(flag, arg);
  const texts = given.get(entry.name)?.texts ?? [];
  if (isNegated) texts.push(negatedText(flag, text));
  else texts.push(text ?? (isSwitch(entry) ? "true" : takeText(flag, entry, rest)));
  given.set(entry.name, { entry, flag, texts });
}

/** `--name=text`, `-ntext`, `-n=text`. */
function splitFlag(arg: string): { flag: string; text: string | undefined } {
  const parts = (arg.startsWith("--") ? /^([^=]+)(?:=(.*))?$/s : /^(-.)(?:=?(.+))?$/s).exec(arg);
  return { flag: parts?.[1] ?? arg, text: parts?.[2] };
}

function findFlag(flag: string, arg: string): { entry: Entry; isNegated: boolean } {
  const entry = findByFlag(flag);
  // `-bind :80` would listen on a host "ind".
  if (findByFlag(`-${arg.split("=")[0]}`)) throw unknownFlag(arg);
  if (entry) return { entry, isNegated: false };
  const positive = flag.startsWith("--no-") ? findByFlag(`--${flag.slice("--no-".length)}`) : null;
  if (positive && isSwitch(positive)) return { entry: positive, isNegated: true };
  throw unknownFlag(arg.startsWith("--") ? flag : arg);
}

function negatedText(flag: string, text: string | undefined): string {
  if (text === undefined) return "false";
  throw usageError(`Cannot use the flag "${flag}=${text}": ${flag} takes no value`);
}

/** What looks like a flag is no value: more likely the value was forgotten. `--name=-text` gives it all the same. */
function takeText(flag: string, entry: Entry, rest: string[]): string {
  const text = rest.shift();
  if (text !== undefined && !/^-[-a-z]/i.test(text)) return text;
  const form = `${flag} ${entry.setting.type.placeholder}`;
  throw usageError(`Cannot use the flag "${flag}": its value is missing, it must be ${form}`);
}

function unknownFlag(flag: string): ConfigError {
  // A single dash before a long name is a typing error of its own.
  const wanted = /^-[^-]./.test(flag) ? `-${flag}` : flag;
  const flags = [...ENTRIES.flatMap((entry) => entry.setting.flags), "--help", "--version"];
  const nearest = nearestName(wanted, flags.filter((candidate) => candidate.startsWith("--")));
  const advice = nearest ? `the nearest one is ${nearest}` : "monoceros --help shows all flags";
  return usageError(`Cannot use the flag "${flag}": there is no such flag, ${advice}`);
}

function makeLayer(given: Map<string, GivenFlag>, apps: readonly string[]): Layer {
  const layer: Layer = new Map();
  for (const { entry, flag, texts } of given.values()) {
    const reading = entry.setting.type.fromText(texts, "flag");
    const input = texts.length === 1 ? texts[0] : texts;
    const source = { type: "flag", flag } as const;
    layer.set(entry.name, { value: takeValue(reading, { entry, input, source }), source });
  }
  if (apps.length > 1) {
    const names = apps.map((app) => `"${app}"`).join(" and ");
    throw usageError(`Cannot serve ${names}: there are ${apps.length} apps, it must be one`);
  }
  addApp(layer, apps[0]);
  return layer;
}

function addApp(layer: Layer, app: string | undefined): void {
  const entry = findByName("app");
  if (app === undefined || !entry) return;
  const source = { type: "argument" } as const;
  const reading = entry.setting.type.fromText([app], "flag");
  layer.set(entry.name, { value: takeValue(reading, { entry, input: app, source }), source });
}

function usageError(message: string): ConfigError {
  return new ConfigError(message, { exitCode: EXIT.usage });
}
