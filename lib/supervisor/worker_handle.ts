import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import process from "node:process";
import { openWorkerChannel, ROLE_VARIABLE } from "../channel/channel.ts";
import type { Channel, MessagePort } from "../channel/channel.ts";
import type { ToSupervisor, ToWorker } from "../channel/messages.ts";
import { runtime } from "../runtime/current.ts";

/** How a worker's process is started. */
export interface WorkerCommand {
  /** Executable and its arguments. */
  command: readonly string[];
  /** What `ps` shows instead of the executable. */
  title: string;
  env: Readonly<Record<string, string | undefined>>;
  /** fds that the worker finds at 4 and up. */
  fds: readonly number[];
}

/** How a worker's process ended. */
export interface WorkerExit {
  /** Null if a signal ended it, or if it could not be started. */
  code: number | null;
  signal: string | null;
  /** Why it could not be started. */
  error?: Error;
  /** The supervisor killed it, and has said why. */
  isKilled?: boolean;
}

/** What a worker's process does. */
export interface WorkerUser {
  received(message: ToSupervisor): void;
  /** The process is gone, and nothing is received any more. */
  exited(exit: WorkerExit): void;
}

/** How long the rest of a dead worker's messages may take. A process it left behind could hold its channel open. */
const LAST_MESSAGES_MS = 250;

/** A worker's process as its parent, the supervisor, sees it. */
export class WorkerHandle {
  readonly #child: ChildProcess;
  readonly #user: WorkerUser;
  readonly #channel: Channel<ToWorker>;
  #exit: WorkerExit | null = null;
  #isChannelClosed = false;
  #isKilled = false;
  #isDone = false;

  constructor(child: ChildProcess, user: WorkerUser) {
    this.#child = child;
    this.#user = user;
    // ChildProcess declares the same methods with more overloads.
    this.#channel = openWorkerChannel(child as MessagePort, {
      received: (message) => {
        if (!this.#isDone) user.received(message);
      },
      closed: () => {
        this.#isChannelClosed = true;
        this.#finish();
      },
    });
    child.on("exit", (code, signal) => this.#exited({ code, signal, isKilled: this.#isKilled }));
    child.on("error", (error) => {
      // Also emitted when a message or a signal cannot be sent to a process that is going.
      if (child.pid === undefined) this.#exited({ code: null, signal: null, error });
    });
  }

  /** 0 if it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: ToWorker): void {
    void this.#channel.send(message);
  }

  kill(): void {
    this.#isKilled = true;
    this.#child.kill("SIGKILL");
  }

  #exited(exit: WorkerExit): void {
    if (this.#exit !== null) return;
    this.#exit = exit;
    if (exit.error !== undefined) this.#isChannelClosed = true;
    // The exit can be known before the last messages are read: one of them may say why.
    if (!this.#isChannelClosed) setTimeout(() => this.#done(), LAST_MESSAGES_MS);
    this.#finish();
  }

  #finish(): void {
    if (this.#exit !== null && this.#isChannelClosed) this.#done();
  }

  #done(): void {
    if (this.#isDone || this.#exit === null) return;
    this.#isDone = true;
    this.#user.exited(this.#exit);
  }
}

/** Starts a worker's process. */
export function spawnWorker(options: WorkerCommand, user: WorkerUser): WorkerHandle {
  const [executable = process.execPath, ...args] = options.command;
  const child = spawn(executable, args, {
    argv0: options.title,
    env: workerEnvironment(options.env),
    stdio: ["ignore", "inherit", "inherit", "ipc", ...options.fds],
  });
  // Deno makes the sockets blocking that it passes on, also for the workers that already use them.
  for (const fd of options.fds) runtime.libc.setNonBlocking(fd);
  return new WorkerHandle(child, user);
}

/**
 * The environment of a worker.
 *
 * `BUN_BE_BUN` would turn the executable into Bun's own command line, `BUN_OPTIONS` would add flags to it.
 */
function workerEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const { BUN_BE_BUN: _beBun, BUN_OPTIONS: _bunOptions, ...rest } = env;
  return { ...rest, [ROLE_VARIABLE]: "worker" };
}
