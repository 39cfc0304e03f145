import { execFile } from "node:child_process";
import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { ConfigError } from "../../lib/errors.ts";

/** Where to look for Python. */
export interface InterpreterOptions {
  /** The operator's choice: a path, or a name on PATH. */
  python: string | undefined;
  /** Folder of the app; `.venv` is looked for there. */
  chdir: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** A script such as pyenv's needs longer than any interpreter to start, yet not so long. */
const RESOLVE_TIMEOUT_MS = 10_000;

/**
 * Finds the Python that runs the app: `python`, else the active virtual environment, else `.venv` in the app's folder,
 * else `python3` on PATH. A script that starts Python (pyenv's) is asked once which one it means: that saves its time at
 * each start of an app process.
 *
 * @returns Path of the executable.
 * @throws {ConfigError} If there is none.
 */
export async function findInterpreter(options: InterpreterOptions): Promise<string> {
  const found = locate(options);
  return isScript(found) ? await askExecutable(found) : found;
}

function locate({ python, chdir, env }: InterpreterOptions): string {
  if (python !== undefined && python !== "") return locateChosen(python, chdir, env["PATH"]);
  const environments = [env["VIRTUAL_ENV"], join(chdir, ".venv")];
  for (const folder of environments) {
    if (folder === undefined || folder === "") continue;
    const candidate = join(folder, "bin", "python");
    if (isExecutable(candidate)) return candidate;
  }
  const onPath = findOnPath("python3", env["PATH"]);
  if (onPath !== undefined) return onPath;
  throw new ConfigError(
    `Cannot run a Python app: there is no $VIRTUAL_ENV, no ${
      join(chdir, ".venv")
    } and no python3 ` +
      "on PATH; install Python or name it with --python",
  );
}

function locateChosen(python: string, chdir: string, path: string | undefined): string {
  const found = python.includes("/")
    ? [resolve(chdir, python)].find(isExecutable)
    : findOnPath(python, path);
  if (found !== undefined) return found;
  throw new ConfigError(
    `Cannot run Python "${python}": it is not an executable file; --python should be its path or name`,
  );
}

function findOnPath(name: string, path: string | undefined): string | undefined {
  const folders = (path ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // Not there or not ours is what is asked.
  }
}

function isScript(path: string): boolean {
  const fd = openSync(path, "r");
  try {
    const start = new Uint8Array(2);
    return readSync(fd, start, 0, 2, 0) === 2 && start[0] === 0x23 && start[1] === 0x21; // "#!"
  } finally {
    closeSync(fd);
  }
}

async function askExecutable(script: string): Promise<string> {
  try {
    const run = promisify(execFile);
    const code = "import sys; print(sys.executable)";
    const { stdout } = await run(script, ["-c", code], { timeout: RESOLVE_TIMEOUT_MS });
    return stdout.trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new ConfigError(`Cannot run Python "${script}": ${reason}`, { cause });
  }
}
