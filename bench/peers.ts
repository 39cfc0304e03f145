import type { Group } from "./workloads.ts";

/** Where a peer's executable is looked for. */
export type Program =
  /** A file of this repository. */
  | { in: "repository"; path: string }
  /** A command of the Python virtual environment. */
  | { in: "environment"; name: string }
  /** A command on PATH. */
  | { in: "path"; name: string }
  /** The Deno that runs the driver. */
  | { in: "driver" };

/** One server, and how it serves one group of workloads. */
export interface Peer {
  /** Unique within a group. */
  id: string;
  name: string;
  groups: readonly Group[];
  program: Program;
  /**
   * Arguments. `{port}`, `{app}`, `{python}`, `{repository}` and `{folder}` (a temporary one) are
   * filled in. The working directory is `bench/apps`.
   */
  args: readonly string[];
  /** Prints the version; Python peers have the version of their first package instead. */
  versionArgs?: readonly string[];
  /** Python packages without which the peer counts as not installed. */
  packages: readonly string[];
  /** A file of `bench/apps` that is filled in like the arguments and put into `{folder}`. */
  configFile?: string;
  /** Left out of quick runs unless it is asked for by name. */
  onlyInFullRuns?: boolean;
}

/** The id of the server that this project is about. */
export const OURS = "monoceros";

const BIND = "127.0.0.1:{port}";
const MONOCEROS: Program = { in: "repository", path: "dist/monoceros" };
const MONOCEROS_ON_DENO = ["run", "-A", "{repository}/cli.ts", "-w", "1", "-b", BIND];
const GUNICORN: Program = { in: "environment", name: "gunicorn" };
const GRANIAN: Program = { in: "environment", name: "granian" };
/** Granian at its best for cleartext HTTP/1.1 with one worker, as in its own benchmarks. */
const GRANIAN_ARGS = [
  ...["--host", "127.0.0.1", "--port", "{port}", "--workers", "1", "--runtime-threads", "1"],
  ...["--http", "1", "--no-ws", "--log-level", "warning"],
];

/**
 * All peers: one worker with one thread for the app, no access log, otherwise as their operators
 * run them. (More threads make gunicorn's gthread slower here: they wait for each other's GIL.)
 */
export const PEERS: readonly Peer[] = [
  {
    id: OURS,
    name: "Monoceros",
    groups: ["js"],
    program: MONOCEROS,
    args: ["-w", "1", "-b", BIND, "{app}"],
    versionArgs: ["--version"],
    packages: [],
  },
  {
    id: OURS,
    name: "Monoceros",
    groups: ["wsgi", "asgi"],
    program: MONOCEROS,
    args: ["-w", "1", "-b", BIND, "--python", "{python}", "{app}"],
    versionArgs: ["--version"],
    packages: [],
  },
  {
    id: "monoceros-deno",
    name: "Monoceros on Deno",
    groups: ["js"],
    program: { in: "driver" },
    args: [...MONOCEROS_ON_DENO, "{app}"],
    versionArgs: ["run", "-A", "{repository}/cli.ts", "--version"],
    packages: [],
    onlyInFullRuns: true,
  },
  {
    id: "monoceros-deno",
    name: "Monoceros on Deno",
    groups: ["wsgi", "asgi"],
    program: { in: "driver" },
    args: [...MONOCEROS_ON_DENO, "--python", "{python}", "{app}"],
    versionArgs: ["run", "-A", "{repository}/cli.ts", "--version"],
    packages: [],
    onlyInFullRuns: true,
  },
  {
    id: "bun-serve",
    name: "Bun.serve",
    groups: ["js"],
    program: { in: "repository", path: "node_modules/bun/bin/bun.exe" },
    args: ["bun_serve.ts", "{port}"],
    versionArgs: ["--version"],
    packages: [],
  },
  {
    id: "deno-serve",
    name: "Deno.serve",
    groups: ["js"],
    program: { in: "driver" },
    args: ["run", "--no-config", "--allow-net", "deno_serve.ts", "{port}"],
    versionArgs: ["--version"],
    packages: [],
  },
  {
    id: "nginx",
    name: "nginx, `return 200`",
    groups: ["js"],
    program: { in: "path", name: "nginx" },
    args: ["-p", "{folder}", "-e", "stderr", "-c", "{folder}/nginx.conf", "-g", "daemon off;"],
    versionArgs: ["-v"],
    packages: [],
    configFile: "nginx.conf",
  },
  {
    id: "gunicorn-sync",
    name: "gunicorn sync",
    groups: ["wsgi"],
    program: GUNICORN,
    args: ["-k", "sync", "-w", "1", "-b", BIND, "{app}"],
    packages: ["gunicorn"],
  },
  {
    id: "gunicorn-gthread",
    name: "gunicorn gthread",
    groups: ["wsgi"],
    program: GUNICORN,
    args: ["-k", "gthread", "--threads", "1", "-w", "1", "-b", BIND, "{app}"],
    packages: ["gunicorn"],
  },
  {
    id: "granian",
    name: "Granian",
    groups: ["wsgi"],
    program: GRANIAN,
    args: ["--interface", "wsgi", ...GRANIAN_ARGS, "--blocking-threads", "1", "{app}"],
    packages: ["granian"],
  },
  {
    id: "gunicorn-asgi",
    name: "gunicorn asgi",
    groups: ["asgi"],
    program: GUNICORN,
    args: ["-k", "asgi", "--asgi-loop", "uvloop", "-w", "1", "-b", BIND, "{app}"],
    packages: ["gunicorn", "uvloop"],
  },
  {
    id: "uvicorn",
    name: "uvicorn",
    groups: ["asgi"],
    program: { in: "environment", name: "uvicorn" },
    args: [
      ...["--host", "127.0.0.1", "--port", "{port}", "--workers", "1", "--loop", "uvloop"],
      ...["--http", "httptools", "--no-access-log", "--log-level", "warning", "{app}"],
    ],
    packages: ["uvicorn", "uvloop", "httptools"],
  },
  {
    id: "granian",
    name: "Granian",
    groups: ["asgi"],
    program: GRANIAN,
    args: ["--interface", "asgi", ...GRANIAN_ARGS, "--loop", "uvloop", "{app}"],
    packages: ["granian", "uvloop"],
  },
];
