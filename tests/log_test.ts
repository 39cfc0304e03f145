import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import type { LogRecord } from "@logtape/logtape";
import { ConfigError } from "../lib/errors.ts";
import { createLog, type LogOptions } from "../lib/log.ts";
import { formatJson, formatText } from "../lib/log_format.ts";

function makeRecord(message: string, properties: Record<string, unknown> = {}): LogRecord {
  const timestamp = Date.UTC(2026, 10, 23, 15, 48, 45, 7);
  const category = ["monoceros"];
  return {
    category,
    level: "info",
    message: [message],
    rawMessage: message,
    timestamp,
    properties,
  };
}

const TEXTS: [name: string, message: string, shown: string][] = [
  ["plain", "Booting worker", "Booting worker"],
  ["braces are not placeholders", "{name} {{x}} %s", "{name} {{x}} %s"],
  ["tab stays", "a\tb", "a\tb"],
  ["escape sequences are shown", "\x1b[2Jx\x07\x7f\x9b", "\\x1b[2Jx\\x07\\x7f\\x9b"],
  ["carriage return", "a\rb", "a\\x0db"],
  ["line separators of Unicode", "a\u2028b", "a\\u2028b"],
  ["other languages", "naïve 猫", "naïve 猫"],
  ["lines", "Traceback\n  File x\r\nError: y\n", "Traceback\n    File x\n  Error: y"],
];

test("formatText() keeps lines, and escapes what could forge or hide them", () => {
  for (const [name, message, shown] of TEXTS) {
    const line = formatText(makeRecord(message), { pid: 12, color: false });
    const [, time = "", rest] = /^\[([^\]]+)\] (.*)\n$/s.exec(line) ?? [];
    assert.match(time, /^2026-11-2[234] \d\d:\d\d:45 [+-]\d{4}$/, name);
    assert.equal(rest, `[12] [INFO] ${shown}`, name);
  }
});

test("formatText() shows local time and its distance from UTC", () => {
  const line = formatText(makeRecord("x"), { pid: 1, color: false });
  const [, day, time, zone] = /^\[(\S+) (\S+) ([+-]\d\d)/.exec(line) ?? [];
  const [, minutes] = /^\[\S+ \S+ [+-]\d\d(\d\d)/.exec(line) ?? [];
  assert.equal(Date.parse(`${day}T${time}${zone}:${minutes}`), Date.UTC(2026, 10, 23, 15, 48, 45));
});

test("formatText() colors the level only", () => {
  const line = formatText(makeRecord("x"), { pid: 1, color: true });
  assert.ok(line.endsWith("] [1] [\x1b[32mINFO\x1b[0m] x\n"), line);
});

test("formatJson() writes one object in one line", () => {
  const self: Record<string, unknown> = {};
  self["self"] = self;
  const fields = { pid: 7, slot: 2, big: 5n, self, error: new Error("oops"), none: undefined };
  const line = formatJson(makeRecord('a\n"b"', fields), { pid: 1 });
  assert.equal(line.indexOf("\n"), line.length - 1);
  const object = JSON.parse(line);
  assert.match(object.error, /oops/);
  delete object.error;
  assert.deepEqual(object, {
    time: "2026-11-23T15:48:45.007Z",
    level: "info",
    pid: 1,
    message: 'a\n"b"',
    pid_: 7,
    slot: 2,
    big: "5",
    self: "[object Object]",
    none: "undefined",
  });
});

function withFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "monoceros-log-"));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function logTo(file: string, options: Partial<LogOptions> = {}) {
  return createLog({ level: "info", file, json: false, pid: 1, ...options });
}

test("createLog() has written a line when the call returns", () => {
  withFolder((folder) => {
    const file = join(folder, "error.log");
    const log = logTo(file, { level: "warning" });
    log.debug("no");
    log.info("no");
    log.warning("one");
    log.error("two");
    log.critical("three", { slot: 1 });
    const lines = readFileSync(file, "utf8").replaceAll(/^\[[^\]]*\] /gm, "");
    assert.equal(lines, "[1] [WARNING] one\n[1] [ERROR] two\n[1] [CRITICAL] three\n");
    assert.equal(statSync(file).mode & 0o007, 0, "others must not read the log");
    log.close();
  });
});

test("createLog() appends, so that processes can share a file", () => {
  withFolder((folder) => {
    const file = join(folder, "error.log");
    const [first, second] = [logTo(file, { pid: 1 }), logTo(file, { pid: 2 })];
    for (const log of [first, second, first]) log.info("x");
    assert.equal(readFileSync(file, "utf8").match(/\[[12]\] \[INFO\] x\n/g)?.length, 3);
    first.close();
    second.close();
  });
});

test("reopen() writes to a new file after the old one was moved away", () => {
  withFolder((folder) => {
    const file = join(folder, "error.log");
    const log = logTo(file, { json: true });
    log.info("before");
    renameSync(file, `${file}.1`);
    log.info("between");
    log.reopen();
    log.info("after");
    assert.match(readFileSync(`${file}.1`, "utf8"), /"before".*\n.*"between"/);
    assert.match(readFileSync(file, "utf8"), /^[^\n]*"after"[^\n]*\n$/);
    log.close();
  });
});

test("reopen() that fails goes on in the old file", () => {
  withFolder((folder) => {
    const inner = mkdtempSync(join(folder, "inner-"));
    const file = join(inner, "error.log");
    const log = logTo(file);
    renameSync(inner, `${inner}.old`);
    assert.throws(() => log.reopen(), ConfigError);
    log.info("still here");
    assert.match(readFileSync(join(`${inner}.old`, "error.log"), "utf8"), /still here/);
    log.close();
    log.info("dropped");
    assert.equal(existsSync(file), false);
  });
});

test("createLog() says which file it cannot open", () => {
  withFolder((folder) => {
    const file = join(folder, "missing", "error.log");
    assert.throws(() => logTo(file), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.ok(error.message.startsWith(`Cannot open the log file "${file}": ENOENT`));
      return true;
    });
  });
});

test(
  "a log that cannot be written does not stop the program",
  { skip: !existsSync("/dev/full") },
  () => {
    const log = logTo("/dev/full");
    log.info("no space left");
    log.close();
    assert.ok(process.pid > 0);
  },
);
