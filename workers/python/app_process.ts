import type { ChildProcess } from "node:child_process";
import process from "node:process";
import { AppLoadError, EXIT } from "../../lib/errors.ts";
import { type Log, LOG_LEVELS } from "../../lib/log.ts";
import type { Runtime } from "../../lib/runtime/runtime.ts";
import { ControlLine } from "./control_line.ts";
import { DataLine, type LineEvents } from "./data_line.ts";
import { answerError } from "./error_answers.ts";
import { type Frame, payloadText } from "./frame_reader.ts";
import { CONTROL, FRAME } from "./frames.ts";
import { describeHang, HangWatch } from "./hang_watch.ts";
import type { Job } from "./job.ts";
import { Load } from "./load.ts";
import type { RequestEncoder } from "./request_encoder.ts";
import { type PythonCommand, spawnPython } from "./spawn.ts";

/** What an app process says of itself when the app is loaded. */
export interface Ready {
  interface: "wsgi" | "asgi";
  /** Threads that run requests; 1 for ASGI. */
  threads: number;
}

/** How an app process ended: by `exit`, by a signal, or it could not be started (both null). */
export interface ProcessExit {
  code: number | null;
  signal: string | null;
}

/** What all app processes of a worker share. */
export interface AppProcessOptions {
  command: PythonCommand;
  /** JSON of `Boot`, see `frames.ts`. */
  boot: Uint8Array;
  /** Most requests at a time in an ASGI process. */
  workerConnections: number;
  /** For hung requests, see {@link HangWatch}; 0 for none. */
  timeoutMs: number;
  encoders: Readonly<Record<Ready["interface"], RequestEncoder>>;
  log: Log;
  runtime: Runtime;
  events: ProcessEvents;
}

/** What an app process tells its owner. */
export interface ProcessEvents {
  /** Requests were finished or came back: there is room for others. */
  hasRoom(): void;
  /** These were not begun; they may be given to another process. */
  returned(jobs: Job[]): void;
}

/** How long the process and its data line may outlive each other: the last answers are read, then both are ended. */
const LAST_WORDS_MS = 1_000;

/** A Python interpreter that runs the app. This is the worker's side: it sends requests and passes answers on. */
export class AppProcess implements LineEvents {
  /** Settled once: the app is loaded, or an {@link AppLoadError} says why not. */
  readonly ready: Promise<Ready>;
  /** The process is gone and all its requests are answered. */
  readonly exited: Promise<ProcessExit>;
  /** Replaced when the app's interface is known. */
  load = Load.ofTasks(1);
  readonly startedAt = performance.now();
  readonly #options: AppProcessOptions;
  readonly #log: Log;
  readonly #line: DataLine;
  #child!: ChildProcess;
  #control!: ControlLine;
  #encoder!: RequestEncoder;
  #watch: HangWatch | null = null;
  #isStopping = false;
  #isStopSent = false;
  #isKilled = false;
  #exit: ProcessExit | null = null;
  /** Why Python could not be started. */
  #spawnError: Error | null = null;
  #lastWords: ReturnType<typeof setTimeout> | undefined;
  #resolveReady!: (ready: Ready) => void;
  #rejectReady!: (error: AppLoadError) => void;
  #resolveExited!: (exit: ProcessExit) => void;

