import { spawnSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type as systemName } from "node:os";

import type { PackageVersions, Places } from "./programs.ts";
import { WORKLOADS } from "./workloads.ts";

/** Says on what the run is made, one line each. */
export function describeMachine(
  { repository, python }: Places,
  packages: PackageVersions,
): string[] {
  const [processor] = cpus();
  const gigabytes = Math.round(totalmem() / 1e9);
  const frameworks = [...new Set(WORKLOADS.flatMap((workload) => workload.packages))];
  return [
    `${processor?.model ?? "unknown processor"}, ${cpus().length} CPUs, ${gigabytes} GB, ` +
    `${systemName()} ${release()}; load average at the start ${loadavg()[0]?.toFixed(2)}`,
    `wrk ${askWord("wrk", ["-v"], 1)}, Python ${askWord(python, ["--version"], 1)}, ` +
    frameworks.map((name) => `${name} ${packages[name] ?? "missing"}`).join(", "),
    `commit ${askWord("git", ["-C", repository, "rev-parse", "--short", "HEAD"], 0)}`,
  ];
}

/** Whether wrk, without which nothing can be measured, is installed. */
export function hasWrk(): boolean {
  return spawnSync("wrk", ["-v"]).error === undefined;
}

/** One word of what a command prints. */
function askWord(command: string, args: readonly string[], index: number): string {
  const { stdout } = spawnSync(command, args, { encoding: "utf8" });
  return stdout?.trim().split(/\s+/)[index] || "unknown";
}
