import { fstatSync } from "node:fs";
import process from "node:process";
import {
  type LogLevel as RecordLevel,
  type LogRecord,
  type Sink,
  withFilter,
} from "@logtape/logtape";
import { LogFile } from "./log_file.ts";
import { formatJson, formatText } from "./log_format.ts";

/** gunicorn's names of the levels, from the least to the most urgent. */
export const LOG_LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

/** The error log. `fields` appear as members in JSON; in text they are left out: the message says it all. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warning(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  critical(message: string, fields?: Record<string, unknown>): void;
}

/** An error log that writes to a file. Each line is written before the call returns, so there is nothing to flush. */
export interface OpenLog extends Log {
  /**
   * Opens the file again, after it was rotated.
   *
   * @throws {ConfigError} If that fails; the log goes on in the old file.
   */
  reopen(): void;
  close(): void;
}

/** How to log. */
export interface LogOptions {
  /** Less urgent messages are left out. */
  level: LogLevel;
  /** Path of the file, `-` for standard error. */
  file: string;
  /** One JSON object in each line instead of text. */
  json: boolean;
  /** Color the levels. By default on a terminal, unless `NO_COLOR` is set (no-color.org). */
  color?: boolean;
  /** Shown in each line; by default this process's. */
  pid?: number;
}

const STANDARD_ERROR = 2;

/** LogTape's names of the levels. */
const RECORD_LEVELS: Readonly<Record<LogLevel, RecordLevel>> = {
  debug: "debug",
  info: "info",
  warning: "warning",
  error: "error",
  critical: "fatal",
};

/**
 * Opens the error log.
 *
 * LogTape's records, filters and sinks are used, its global configuration is not: it belongs to the app, which may
 * use LogTape itself in the same process.
 *
 * @throws {ConfigError} If the file cannot be opened.
 */
export function createLog(options: LogOptions): OpenLog {
  const file = new LogFile(options.file, STANDARD_ERROR);
  file.open();
  const sink = withFilter(createSink(file, options), RECORD_LEVELS[options.level]);
  return {
    debug: (message, fields) => sink(makeRecord("debug", message, fields)),
    info: (message, fields) => sink(makeRecord("info", message, fields)),
    warning: (message, fields) => sink(makeRecord("warning", message, fields)),
    error: (message, fields) => sink(makeRecord("error", message, fields)),
    critical: (message, fields) => sink(makeRecord("critical", message, fields)),
    reopen: () => file.open(),
    close: () => file.close(),
  };
}

function createSink(file: LogFile, options: LogOptions): Sink {
  const pid = options.pid ?? process.pid;
  if (options.json) return (record) => file.write(formatJson(record, { pid }));
  const color = options.color ?? (options.file === "-" && isColorWanted());
  return (record) => file.write(formatText(record, { pid, color }));
}

/** A terminal is a character device; `node:tty`, which knows for sure, would cost 9 ms at start on Bun. */
function isColorWanted(): boolean {
  if (process.env["NO_COLOR"] || process.env["TERM"] === "dumb") return false;
  try {
    return fstatSync(STANDARD_ERROR).isCharacterDevice();
  } catch {
    // Standard error is closed: nobody sees the color.
    return false;
  }
}

function makeRecord(
  level: LogLevel,
  message: string,
  fields: Record<string, unknown> = {},
): LogRecord {
  return {
    category: ["monoceros"],
    level: RECORD_LEVELS[level],
    message: [message],
    rawMessage: message,
    timestamp: Date.now(),
    properties: fields,
  };
}
