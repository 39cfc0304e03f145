import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, VENV } from "./paths.ts";
import { runCommand } from "./run_command.ts";
import { installPackage } from "./setup_system.ts";

/** A package index that is slow or absent must not hold up the tests that do not need it. */
const PIP_SECONDS = 300;
const PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"];

/**
 * Installs a requirements file into the project's virtual environment.
 *
 * @param list Path of the file in the repository.
 * @returns False if something could not be had; the rest is installed all the same.
 */
export async function installPythonPackages(list: string): Promise<boolean> {
  if (!existsSync(join(ROOT, list))) return true;
  if (!await createEnvironment()) return false;
  console.log(`Installing Python packages of ${list}`);
  const python = join(VENV, "bin/python");
  const all = await runCommand([python, ...PIP, "-r", list], { withinSeconds: PIP_SECONDS });
  if (all.code === 0) return true;
  return await installOneByOne(python, list);
}

/** One version that does not exist for this Python must not cost all the others. */
async function installOneByOne(python: string, list: string): Promise<boolean> {
  const packages = readFileSync(join(ROOT, list), "utf8").split("\n")
    .map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
  const missing: string[] = [];
  for (const wanted of packages) {
    const result = await runCommand([python, ...PIP, "--timeout", "15", wanted], {
      withinSeconds: PIP_SECONDS,
    });
    if (result.code !== 0) missing.push(wanted);
    // Two failures at the start mean that there is no index, not that two versions are wrong.
    if (missing.length === 2 && packages[1] === wanted) break;
  }
  console.log(`Cannot install from ${list}: ${missing.join(", ")}; tests that need it are skipped`);
  return false;
}

async function createEnvironment(): Promise<boolean> {
  if (existsSync(join(VENV, "bin/pip"))) return true;
  const create = ["python3", "-m", "venv", "--clear", VENV];
  let result = await runCommand(create);
  // Debian keeps the module in a package of its own.
  if (result.code !== 0 && await installPackage("python3-venv")) result = await runCommand(create);
  if (result.code !== 0) {
    console.log(`Cannot create ${VENV}: tests with Python packages are skipped\n${result.output}`);
  }
  return result.code === 0;
}
