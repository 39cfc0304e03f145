import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { ConfigError } from "../../../lib/errors.ts";
import { findInterpreter } from "../../../workers/python/interpreter.ts";

const folder = mkdtempSync(join(tmpdir(), "monoceros-interpreter-"));
after(() => rmSync(folder, { recursive: true }));

/** An executable that is not a script: what it is does not matter to the search. */
function executable(...names: string[]): string {
  const path = join(folder, ...names);
  mkdirSync(join(path, ".."), { recursive: true });
  symlinkSync(process.execPath, path);
  return path;
}

const onPath = executable("path", "python3");
const named = executable("path", "python3.99");
const active = executable("active", "bin", "python");
const local = executable("app", ".venv", "bin", "python");
const env = { PATH: `/nowhere:${join(folder, "path")}` };
const app = join(folder, "app");

const CASES: [what: string, options: Parameters<typeof findInterpreter>[0], expected: string][] = [
  ["a path", { python: onPath, chdir: app, env: {} }, onPath],
  ["a path from the app's folder", { python: "./.venv/bin/python", chdir: app, env }, local],
  ["a name on PATH", { python: "python3.99", chdir: app, env }, named],
  ["the active environment", {
    python: undefined,
    chdir: app,
    env: { ...env, VIRTUAL_ENV: join(folder, "active") },
  }, active],
  ["the app's environment", { python: undefined, chdir: app, env }, local],
  ["an active environment that is gone", {
    python: undefined,
    chdir: app,
    env: { ...env, VIRTUAL_ENV: join(folder, "gone") },
  }, local],
  ["python3 on PATH", { python: undefined, chdir: folder, env }, onPath],
];

for (const [what, options, expected] of CASES) {
  test(`findInterpreter() finds ${what}`, async () => {
    assert.equal(await findInterpreter(options), expected);
  });
}

test("findInterpreter() asks a script which Python it means", async () => {
  const script = join(folder, "shim");
  writeFileSync(script, "#!/bin/sh\necho /opt/real/python\n");
  chmodSync(script, 0o755);
  assert.equal(await findInterpreter({ python: script, chdir: app, env }), "/opt/real/python");
});

for (const python of ["no-such-python", "/no/such/python", folder]) {
  test(`findInterpreter() refuses ${python.replace(folder, "a folder")}`, async () => {
    await assert.rejects(findInterpreter({ python, chdir: app, env }), ConfigError);
  });
}

test("findInterpreter() says where it has looked", async () => {
  const missing = findInterpreter({ python: undefined, chdir: folder, env: {} });
  await assert.rejects(missing, /no \$VIRTUAL_ENV, no .*\.venv and no python3 on PATH.*--python/);
});
