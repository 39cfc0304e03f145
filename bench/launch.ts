import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

import type { Peer } from "./peers.ts";
import type { Places } from "./programs.ts";
import type { Workload } from "./workloads.ts";

/** What is needed to start a peer. */
export interface Launch {
  peer: Peer;
  /** Of its executable. */
  path: string;
  workload: Workload;
  places: Places;
}

/** Fills `{name}` places in a template; unknown names stay as they are. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Starts a peer's first process on a port, with a folder for its output and configuration. */
export function spawnPeer(
  { peer, path, workload, places }: Launch,
  { port, folder }: { port: number; folder: string },
): ChildProcess {
  const values = {
    folder,
    port: String(port),
    app: workload.app,
    python: places.python,
    repository: places.repository,
  };
  if (peer.configFile !== undefined) {
    const template = readFileSync(join(places.apps, peer.configFile), "utf8");
    writeFileSync(join(folder, peer.configFile), fill(template, values));
  }
  const output = openSync(outputFile(folder), "w");
  const args = peer.args.map((arg) => fill(arg, values));
  const child = spawn(path, args, {
    cwd: places.apps,
    env: peerEnvironment(),
    // A session of its own lets `treeOf` find every process, whatever becomes of its parent.
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  return child;
}

/** Nothing of the driver's environment that a server could take for a setting. */
function peerEnvironment(): Record<string, string> {
  const { PATH = "", HOME = "/" } = process.env;
  return { PATH, HOME, LANG: "C.UTF-8", NODE_ENV: "production" };
}

/** Where a peer's standard output and error go. */
export function outputFile(folder: string): string {
  return join(folder, "output.log");
}
