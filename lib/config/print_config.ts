import { type Config, SECTIONS } from "./config.ts";
import { describeSource, type Sources } from "./source.ts";
import { type Entry, findByName } from "./table.ts";

/** Sources stand below each other from this column, where values are short enough. */
const SOURCE_COLUMN = 48;

/**
 * The text of `--print-config`: each setting with its value and source. It can be used as `monoceros.toml`.
 */
export function printConfig(config: Config, sources: Sources): string {
  return SECTIONS.map(({ title, settings }) => {
    const entries = Object.keys(settings).map(findByName).filter((entry) => entry !== undefined);
    const lines = entries.filter(isShown).map((entry) => showLine(entry, config, sources));
    return `# ${title}\n${lines.join("")}`;
  }).join("\n");
}

/** `--print-config` itself says nothing new. */
function isShown(entry: Entry): boolean {
  return !entry.setting.isFlagOnly;
}

function showLine(entry: Entry, config: Config, sources: Sources): string {
  const value = entry.setting.type.show(config[entry.key]);
  // What must not stand in a file is shown as a comment.
  const line = `${entry.setting.isNotInFile ? "# " : ""}${entry.name} = ${value}`;
  return `${line.padEnd(SOURCE_COLUMN)} # ${describeSource(sources[entry.key])}\n`;
}
