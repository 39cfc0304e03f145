import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import process from "node:process";

import type { Peer, Program } from "./peers.ts";

/** Folders in which programs and apps are found; absolute paths. */
export interface Places {
  repository: string;
  apps: string;
  /** A Python virtual environment; it need not exist. */
  environment: string;
  /** The environment's Python, or else the first one on PATH. */
  python: string;
}

/** Whether a program can be started, and as what. */
export type Found =
  | { kind: "installed"; path: string; version: string }
  | { kind: "missing"; why: string };

/** Versions of the Python packages of an environment, by lower-case name. */
export type PackageVersions = Readonly<Record<string, string>>;

const LIST_PACKAGES = "import importlib.metadata as m, json; " +
  "print(json.dumps({d.metadata['Name'].lower(): d.version for d in m.distributions()}))";

/** Says whether a peer is installed with the packages it and its app need, and in which version. */
export function findPeer(
  peer: Peer,
  { places, packages, appPackages }: {
    places: Places;
    packages: PackageVersions;
    appPackages: readonly string[];
  },
): Found {
  const path = findProgram(peer.program, places);
  if (path === undefined) return { kind: "missing", why: `no ${describe(peer.program)}` };
  const absent = [...peer.packages, ...appPackages].filter((name) => packages[name] === undefined);
  if (absent.length > 0) return { kind: "missing", why: `no Python package ${absent.join(", ")}` };
  if (peer.versionArgs !== undefined) return askVersion(path, peer.versionArgs, places);
  const version = peer.packages.map((name) => `${name} ${packages[name]}`).join(", ");
  return { kind: "installed", path, version };
}

/** Path of a program, or undefined if it is not there. */
export function findProgram(program: Program, places: Places): string | undefined {
  switch (program.in) {
    case "driver":
      return process.execPath;
    case "repository":
      return [join(places.repository, program.path)].find(isExecutable);
    case "environment":
      return [join(places.environment, "bin", program.name)].find(isExecutable);
    case "path":
      // Servers live in sbin, which is not on the PATH of every user.
      return [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"]
        .map((folder) => join(folder, program.name)).find(isExecutable);
    default:
      return program satisfies never;
  }
}

/** Finds the folders from the repository's and the environment's. */
export function findPlaces(repository: string, environment: string): Places {
  const own = join(environment, "bin", "python");
  const python = isExecutable(own) ? own : "python3";
  return { repository, environment, python, apps: join(repository, "bench/apps") };
}

/** Lists the Python packages that apps and peers can import; none if there is no Python. */
export function readPackages({ python }: Places): PackageVersions {
  const { stdout, status } = spawnSync(python, ["-c", LIST_PACKAGES], { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : {};
}

/** The first version number in what a program prints, which may be on either output. */
export function parseVersion(text: string): string | undefined {
  return /\d+\.\d+(\.\d+)?\S*/.exec(text)?.[0];
}

/** A program that cannot even tell its version counts as not installed. */
function askVersion(path: string, args: readonly string[], places: Places): Found {
  const filled = args.map((arg) => arg.replaceAll("{repository}", places.repository));
  const { stdout, stderr, status } = spawnSync(path, filled, {
    cwd: places.apps,
    env: { ...process.env, NO_COLOR: "1" },
    encoding: "utf8",
    timeout: 10_000,
  });
  const version = status === 0 ? parseVersion(`${stdout}\n${stderr}`) : undefined;
  if (version !== undefined) return { kind: "installed", path, version };
  const [said] = `${stderr}${stdout}`.trim().split("\n");
  return { kind: "missing", why: `it does not tell its version but "${said ?? ""}"` };
}

function describe(program: Program): string {
  switch (program.in) {
    case "driver":
      return "Deno";
    case "repository":
      return program.path;
    case "environment":
      return `${program.name} in the Python environment`;
    case "path":
      return `${program.name} on PATH`;
    default:
      return program satisfies never;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not ours to run: both mean that it is not installed.
    return false;
  }
}
