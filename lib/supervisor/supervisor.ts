import { performance } from "node:perf_hooks";
import process from "node:process";
import type { ToSupervisor } from "../channel/messages.ts";
import type { Config } from "../config/config.ts";
import { EXIT } from "../errors.ts";
import type { Log } from "../log.ts";
import { runtime } from "../runtime/current.ts";
import { Crew, type WorkerFailure } from "./crew.ts";
import { EventQueue } from "./event_queue.ts";
import { type Fleet, fleetOf, sizeOf } from "./fleet.ts";
import { Listeners } from "./listeners.ts";
import { type PidFile, writePidFile } from "./pid_file.ts";
import { type Action, plan } from "./plan.ts";
import { Reloader, type ReloadResult } from "./reloader.ts";
import { attempt, describeExit, describeKill, messageOf, reportEnding } from "./report.ts";
import { listenForSignals, type Request } from "./signals.ts";
import * as transitions from "./state.ts";
import type { State } from "./state.ts";
import type { WorkerExit } from "./worker_handle.ts";

/** What a supervisor is given. */
export interface SupervisorOptions {
  config: Config;
  log: Log;
  /** Reads the settings anew. What it throws is logged, and the server goes on as it is. */
  reload(): Promise<Config>;
  /** Whether the app of this configuration runs in Python app processes behind the workers. */
  isPython(config: Config): boolean;
  /** What workers have in their environment beside the supervisor's own. */
  workerEnv?(config: Config): Record<string, string>;
  /** Opens the supervisor's own log files again. */
  reopenLogs?(): void;
  /** What starts a worker; this program itself unless a test says otherwise. */
  command?: readonly string[];
}

/** What happens to a supervisor. Handlers only enqueue; the loop decides. */
type Event =
  | { type: "signal"; signal: NodeJS.Signals; request: Request }
  | { type: "message"; worker: number; message: ToSupervisor }
  | { type: "exited"; worker: number; exit: WorkerExit }
  | { type: "reloaded"; result: ReloadResult<Config> };

/**
 * Serves until it is told to stop, or cannot start.
 *
 * @returns The exit code of the process, one of {@link EXIT}.
 * @throws {ConfigError} If an address cannot be bound, or the pid file cannot be written.
 */
export async function runSupervisor(options: SupervisorOptions): Promise<number> {
  return await new Supervisor(options).run();
}

