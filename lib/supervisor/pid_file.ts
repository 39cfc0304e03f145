import fs from "node:fs";
import process from "node:process";
import { ConfigError } from "../errors.ts";

/** A file that holds the supervisor's process id. */
export interface PidFile {
  /** Removes it, if it is still ours. */
  remove(): void;
}

/** Others may read it, as with gunicorn. */
const MODE = 0o644;

/**
 * Writes the process id into a file.
 *
 * @throws {ConfigError} If the file holds the id of another process that lives, or cannot be written.
 */
export function writePidFile(path: string, pid: number = process.pid): PidFile {
  const other = readPid(path);
  if (other !== null && other !== pid && isAlive(other)) {
    throw new ConfigError(`Cannot use pid file "${path}": process ${other} in it is running`);
  }
  const draft = `${path}.${pid}`;
  try {
    fs.writeFileSync(draft, `${pid}\n`, { mode: MODE });
    // In one step, so that nobody reads half a number.
    fs.renameSync(draft, path);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`Cannot write pid file "${path}": ${reason}`, { cause: error });
  }
  return {
    remove() {
      try {
        if (readPid(path) === pid) fs.rmSync(path, { force: true });
      } catch {
        // Its folder cannot be written any more. The file does no harm: its process will not be alive.
      }
    },
  };
}

function readPid(path: string): number | null {
  try {
    const pid = Number(fs.readFileSync(path, "utf8").trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    // There is none, or it cannot be read: then writing it says why.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
