import type { LogLevel, LogRecord } from "@logtape/logtape";

interface TextOptions {
  pid: number;
  /** Color the level by escape sequences of terminals. */
  color: boolean;
}

/** LogTape's levels under gunicorn's names, and their colors (ECMA-48, "select graphic rendition"). */
const LEVELS: Readonly<Record<LogLevel, { name: string; color: string }>> = {
  trace: { name: "debug", color: "2" },
  debug: { name: "debug", color: "2" },
  info: { name: "info", color: "32" },
  warning: { name: "warning", color: "33" },
  error: { name: "error", color: "31" },
  fatal: { name: "critical", color: "1;31" },
};

/**
 * gunicorn's form: `[2026-11-23 15:48:45 +0000] [4711] [INFO] message`, with a line feed at the end.
 *
 * Control characters are escaped, and further lines of a message are indented, so that no message can look like two.
 */
export function formatText(record: LogRecord, { pid, color }: TextOptions): string {
  const level = LEVELS[record.level];
  const name = level.name.toUpperCase();
  const shownLevel = color ? `\x1b[${level.color}m${name}\x1b[0m` : name;
  const message = messageOf(record).trimEnd().split(/\r?\n/).map(escapeControls).join("\n  ");
  return `[${formatTime(new Date(record.timestamp))}] [${pid}] [${shownLevel}] ${message}\n`;
}

/**
 * One JSON object with `time`, `level`, `pid`, `message` and the record's fields, with a line feed at the end. A
 * field that is called like one of these four gets an underscore after its name.
 */
export function formatJson(record: LogRecord, { pid }: { pid: number }): string {
  const object: Record<string, unknown> = {
    time: new Date(record.timestamp).toISOString(),
    level: LEVELS[record.level].name,
    pid,
    message: messageOf(record),
  };
  const taken = Object.keys(object);
  for (const [name, value] of Object.entries(record.properties)) {
    object[taken.includes(name) ? `${name}_` : name] = toJson(value);
  }
  return `${JSON.stringify(object)}\n`;
}

/** Local time with its distance from UTC, as gunicorn writes it. */
function formatTime(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString();
  const hours = String(Math.trunc(Math.abs(offset) / 60)).padStart(2, "0");
  const minutes = String(Math.abs(offset) % 60).padStart(2, "0");
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset < 0 ? "-" : "+"}${hours}${minutes}`;
}

/** Everything below space but tab, DEL, the C1 controls, and Unicode's own line separators. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const CONTROLS = /[\0-\x08\n-\x1f\x7f-\x9f\u2028\u2029]/g;

function escapeControls(text: string): string {
  return text.replaceAll(CONTROLS, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

function messageOf(record: LogRecord): string {
  return record.message.map(String).join("");
}

/** A value that JSON can hold; a log line must not fail because of what is in it. */
function toJson(value: unknown): unknown {
  if (value instanceof Error) return value.stack ?? String(value);
  try {
    const text = JSON.stringify(
      value,
      (_, inner) => typeof inner === "bigint" ? `${inner}` : inner,
    );
    return text === undefined ? String(value) : JSON.parse(text);
  } catch {
    // Refers to itself, or its toJSON fails.
    return String(value);
  }
}
