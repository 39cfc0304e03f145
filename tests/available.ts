import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pythonPath, ROOT } from "./toolchain/paths.ts";
import { hasProgram } from "./toolchain/setup_system.ts";

/**
 * The `skip` option of a test that needs programs of the system.
 *
 * @returns False if all are there, else the reason.
 */
export function unlessPrograms(...names: string[]): false | string {
  const missing = names.filter((name) => !hasProgram(name));
  return missing.length > 0 && `needs ${missing.join(", ")}`;
}

/**
 * The `skip` option of a test that needs Python modules.
 *
 * @returns False if Python has all of them, else the reason.
 */
export function unlessPython(...modules: string[]): false | string {
  const program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)";
  const result = spawnSync(pythonPath(), ["-c", program, ...modules], { encoding: "utf8" });
  if (result.status === 0) return false;
  return modules.length > 0 ? `needs Python with ${modules.join(", ")}` : "needs Python";
}

/** The `skip` option of a test that needs npm packages for its apps. */
export function unlessPackages(...names: string[]): false | string {
  const missing = names.filter((name) => !existsSync(join(ROOT, "node_modules", name)));
  return missing.length > 0 && `needs ${missing.join(", ")}`;
}
