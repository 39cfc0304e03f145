import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/**
 * Finds living processes by what they inherited.
 *
 * @param variable `NAME=value`, as it stands in their environment.
 */
export function processesWith(variable: string): number[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  return ids.filter((id) =>
    readProcess(id, "environ").split("\0").includes(variable) &&
    !/\) Z /.test(readProcess(id, "stat"))
  );
}

/** @returns The command line of a process, "" if it has ended. */
export function commandLineOf(pid: number): string {
  return readProcess(pid, "cmdline").replaceAll("\0", " ").trim();
}

/** Kills a process that may have ended already. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return ""; // It ended meanwhile, or belongs to somebody else.
  }
}
