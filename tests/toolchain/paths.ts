import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, without a slash at its end. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Bun as npm delivers it: a native executable in spite of its name. */
export const BUN = join(ROOT, "node_modules/bun/bin/bun.exe");

/** The product, made by `deno task build`. */
export const EXECUTABLE = join(ROOT, "dist/monoceros");

/** Virtual environment with the Python packages of the tests. */
export const VENV = join(ROOT, ".venv");

/** What the tool chain keeps between runs: stamps, reports. */
export const CACHE = join(ROOT, ".cache");

/**
 * Finds Deno: the one that runs this, or the `DENO` variable when Bun does.
 *
 * @returns A path, or the bare name when it has to be found on `PATH`.
 */
export function denoPath(): string {
  if ("Deno" in globalThis) return process.execPath;
  return process.env["DENO"] ?? "deno";
}

/** @returns Python of the virtual environment if there is one, else the bare name to be found on `PATH`. */
export function pythonPath(): string {
  const python = join(VENV, "bin/python");
  return existsSync(python) ? python : "python3";
}
