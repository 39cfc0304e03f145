import process from "node:process";
import { type Channel, openSupervisorChannel, ROLE_VARIABLE } from "../lib/channel/channel.ts";
import type { InheritedListener, ToSupervisor, ToWorker } from "../lib/channel/messages.ts";
import type { Config } from "../lib/config/config.ts";
import { AppLoadError, ConfigError, EXIT } from "../lib/errors.ts";
import type { App } from "../lib/http/exchange.ts";
import { createLog, type OpenLog } from "../lib/log.ts";
import { runtime } from "../lib/runtime/current.ts";
import { enterAppEnvironment } from "./app_environment.ts";
import { closeApp } from "./close_app.ts";
import { HttpService } from "./http_service.ts";
import { type OpenApp, openApp, scriptApp } from "./open_app.ts";

/** How often the supervisor gets a sign of life, in milliseconds; oftener where `timeout` is short. */
const BEAT_MS = 1000;
/** So many may be late before a worker counts as silent. */
const BEATS_PER_TIMEOUT = 4;
/** What is left to an app for closing when its requests took all the time; the supervisor kills after a second. */
const CLOSE_MS = 500;

type Start = Extract<ToWorker, { type: "start" }>;

/** Makes the app of a program that embeds Monoceros. */
export type EmbeddedApp = (log: OpenLog) => Promise<App>;

/**
 * Runs a worker until its supervisor says stop or is gone.
 *
 * @param embedded Else the app is loaded as the setting `app` says.
 * @returns The process's exit code, one of `EXIT`.
 */
export function runWorker(embedded?: EmbeddedApp): Promise<number> {
  return new Worker(embedded).run();
}

/** The worker's side of its life; the supervisor's side is `WorkerHandle`. */
class Worker {
  readonly #embedded: EmbeddedApp | undefined;
  readonly #channel: Channel<ToSupervisor>;
  readonly #ended = Promise.withResolvers<number>();
  #log: OpenLog | null = null;
  #app: OpenApp | null = null;
  #service: HttpService | null = null;
  #gracefulMs = 0;
  #beat: ReturnType<typeof setInterval> | undefined;
  #isEnding = false;

  constructor(embedded: EmbeddedApp | undefined) {
    this.#embedded = embedded;
    this.#channel = openSupervisorChannel({
      received: (message) => this.#obey(message),
      // The supervisor has died: nobody would replace or stop this worker any more.
      closed: () => void this.#drain(this.#gracefulMs),
    });
  }

  run(): Promise<number> {
    // What an app starts is no worker, even if it is this program again.
    delete process.env[ROLE_VARIABLE];
    ignoreTerminalSignals();
    process.on("SIGTERM", () => void this.#drain(this.#gracefulMs));
    return this.#ended.promise;
  }

  #obey(message: ToWorker): void {
    switch (message.type) {
      case "start":
        return void this.#start(message);
      case "drain":
        return void this.#drain(message.withinMs);
      case "stop":
        return this.#end(EXIT.ok);
      case "scale":
        return this.#app?.scale(message.appProcesses);
      case "reopen":
        return this.#reopenLogs();
      default:
        message satisfies never;
    }
  }

  async #start(start: Start): Promise<void> {
    const { config } = start;
    this.#gracefulMs = config.gracefulTimeout * 1000;
    this.#beat = setInterval(() => this.#sendBeat(), beatInterval(config.timeout));
    keepFromChildren(start.listeners);
    try {
      this.#log = openLog(config);
      enterAppEnvironment(config);
      this.#app = await this.#openApp(start, this.#log);
      if (this.#isEnding) return;
      this.#service = new HttpService({ app: this.#app.app, config, log: this.#log });
      this.#service.listen(start.listeners);
    } catch (error) {
      return await this.#fail(error);
    }
    await this.#channel.send({ type: "ready" });
  }

  async #openApp({ config, appProcesses }: Start, log: OpenLog): Promise<OpenApp> {
    if (this.#embedded === undefined) return await openApp(config, appProcesses, log);
    return scriptApp(await this.#embedded(log));
  }

  async #fail(error: unknown): Promise<void> {
    const isKnown = error instanceof AppLoadError || error instanceof ConfigError;
    const exitCode = isKnown ? error.exitCode : EXIT.workerBoot;
    const reason = isKnown ? error.message : String((error as Error).stack ?? error);
    await this.#channel.send({ type: "failed", exitCode, reason });
    this.#end(exitCode);
  }

  /** Also while the app is loaded, which may take long. */
  #sendBeat(): void {
    const { connections, requests } = this.#service ?? { connections: 0, requests: 0 };
    void this.#channel.send({ type: "beat", connections, requests });
  }

  #reopenLogs(): void {
    for (const reopen of [() => this.#log?.reopen(), () => this.#service?.reopenLog()]) {
      try {
        reopen();
      } catch (error) {
        this.#log?.error((error as Error).message);
      }
    }
  }

  /** Finishes what was accepted, then ends. */
  async #drain(withinMs: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const end = performance.now() + withinMs;
    // Nothing was accepted before the start was complete.
    await this.#service?.drain(withinMs);
    if (this.#app !== null && this.#log !== null) {
      const leftMs = Math.max(end - performance.now(), CLOSE_MS);
      await closeApp(this.#app.app, leftMs, this.#log);
    }
    await this.#channel.send({ type: "drained" });
    this.#end(EXIT.ok);
  }

  #end(exitCode: number): void {
    this.#isEnding = true;
    clearInterval(this.#beat);
    this.#service?.stop();
    this.#app?.kill();
    this.#ended.resolve(exitCode);
  }
}

function openLog(config: Config): OpenLog {
  return createLog({ level: config.loglevel, file: config.errorlog, json: config.logJson });
}

/** @param timeout Seconds; 0 for never. */
function beatInterval(timeout: number): number {
  return timeout === 0 ? BEAT_MS : Math.min(BEAT_MS, timeout * 1000 / BEATS_PER_TIMEOUT);
}

/** The channel's fd, see `WorkerCommand` of the supervisor. */
const CHANNEL_FD = 3;

/** An app process that held these open would keep a dead worker's port and channel alive. Deno passes them on else. */
function keepFromChildren(listeners: readonly InheritedListener[]): void {
  for (const fd of [CHANNEL_FD, ...listeners.map((listener) => listener.fd)]) {
    runtime.libc.setCloseOnExec(fd);
  }
}

/** Ctrl-C, a terminal that closes and `pkill` reach the workers, too; the supervisor decides what signals mean. */
function ignoreTerminalSignals(): void {
  const ignored = [
    "SIGINT",
    "SIGHUP",
    "SIGQUIT",
    "SIGUSR1",
    "SIGUSR2",
    "SIGTTIN",
    "SIGTTOU",
  ] as const;
  for (const signal of ignored) {
    process.on(signal, () => {});
  }
}
