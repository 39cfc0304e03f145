import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { replaceSettingsTable } from "./settings_table.ts";

/**
 * Brings the table in a Markdown file up to date.
 *
 * @param options.isCheck Compare only.
 * @returns Whether the file was up to date already.
 */
export async function updateReference(
  path: string,
  options: { isCheck: boolean },
): Promise<boolean> {
  const document = await readFile(path, "utf8");
  const updated = replaceSettingsTable(document);
  if (updated !== document && !options.isCheck) await writeFile(path, updated);
  return updated === document;
}

async function main(args: readonly string[]): Promise<void> {
  const isCheck = args.includes("--check");
  const path = args.find((arg) => !arg.startsWith("--")) ?? "README.md";
  const isFresh = await updateReference(path, { isCheck });
  if (isFresh || !isCheck) return;
  throw new Error(`Cannot accept "${path}": its settings are out of date, run deno task settings`);
}

if (import.meta.main) await main(process.argv.slice(2));
