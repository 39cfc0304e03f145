import { PYTHON_TITLE, SECTIONS } from "./config.ts";
import type { Setting } from "./setting.ts";
import { showDefault } from "./show_default.ts";

/** Width that terminals have at least. */
const WIDTH = 80;
/** Column where explanations begin; a longer flag gets a line of its own. */
const HELP_COLUMN = 28;
/** Longer defaults would fill the page; `--print-config` shows them. */
const MAX_DEFAULT = 40;

const HEAD = `Usage: monoceros [FLAGS] APP

Serves an app by HTTP. APP is one of
  app.ts, app.js#name       a TypeScript or JavaScript module: its default
                            export, or the one called "name", is a fetch handler
                            or a Node.js handler (Hono, Elysia, Express…)
  module, module:attr,      a Python module with a WSGI or ASGI app (Django,
  module:factory()          Flask, Pyramid, FastAPI, Starlette)

Examples
  monoceros app.ts
  monoceros -w 4 -b :8080 shop.wsgi
  monoceros -w auto -b unix:/run/shop.sock --access-logfile - main:app
`;

const FOOT = `Sources
  Flags win over variables, variables over the file, the file over defaults.
  "monoceros --print-config" shows each setting's name, value and source.
  A variable is the name in capitals after MONOCEROS_: MONOCEROS_BIND; lists are
  separated by commas. In monoceros.toml stand lines such as: bind = ":8000"
  A flag without a value is switched off again by --no-: --no-log-json.
`;

/** Flags that are no settings. */
const INFORMATION: readonly Row[] = [
  { left: "-h, --help", help: "Show this text, then exit", notes: [] },
  { left: "-v, --version", help: "Show the version, then exit", notes: [] },
];

interface Row {
  left: string;
  help: string;
  /** Shown in brackets, unbroken; empty ones are left out. */
  notes: string[];
}

/** The text of `--help`: all flags by section, for terminals of 80 columns. */
export function usage(): string {
  const sections = SECTIONS.map(({ title, settings }) => {
    const rows = Object.values(settings).filter(hasFlags).map((entry) => makeRow(entry, title));
    return showSection(title, title === "App" ? [...rows, ...INFORMATION] : rows);
  });
  return [HEAD, ...sections, FOOT].join("\n");
}

function hasFlags(setting: Setting<unknown>): boolean {
  return setting.flags.length > 0;
}

function makeRow(setting: Setting<unknown>, title: string): Row {
  const { placeholder, isList } = setting.type;
  // gunicorn's flags with an underscore are accepted, but not advertised.
  const flags = setting.flags.filter((flag) => !flag.includes("_")).join(", ");
  const shownDefault = showDefault(setting);
  const notes = [
    setting.apps === "python" && title !== PYTHON_TITLE ? "Python" : "",
    isList ? "repeatable" : "",
    shownDefault && shownDefault.length <= MAX_DEFAULT ? `default: ${shownDefault}` : "",
  ];
  return { left: placeholder ? `${flags} ${placeholder}` : flags, help: setting.help, notes };
}

function showSection(title: string, rows: readonly Row[]): string {
  return `${title}\n${rows.map(showRow).join("")}`;
}

function showRow({ left, help, notes }: Row): string {
  const brackets = notes.filter((note) => note !== "").map((note) => `[${note}]`);
  const lines = wrap([...help.split(" "), ...brackets], WIDTH - HELP_COLUMN);
  const indent = " ".repeat(HELP_COLUMN);
  const flags = `  ${left}`;
  const isLong = flags.length + 2 > HELP_COLUMN;
  const first = isLong ? `${flags}\n${indent}` : flags.padEnd(HELP_COLUMN);
  return `${first}${lines.join(`\n${indent}`)}\n`;
}

/** Sets words in lines of at most `width` characters. */
function wrap(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > width && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
