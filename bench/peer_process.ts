import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

import { type Launch, outputFile, spawnPeer } from "./launch.ts";
import { findFreePort, request } from "./loopback.ts";
import { type ProcessStat, readProcesses, treeOf } from "./process_tree.ts";
import type { Workload } from "./workloads.ts";

/** A Python app with a framework on a busy machine takes a second or two; nothing takes longer. */
const READY_DEADLINE_MS = 20_000;
/** Finer than any difference in start time worth telling. */
const POLL_MS = 2;
const STOP_DEADLINE_MS = 2_000;

interface Started {
  port: number;
  folder: string;
  child: ChildProcess;
  workload: Workload;
  /** When it was started, on the clock of `performance`. */
  started: number;
}

/** A peer that runs: a tree of processes in a session of its own, with a port and a folder. */
export class PeerProcess {
  readonly port: number;
  /** Temporary; removed by {@link stop}. */
  readonly folder: string;
  #child: ChildProcess;
  #workload: Workload;
  #started: number;

  private constructor(options: Started) {
    this.port = options.port;
    this.folder = options.folder;
    this.#child = options.child;
    this.#workload = options.workload;
    this.#started = options.started;
  }

  /** Starts a peer on a free port of the loopback interface; does not wait for it. */
  static async start(launch: Launch): Promise<PeerProcess> {
    const port = await findFreePort();
    const folder = mkdtempSync(join(tmpdir(), "monoceros-bench-"));
    const started = performance.now();
    const child = spawnPeer(launch, { port, folder });
    await once(child, "spawn");
    return new PeerProcess({ workload: launch.workload, port, folder, child, started });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** The peer's processes as they are now. */
  tree(): ProcessStat[] {
    return treeOf(this.#pid, readProcesses());
  }

  /**
   * Waits for the first answer.
   *
   * @returns Milliseconds from the start of the process to that answer.
   * @throws {Error} If the peer ends, is not ready in time, or answers anything but the workload's
   * 200 and body.
   */
  async ready(): Promise<number> {
    const deadline = this.#started + READY_DEADLINE_MS;
    while (!(await this.#answers())) {
      if (this.#hasEnded) throw new Error(`it ended at once: ${this.#lastOutput()}`);
      if (performance.now() > deadline) throw new Error(`it is not ready: ${this.#lastOutput()}`);
      await delay(POLL_MS);
    }
    return performance.now() - this.#started;
  }

  /** Checks that one request is answered as the workload says. */
  async check(): Promise<void> {
    if (!(await this.#answers())) throw new Error(`it no longer answers: ${this.#lastOutput()}`);
  }

  /** Asks the peer to end, ends by pid what is left of its tree, and removes its folder. */
  async stop(): Promise<void> {
    const before = this.tree();
    if (!this.#hasEnded) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await Promise.race([ended, delay(STOP_DEADLINE_MS, undefined, { ref: false })]);
    }
    this.#killAll(before);
    const deadline = performance.now() + STOP_DEADLINE_MS;
    while (this.#left(before).length > 0 && performance.now() < deadline) await delay(POLL_MS);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends the tree without asking, for a driver that is itself told to end. */
  kill(): void {
    this.#killAll(this.tree());
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #pid(): number {
    // `spawn` has been awaited, so there is a pid.
    return this.#child.pid as number;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #answers(): Promise<boolean> {
    const answer = await request(this.url);
    if (answer === undefined) return false;
    if (answer.status !== 200 || answer.body !== this.#workload.body) {
      throw new Error(`it answers ${answer.status} "${answer.body.slice(0, 200)}"`);
    }
    return true;
  }

  #killAll(before: readonly ProcessStat[]): void {
    for (const { pid } of this.#left(before)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended between the listing and the signal, as was wanted.
      }
    }
  }

  /**
   * What runs of the peer's session, and of its tree as it was before. A stranger may have got one
   * of the old pids meanwhile, but not with the same start time.
   */
  #left(before: readonly ProcessStat[]): ProcessStat[] {
    return readProcesses().filter(({ isZombie, session, pid, startTicks }) => {
      const wasThere = before.some((old) => old.pid === pid && old.startTicks === startTicks);
      return !isZombie && (wasThere || session === this.#pid);
    });
  }

  #lastOutput(): string {
    const lines = readFileSync(outputFile(this.folder), "utf8").trim().split("\n");
    return lines.slice(-5).join(" | ") || "no output";
  }
}