class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #log: Log;
  readonly #listeners: Listeners;
  readonly #crew: Crew;
  readonly #state: State;
  /** Of each generation that is wanted or has workers. */
  readonly #configs = new Map<number, Config>();
  /** Of workers that said why they cannot boot, until they are gone. */
  readonly #failures = new Map<number, WorkerFailure>();
  readonly #events = new EventQueue<Event>();
  readonly #reloader: Reloader<Config>;
  #pidFile: { path: string; file: PidFile } | null = null;
  #generation = 1;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#listeners = new Listeners(options.log);
    this.#crew = new Crew({
      received: (worker, message) => this.#events.push({ type: "message", worker, message }),
      exited: (worker, exit) => this.#events.push({ type: "exited", worker, exit }),
    });
    this.#reloader = new Reloader(
      () => this.#readConfig(),
      (result) => this.#events.push({ type: "reloaded", result }),
    );
    this.#configs.set(this.#generation, options.config);
    this.#state = transitions.initialState(this.#fleetOf(options.config), performance.now());
  }

  async run(): Promise<number> {
    const ignoreSignals = listenForSignals((signal, request) =>
      this.#events.push({ type: "signal", signal, request })
    );
    try {
      this.#movePidFile(this.#options.config.pidfile);
      await this.#open(this.#options.config);
      return await this.#loop();
    } finally {
      ignoreSignals();
      this.#listeners.close();
      this.#pidFile?.file.remove();
    }
  }

  async #loop(): Promise<number> {
    for (;;) {
      this.#grow();
      for (const action of plan(this.#state, performance.now())) {
        if (action.type === "exit") return action.code;
        if (action.type === "wait") await this.#wait(action.until);
        else this.#act(action, performance.now());
      }
      for (const event of this.#events.take()) this.#apply(event, performance.now());
      this.#forgetGenerations();
    }
  }

  /** Opens the sockets of slots that are new. Without them the server goes on as it was. */
  #grow(): void {
    attempt(this.#log, () => this.#listeners.grow(this.#state.slots.length));
    if (this.#listeners.slots >= this.#state.slots.length) return;
    transitions.limitSlots(this.#state, this.#listeners.slots, performance.now());
  }

  #act(action: Exclude<Action, { type: "wait" | "exit" }>, now: number): void {
    const state = this.#state;
    switch (action.type) {
      case "spawn":
        return this.#spawn(action, now);
      case "scale":
        this.#crew.send(action.worker, { type: "scale", appProcesses: action.appProcesses });
        return transitions.workerScaled(state, action.worker, action.appProcesses);
      case "drain":
        this.#crew.send(action.worker, { type: "drain", withinMs: action.withinMs });
        return transitions.workerLeaves(state, action.worker, "draining", now);
      case "stop":
        this.#crew.send(action.worker, { type: "stop" });
        return transitions.workerLeaves(state, action.worker, "stopping", now);
      case "kill":
        this.#log.critical(describeKill(this.#crew.pidOf(action.worker), action.reason));
        this.#crew.kill(action.worker);
        return transitions.workerLeaves(state, action.worker, "killed", now);
      case "switch":
        return this.#switch(now);
      case "steer":
        this.#listeners.receive(action.slots);
        return transitions.steered(state, action.slots);
      case "close":
        this.#listeners.shrink(action.slots);
        return transitions.slotsClosed(state, action.slots);
      default:
        return action satisfies never;
    }
  }

  #spawn(action: Action & { type: "spawn" }, now: number): void {
    const { slot, generation, appProcesses } = action;
    const config = this.#configs.get(generation);
    if (config === undefined) throw new RangeError(`Cannot spawn for generation ${generation}`);
    const { fds, listeners } = this.#listeners.inheritance(config, slot);
    const id = this.#crew.spawn({
      command: this.#options.command ?? runtime.selfCommand(),
      title: `monoceros: worker [${config.app ?? ""}]`,
      env: this.#options.workerEnv?.(config) ?? {},
      fds,
    }, { type: "start", slot, generation, config, listeners, appProcesses });
    transitions.workerSpawned(this.#state, { id, slot, generation, appProcesses }, now);
    const pid = this.#crew.pidOf(id);
    if (pid !== 0) this.#log.info(`Booting worker with pid: ${pid}`);
  }

  #apply(event: Event, now: number): void {
    switch (event.type) {
      case "signal":
        return this.#handleSignal(event.signal, event.request, now);
      case "message":
        return this.#handleMessage(event.worker, event.message, now);
      case "exited":
        return this.#handleExit(event.worker, event.exit, now);
      case "reloaded":
        return this.#handleReload(event.result, now);
      default:
        return event satisfies never;
    }
  }

  #handleSignal(signal: NodeJS.Signals, request: Request, now: number): void {
    this.#log.info(`Handling signal: ${signal.slice(3).toLowerCase()}`);
    switch (request.type) {
      case "stop":
        transitions.stop(this.#state, { how: request.how, exitCode: EXIT.ok }, now);
        // Whoever comes from now on is refused at once, instead of waiting in a queue that nobody serves.
        return this.#listeners.close();
      case "reload":
        if (this.#state.stopping === null) this.#reloader.request();
        return;
      case "resize": {
        const fleet = transitions.resizeFleet(this.#state, request.delta, now);
        if (fleet !== null) this.#log.info(`Workers wanted: ${sizeOf(fleet)}`);
        return;
      }
      case "reopen":
        attempt(this.#log, () => this.#options.reopenLogs?.());
        return this.#crew.sendAll({ type: "reopen" });
      case "none":
        return this.#log.warning("Nothing is done for this signal");
      default:
        return request satisfies never;
    }
  }

  #handleMessage(worker: number, message: ToSupervisor, now: number): void {
    switch (message.type) {
      case "ready":
        this.#log.debug(`Worker is ready (pid: ${this.#crew.pidOf(worker)})`);
        return transitions.workerReady(this.#state, worker, now);
      case "beat":
        return transitions.workerBeat(this.#state, worker, now);
      case "failed":
        this.#failures.set(worker, message);
        return;
      case "drained":
        return this.#log.debug(`Worker has drained (pid: ${this.#crew.pidOf(worker)})`);
      default:
        return message satisfies never;
    }
  }

  #handleExit(worker: number, exit: WorkerExit, now: number): void {
    const pid = this.#crew.pidOf(worker);
    const failure = this.#failures.get(worker);
    this.#crew.forget(worker);
    this.#failures.delete(worker);
    const bootCode = exit.code === EXIT.appLoad ? EXIT.appLoad : EXIT.workerBoot;
    const exitCode = failure?.exitCode ?? bootCode;
    const ending = transitions.workerExited(this.#state, worker, { now, exitCode });
    const cause = failure?.reason ?? describeExit(pid, exit);
    reportEnding(this.#log, ending, { pid, cause });
  }

  #handleReload(result: ReloadResult<Config>, now: number): void {
    if ("config" in result) {
      this.#configs.set(++this.#generation, result.config);
      transitions.wantFleet(this.#state, this.#fleetOf(result.config), now);
    } else {
      this.#log.error(`Cannot reload, the old workers serve on: ${messageOf(result.error)}`);
    }
    this.#reloader.finish();
  }

  #switch(now: number): void {
    const isReload = this.#state.serving !== null;
    transitions.switchGeneration(this.#state, now);
    this.#log.info(`Workers ready: generation ${this.#state.serving?.generation}`);
    if (!isReload) return;
    this.#log.info("Reload complete: new workers serve");
    const { pidfile = null } = this.#configs.get(this.#generation) ?? {};
    attempt(this.#log, () => this.#movePidFile(pidfile));
  }

  async #readConfig(): Promise<Config> {
    const config = await this.#options.reload();
    if (this.#state.stopping === null) await this.#open(config);
    return config;
  }

  /** Opens the addresses of a configuration that are not open yet. */
  async #open(config: Config): Promise<void> {
    for (const address of await this.#listeners.open(config, this.#state.slots.length)) {
      const url = address.startsWith("unix:") ? address : `http://${address}`;
      this.#log.info(`Listening at: ${url} (${process.pid})`);
    }
  }

  #movePidFile(path: string | null): void {
    if (path === (this.#pidFile?.path ?? null)) return;
    const file = path === null ? null : { path, file: writePidFile(path) };
    this.#pidFile?.file.remove();
    this.#pidFile = file;
  }

  /** Forgets the configurations of generations that are over, and closes the addresses only they had. */
  #forgetGenerations(): void {
    // A reload may just have opened addresses for a generation that is not wanted yet.
    if (this.#reloader.isRunning || this.#state.stopping !== null) return;
    const kept = transitions.generationsOf(this.#state);
    for (const generation of this.#configs.keys()) {
      if (!kept.has(generation)) this.#configs.delete(generation);
    }
    this.#listeners.keepOnly([...this.#configs.values()]);
  }

  #fleetOf(config: Config): Fleet {
    const isPython = this.#options.isPython(config);
    return fleetOf(config, { generation: this.#generation, isPython });
  }

  async #wait(until: number): Promise<void> {
    const { isHeldUp } = await this.#events.wait(until);
    if (isHeldUp) transitions.forgiveSilence(this.#state, performance.now());
  }
}
