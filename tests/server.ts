import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { LogLines } from "./log_lines.ts";
import { commandLineOf, killQuietly, processesWith } from "./processes.ts";
import { denoPath, EXECUTABLE, ROOT, VENV } from "./toolchain/paths.ts";

/** `bun` is the compiled executable, `deno` is `deno run -A cli.ts`. */
export type RuntimeName = "bun" | "deno";

export interface ServerOptions {
  runtime: RuntimeName;
  /** Flags, without `--bind`. */
  args?: string[];
  /** The positional argument. */
  app?: string;
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** Folder of the server, the repository's by default. */
  cwd?: string;
  /** Flags of an address; a free port of 127.0.0.1 by default. */
  bind?: string[];
  /** False: do not wait until the workers are ready. */
  isReadyWanted?: boolean;
}

/** How a server ended. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

/** A server of its own process, on a port of its own. */
export interface Server {
  /** For instance `http://127.0.0.1:40123`; "" until it listens, and on a unix socket. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What it prints on standard error and standard output. */
  readonly log: LogLines;
  /** Resolves when the process has ended. */
  readonly exit: Promise<Exit>;
  /** Sends a signal, unless it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Ends it gracefully. @returns How it ended. */
  stop(): Promise<Exit>;
  /** Ends it and everything it started, whatever it takes. */
  kill(): Promise<void>;
  /** @returns Ids of the living processes that it started, without itself. */
  children(): number[];
}

/** Every process a server starts inherits this variable: by it leftovers are found. */
const MARK = "TEST_SERVER";
/** A stopped server's processes may need a moment to leave the process table. */
const LEAVE_MS = 3_000;

/**
 * Starts the real server and waits until it answers.
 *
 * @throws {Error} If it does not get ready; the message has its log.
 */
export function startServer(options: ServerOptions): Promise<Server> {
  return startCommand(commandOf(options), options);
}

/** Starts any program that prints what the server prints, and waits until it answers. */
export async function startCommand(
  [executable, ...args]: [string, ...string[]],
  options: Pick<ServerOptions, "cwd" | "env" | "isReadyWanted"> = {},
): Promise<Server> {
  const mark = randomUUID();
  const child = spawn(executable, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...outerEnvironment(), NO_COLOR: "1", ...options.env, [MARK]: mark },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const server = watch(child, mark);
  return options.isReadyWanted === false ? server : await whenReady(server);
}

async function whenReady(server: Server): Promise<Server> {
  try {
    const [, url = ""] = await server.log.waitFor(/Listening at: (\S+)/);
    await server.log.waitFor(/Workers ready: generation 1/);
    return Object.assign(server, { url, port: Number(/:(\d+)$/.exec(url)?.[1] ?? 0) });
  } catch (error) {
    await server.kill();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\n--- log of the server\n${server.log.tail()}`);
  }
}

/** @returns Executable and arguments. */
export function commandOf(options: ServerOptions): [string, ...string[]] {
  const bind = options.bind ?? ["--bind", "127.0.0.1:0"];
  const args = [...bind, ...options.args ?? [], ...(options.app ? [options.app] : [])];
  if (options.runtime === "bun") return [EXECUTABLE, ...args];
  // Deno reads deno.json of the folder it is started in; the server may run in another.
  return [
    denoPath(),
    "run",
    "-A",
    "--config",
    join(ROOT, "deno.json"),
    join(ROOT, "cli.ts"),
    ...args,
  ];
}

function watch(child: ChildProcess, mark: string): Server {
  const log = new LogLines();
  if (child.stdout) log.read(child.stdout);
  if (child.stderr) log.read(child.stderr);
  let isOver = false;
  const exit = new Promise<Exit>((resolve) => {
    child.on("error", (error) => log.lines.push(error.message));
    child.on("exit", () => isOver = true);
    child.on("close", (code, signal) => {
      log.close();
      resolve({ code, signal });
    });
  });
  const pid = child.pid ?? 0;
  const children = () => processesWith(`${MARK}=${mark}`).filter((id) => id !== pid);
  return {
    url: "",
    port: 0,
    pid,
    log,
    exit,
    children,
    // Not child.kill(): with Deno that works once, and the exit is reported as a death by that signal.
    signal: (name) => void (isOver || process.kill(pid, name)),
    stop() {
      this.signal("SIGTERM");
      return exit;
    },
    async kill() {
      for (const id of processesWith(`${MARK}=${mark}`)) killQuietly(id);
      await exit;
    },
  };
}

/**
 * Waits until a server has ended and nothing of it is left.
 *
 * @throws {Error} If one of its processes lives on; they are killed.
 */
export async function assertGone(server: Server): Promise<void> {
  await server.exit;
  const deadline = Date.now() + LEAVE_MS;
  // The process table gives no event for processes that are not our children.
  while (server.children().length > 0 && Date.now() < deadline) await delay(20);
  const left = server.children();
  if (left.length === 0) return;
  const names = left.map((pid) => `${pid} ${commandLineOf(pid)}`);
  await server.kill();
  throw new Error(`Processes left behind:\n${names.join("\n")}`);
}

/** The environment of the tests without their own variables, with the virtual environment if there is one. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const { MONOCEROS_TEST_RUNTIME: _, ...env } = process.env;
  return existsSync(join(VENV, "bin/python")) ? { ...env, VIRTUAL_ENV: VENV } : env;
}
