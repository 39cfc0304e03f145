import { accessSync, constants, existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import process from "node:process";
import { runCommand } from "./run_command.ts";

/** A program the tests use, and what it is for. */
const PROGRAMS = [
  { program: "python3", package: "python3", use: "Python apps" },
  { program: "clang", package: "clang", use: "the parser" },
  { program: "wasm-ld", package: "lld", use: "the parser" },
  { program: "wrk", package: "wrk", use: "tests under load and the benchmark" },
  { program: "nginx", package: "nginx", use: "the benchmark" },
  { program: "curl", package: "curl", use: "tests with a foreign client" },
];

/** Installs what is missing if that is possible here; says what remains missing. */
export async function installSystemPackages(): Promise<void> {
  const missing: string[] = [];
  for (const row of PROGRAMS) {
    if (hasProgram(row.program) || await installPackage(row.package)) continue;
    missing.push(`${row.program} (package ${row.package}, for ${row.use})`);
  }
  if (!await hasSanitizers()) {
    const version = (await runCommand(["clang", "-dumpversion"])).output.split(".")[0];
    if (hasProgram("clang") && !await installPackage(`libclang-rt-${version}-dev`)) {
      missing.push(`sanitizers of clang (package libclang-rt-${version}-dev, for the parser)`);
    }
  }
  for (const line of missing) console.log(`Missing: ${line}`);
}

/** @returns True if a program of that name is on `PATH`. */
export function hasProgram(name: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false; // Not in this folder: that is the question.
    }
  });
}

/** clang answers with the bare name when it does not find the file. */
async function hasSanitizers(): Promise<boolean> {
  const names = ["libclang_rt.asan-x86_64.a", "libclang_rt.asan-aarch64.a", "libclang_rt.asan.a"];
  for (const name of names) {
    const path = (await runCommand(["clang", `-print-file-name=${name}`])).output.trim();
    if (isAbsolute(path) && existsSync(path)) return true;
  }
  return false;
}

let isListFresh = false;

/**
 * Installs a Debian package where that needs nobody's consent: as root, or with sudo on a build machine.
 *
 * @returns False if it could not be installed.
 */
export async function installPackage(name: string): Promise<boolean> {
  const isRoot = process.getuid?.() === 0;
  if (!hasProgram("apt-get") || !(isRoot || process.env["CI"])) return false;
  const command = [...(isRoot ? [] : ["sudo", "-n"]), "apt-get", "-y", "-q"];
  command.push("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=30");
  const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, withinSeconds: 300 };
  if (!isListFresh) await runCommand([...command, "update"], options);
  isListFresh = true;
  console.log(`Installing the system's package ${name}`);
  const install = [...command, "install", "--no-install-recommends", name];
  return (await runCommand(install, options)).code === 0;
}
