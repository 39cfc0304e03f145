import { mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { BUN, EXECUTABLE } from "./paths.ts";
import { runCommand } from "./run_command.ts";
import { setUp } from "./setup.ts";

/**
 * Flags of `bun build --compile`.
 *
 * Apps and their `node_modules` lie outside the executable: package.json and tsconfig.json beside them count.
 * A `.env` or `bunfig.toml` in the folder of the moment must not: it could run code of its own.
 */
export const COMPILE_FLAGS = [
  "--compile",
  "--minify",
  // Compiled before, not at each start: 40 to 14 ms for each process (`dist/monoceros --version`).
  "--bytecode",
  "--format=esm",
  "--compile-autoload-package-json",
  "--compile-autoload-tsconfig",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

/**
 * Compiles a program into one executable.
 *
 * @throws {Error} If Bun refuses, with what it said.
 */
export async function compile(entry: string, executable: string): Promise<void> {
  mkdirSync(dirname(executable), { recursive: true });
  // An executable that runs cannot be written to, but it can be replaced.
  const fresh = `${executable}.${process.pid}`;
  const command = [BUN, "build", ...COMPILE_FLAGS, entry, "--outfile", fresh];
  const result = await runCommand(command, { withinSeconds: 120 });
  if (result.code !== 0) throw new Error(`Cannot compile "${entry}":\n${result.output}`);
  renameSync(fresh, executable);
}

if (import.meta.main) {
  await setUp();
  await compile("cli.ts", EXECUTABLE);
  console.log(EXECUTABLE);
}
