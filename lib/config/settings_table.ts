import { SECTIONS } from "./config.ts";
import type { Setting } from "./setting.ts";
import { showDefault } from "./show_default.ts";

/** The settings table as Markdown: a table for each section, then the differences to gunicorn. */
export function settingsTable(): string {
  const tables = SECTIONS.map(({ title, settings }) =>
    [
      `### ${title}`,
      "",
      "| Setting | Flags | Default | Meaning |",
      "| --- | --- | --- | --- |",
      ...Object.entries(settings).map(([name, setting]) => showRow(name, setting)),
      "",
    ].join("\n")
  );
  return [...tables, "### Differences to gunicorn", "", ...showDifferences(), ""].join("\n");
}

function showRow(name: string, setting: Setting<unknown>): string {
  const { placeholder } = setting.type;
  const flags = setting.flags.map((flag) => code(flag)).join(" ") || "the argument";
  const shownDefault = showDefault(setting);
  const apps = setting.apps === "python" ? " (Python apps)" : "";
  const meaning = `${setting.help}${apps}`;
  const cells = [
    code(name),
    placeholder === "" || setting.flags.length === 0 ? flags : `${flags} ${code(placeholder)}`,
    shownDefault === "" ? "" : code(shownDefault),
    meaning,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function showDifferences(): string[] {
  return SECTIONS.flatMap(({ settings }) =>
    Object.entries(settings).flatMap(([name, { gunicorn }]) =>
      gunicorn ? [`- ${code(name)}: in gunicorn ${gunicorn}.`] : []
    )
  );
}

function code(text: string): string {
  return `\`${text}\``;
}
