import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { unlessPython } from "../available.ts";
import { pythonPath } from "../toolchain/paths.ts";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const TIMEOUT_MS = 120_000;

const skip = unlessPython();

for (const file of readdirSync(FOLDER).filter((name) => /^test_\w+\.py$/.test(name)).sort()) {
  const name = file.slice(0, -".py".length);
  test(`the Python host passes ${name}`, { skip, timeout: TIMEOUT_MS }, () => {
    const run = spawnSync(pythonPath(), ["-B", "-m", "unittest", name], {
      cwd: FOLDER,
      encoding: "utf8",
      timeout: TIMEOUT_MS,
    });
    assert.equal(run.status, 0, run.stderr);
  });
}
