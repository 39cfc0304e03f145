/**
 * Gets what the tasks need: npm packages, a Python virtual environment, programs of the system.
 *
 * Only the npm packages are indispensable. What else cannot be had is named, and the tests that need it are
 * skipped. A second run finds its stamps and does nothing.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { BUN, CACHE, denoPath, ROOT } from "./paths.ts";
import { installPythonPackages } from "./setup_python.ts";
import { installSystemPackages } from "./setup_system.ts";
import { runCommand } from "./run_command.ts";

/** Which parts of the set-up a task needs. */
export interface SetupOptions {
  /** Python packages and programs of the tests. */
  forTests?: boolean;
  /** Peers of the benchmark. */
  forBench?: boolean;
}

/** @throws {Error} If the npm packages cannot be installed. */
export async function setUp(options: SetupOptions = {}): Promise<void> {
  await once("npm", [readFiles(["deno.json", "deno.lock"])], existsSync(BUN), installNpmPackages);
  if (!options.forTests && !options.forBench) return;
  await installSystemPackages();
  const lists = ["tests/requirements.txt", ...(options.forBench ? ["bench/requirements.txt"] : [])];
  for (const list of lists) {
    const inputs = [readFiles([list]), await pythonIdentity()];
    const isThere = existsSync(join(ROOT, ".venv/bin/python"));
    await once(
      `python-${list.replace(/\W/g, "-")}`,
      inputs,
      isThere,
      () => installPythonPackages(list),
    );
  }
}

/** Runs a step unless its result is there and was made from the same inputs. The step says whether it succeeded. */
async function once(
  name: string,
  inputs: string[],
  isThere: boolean,
  step: () => Promise<boolean>,
): Promise<void> {
  const folder = join(CACHE, "setup");
  const stamp = join(folder, name);
  const hash = createHash("sha256").update(inputs.join("\0")).digest("hex");
  if (isThere && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  if (!await step()) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(stamp, hash);
}

async function installNpmPackages(): Promise<boolean> {
  console.log("Installing npm packages");
  const result = await runCommand([denoPath(), "install"], { withinSeconds: 600 });
  if (result.code !== 0 || !existsSync(BUN)) {
    throw new Error(`Cannot install the npm packages: deno install says\n${result.output}`);
  }
  return true;
}

/** A virtual environment belongs to one interpreter. */
async function pythonIdentity(): Promise<string> {
  const program = "import sys; print(sys.version, sys.base_prefix)";
  return (await runCommand(["python3", "-c", program])).output;
}

function readFiles(names: string[]): string {
  return names.map((name) => existsSync(join(ROOT, name)) ? readFileSync(join(ROOT, name)) : "")
    .join("\0");
}

if (import.meta.main) {
  const flags = process.argv.slice(2);
  await setUp({ forTests: flags.includes("--tests"), forBench: flags.includes("--bench") });
}