  private constructor(options: AppProcessOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#line = new DataLine(options.log, this);
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.exited = new Promise((resolve) => this.#resolveExited = resolve);
  }

  /** Starts Python and sends it the app to load. */
  static start(options: AppProcessOptions): AppProcess {
    const self = new AppProcess(options);
    const { child, dataFd, controlFd } = spawnPython(options.runtime, options.command);
    self.#child = child;
    child.once("error", (error) => self.#ended({ code: null, signal: null }, error));
    child.once("exit", (code, signal) => self.#ended({ code, signal }, null));
    self.#control = ControlLine.open(options.runtime, controlFd);
    self.#line.open(options.runtime, dataFd);
    self.#line.writer.boot(options.boot);
    return self;
  }

  /** 0 when Python could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** It was told to end: that it ends is no news. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** We killed it, and said why in the log. */
  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** Sends a request for which the dispatcher has claimed room. */
  send(job: Job, now: number): void {
    this.#line.send(job, this.#encoder, now);
  }

  /** Asks back what the process has not begun. */
  askBack(): void {
    this.load.stall();
    this.#control.send(CONTROL.giveBack);
  }

  /** Looks for hung requests; their process is killed, which answers them with 504. */
  checkHang(now: number): void {
    if (this.#watch === null || this.#line.jobs.size === 0) return;
    const hung = this.#watch.check(this.#line.jobs.values(), now);
    if (hung.length > 0) void this.#endHung(hung, now);
  }

  /**
   * Takes no more requests, answers those it has, ends.
   *
   * @param withinMs After that it is killed.
   */
  async stop(withinMs: number): Promise<void> {
    this.#isStopping = true;
    this.load.isOpen = false;
    if (this.load.isAhead) this.askBack();
    this.#stopWhenIdle();
    const timer = setTimeout(() => this.kill(), withinMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** Ends it now. */
  kill(): void {
    this.#isStopping = true;
    this.load.isOpen = false;
    this.#signal("SIGKILL");
  }

  // --- what the data line says ----------------------------------------------------------------

  own(frame: Frame): void {
    const text = payloadText(frame);
    switch (frame.type) {
      case FRAME.log:
        return this.#log[LOG_LEVELS[frame.status] ?? "error"](text, { pid: this.pid });
      case FRAME.ready:
        // The host is ours: it sends what `frames.ts` says.
        return this.#open(JSON.parse(text) as Ready);
      case FRAME.failed:
        return this.#rejectReady(new AppLoadError(text, { exitCode: frame.status }));
      case FRAME.ping:
        return; // That it came is all it says.
      default:
        this.broken(`Cannot take a frame of type ${frame.type} without a request`);
    }
  }

  heard(): void {
    this.#watch?.heard();
  }

  settled(finished: number, returned: Job[], now: number): void {
    if (finished > 0) this.load.finish(finished, now);
    if (returned.length > 0) {
      this.load.giveBack(returned.length);
      this.#options.events.returned(returned.filter((job) => !job.isGone));
    }
    this.#options.events.hasRoom();
    if (this.#isStopping) this.#stopWhenIdle();
  }

  broken(reason: string): void {
    this.#log.critical(`App process ${this.pid} is killed: ${reason}`, { pid: this.pid });
    this.load.isOpen = false;
    this.#signal("SIGKILL");
  }

  closed(): void {
    this.load.isOpen = false;
    if (this.#exit !== null) return this.#bury();
    // It closes its line, then runs exit handlers: `stop` says how long it may.
    if (this.#isStopSent) return;
    this.#lastWords = setTimeout(() => this.broken("It has closed its line"), LAST_WORDS_MS);
  }

  /** Not by `ChildProcess.kill`: on Deno that sends one signal only. */
  #signal(signal: NodeJS.Signals): void {
    this.#isKilled ||= signal === "SIGKILL";
    if (this.#exit !== null || this.pid === 0) return;
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      // It has ended; the event that says so is on its way.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  // --- begin and end --------------------------------------------------------------------------

  #open(ready: Ready): void {
    const { workerConnections, timeoutMs, encoders } = this.#options;
    this.#encoder = encoders[ready.interface];
    this.load = ready.interface === "wsgi"
      ? Load.ofThreads(ready.threads)
      : Load.ofTasks(workerConnections);
    this.load.isOpen = !this.#isStopping;
    if (timeoutMs > 0) {
      const ping = () => this.#line.writer.signal(FRAME.ping, 0);
      this.#watch = new HangWatch(ready.interface, timeoutMs, ping);
    }
    this.#resolveReady(ready);
  }

  #stopWhenIdle(): void {
    if (this.#line.jobs.size > 0 || this.#isStopSent) return;
    this.#isStopSent = true;
    // What waits for the end of the turn, a `disconnect` perhaps, comes before the end of all.
    this.#line.writer.flush();
    this.#control.send(CONTROL.stop);
  }

  async #endHung(hung: Job[], now: number): Promise<void> {
    this.load.isOpen = false;
    this.#watch = null;
    for (const job of hung) job.isTimedOut = true;
    const description = describeHang(this.pid, hung, now);
    const stacks = await this.#control.readDump(() => this.#signal("SIGUSR2"));
    const text = stacks === "" ? "(it does not say)" : stacks;
    this.#log.critical(`${description}\n${text}`, { pid: this.pid });
    this.#signal("SIGKILL");
  }

  #ended(exit: ProcessExit, error: Error | null): void {
    if (this.#exit !== null) return;
    this.#exit = exit;
    this.#spawnError = error;
    this.load.isOpen = false;
    clearTimeout(this.#lastWords);
    // What it has sent may still wait in its line; the end of the line comes after that.
    if (this.#line.isClosed) this.#bury();
    else this.#lastWords = setTimeout(() => this.#line.close(), LAST_WORDS_MS);
  }

  #bury(): void {
    clearTimeout(this.#lastWords);
    const exit = this.#exit!;
    const error = this.#spawnError;
    const reason = error === null
      ? `Cannot load the app: its Python process ${describeExit(exit)}`
      : `Cannot start Python "${this.#options.command.executable}": ${error.message}`;
    this.#rejectReady(new AppLoadError(reason, { exitCode: EXIT.workerBoot, cause: error }));
    const stacks = this.#control.takeText();
    if (stacks !== "") {
      this.#log.error(`Last words of app process ${this.pid}:\n${stacks}`, { pid: this.pid });
    }
    this.#control.close();
    this.#answerLost();
    this.#resolveExited(exit);
  }

  /** A request that the process had will never be answered, nor run again: it may have had effects. */
  #answerLost(): void {
    for (const job of this.#line.jobs.values()) {
      const { isGone, exchange } = job;
      job.leave();
      if (!isGone) answerError(exchange, job.isTimedOut ? 504 : 502);
    }
    this.#line.jobs.clear();
  }
}

/** @returns For instance `exited with code 1` or `was killed by SIGKILL`. */
export function describeExit(exit: ProcessExit): string {
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return exit.code === null ? "could not be started" : `exited with code ${exit.code}`;
}
