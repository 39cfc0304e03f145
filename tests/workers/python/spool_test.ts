import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "monoceros-spool-"));
after(() => rmSync(folder, { recursive: true }));

const spoolModule = new URL("../../../workers/python/spool.ts", import.meta.url).href;

/** A program that writes to a spool file and ends at once. */
const PROGRAM = `
  import { readdirSync } from "node:fs";
  const { Spool } = await import(${JSON.stringify(spoolModule)});
  const spool = Spool.create(${JSON.stringify(folder)});
  await spool.write(new Uint8Array(10));
  console.log(readdirSync(${JSON.stringify(folder)}).length);
  process.exit(0);
`;

test("files are removed when the process ends while they are in use", () => {
  const isDeno = process.versions["deno"] !== undefined;
  const source = isDeno ? `import process from "node:process";${PROGRAM}` : PROGRAM;
  const run = spawnSync(process.execPath, isDeno ? ["eval", source] : ["-e", source], {
    encoding: "utf8",
  });
  assert.equal(run.stdout.trim(), "1", run.stderr);
  assert.deepEqual(readdirSync(folder), []);
});
