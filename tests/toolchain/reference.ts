/** `deno task reference [--check]`: writes the tables of settings and signals into README.md. */
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { settingsTable } from "../../lib/config/settings_table.ts";
import { signalsTable } from "../../lib/supervisor/signals.ts";
import { replaceBlock } from "./generated_block.ts";

const DOCUMENT = "README.md";

const document = await readFile(DOCUMENT, "utf8");
const withSignals = replaceBlock(document, "signals", signalsTable());
const updated = replaceBlock(withSignals, "settings", settingsTable());
if (updated !== document && process.argv.includes("--check")) {
  throw new Error(`"${DOCUMENT}" is out of date: run deno task reference`);
}
if (updated !== document) await writeFile(DOCUMENT, updated);
