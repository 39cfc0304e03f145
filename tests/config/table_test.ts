import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestName } from "../../lib/config/nearest.ts";
import { settingsTable } from "../../lib/config/settings_table.ts";
import { ENTRIES, findByName, namesOf, variableOf } from "../../lib/config/table.ts";
import { usage } from "../../lib/config/usage.ts";

test("no two settings share a name, a variable or a flag", () => {
  const flags = ["-h", "--help", "-v", "--version"];
  const names: string[] = [];
  for (const entry of ENTRIES) {
    flags.push(...entry.setting.flags);
    names.push(...namesOf(entry));
  }
  assert.equal(new Set(flags).size, flags.length);
  assert.equal(new Set(names).size, names.length);
});

test("names are snake_case, keys camelCase, variables upper case", () => {
  for (const { name, key, variable } of ENTRIES) {
    assert.match(name, /^[a-z]+(_[a-z]+)*$/);
    assert.match(key, /^[a-z]+([A-Z][a-z]+)*$/);
    assert.equal(variable, variableOf(name));
  }
  assert.equal(findByName("graceful_timeout")?.key, "gracefulTimeout");
  assert.equal(findByName("graceful_timeout")?.variable, "MONOCEROS_GRACEFUL_TIMEOUT");
  assert.equal(findByName("wsgi_app")?.name, "app");
});

test("every default is a value that the file accepts", () => {
  for (const { name, setting } of ENTRIES) {
    const reading = setting.type.fromFile(setting.default ?? "");
    assert.deepEqual(reading, { value: setting.default }, name);
  }
});

test("no setting is called like a variable of Kubernetes", () => {
  for (const { variable } of ENTRIES) assert.doesNotMatch(variable, /^MONOCEROS_(PORT|SERVICE)/);
});

test("usage() fits 80 columns and shows every flag but those with underscores", () => {
  const text = usage();
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  for (const { setting } of ENTRIES) {
    for (const flag of setting.flags) assert.equal(text.includes(flag), !flag.includes("_"), flag);
  }
});

test("settingsTable() has a row for every setting, and cells that Markdown keeps apart", () => {
  const rows = settingsTable().split("\n").filter((line) => line.startsWith("| `"));
  assert.equal(rows.length, ENTRIES.length);
  for (const row of rows) assert.equal(row.match(/(?<!\\)\|/g)?.length, 5, row);
});

const NEAREST: [name: string, nearest: string | null][] = [
  ["wrokers", "workers"],
  ["Workers", "workers"],
  ["worker-class", "worker_class"],
  ["time_out", "timeout"],
  ["graceful", "graceful_timeout"],
  ["bnd", "bind"],
  ["x", null],
  ["", null],
  ["completely_different", null],
];

test("nearestName() finds typing errors, and does not guess beyond", () => {
  const names = ["workers", "worker_class", "timeout", "graceful_timeout", "bind"];
  for (const [name, nearest] of NEAREST) assert.equal(nearestName(name, names), nearest, name);
});
