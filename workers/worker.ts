import process from "node:process";
import type { WorkerChannel } from "../lib/channel/channel.ts";
import type { ToWorker } from "../lib/channel/messages.ts";
import type { Config } from "../lib/config/config.ts";
import { AppLoadError, EXIT } from "../lib/errors.ts";
import { createLog, type FileLog } from "../lib/log.ts";
import type { App } from "../lib/http/exchange.ts";
import { HttpService } from "./http_service.ts";
import { type OpenApp, openApp, scriptApp } from "./open_app.ts";

/** How often the supervisor gets a sign of life, in milliseconds. */
const BEAT_MS = 1000;

type Start = Extract<ToWorker, { type: "start" }>;

/** What a worker may be given instead of finding it by itself. */
export interface WorkerOptions {
  channel: WorkerChannel;
  /** The app of a program that embeds Monoceros; else it is loaded as `config.app` says. */
  app?: (config: Config) => Promise<App> | App;
}

/**
 * Runs a worker until its supervisor says stop or is gone.
 *
 * @returns The process's exit code, one of `EXIT`.
 */
export function runWorker(options: WorkerOptions): Promise<number> {
  return new Worker(options).run();
}

/** The worker's side of its life; the supervisor's side is `WorkerHandle`. */
class Worker {
  readonly #channel: WorkerChannel;
  readonly #embedded: WorkerOptions["app"];
  readonly #ended = Promise.withResolvers<number>();
  #log!: FileLog;
  #app: OpenApp | null = null;
  #service: HttpService | null = null;
  #beat: ReturnType<typeof setInterval> | undefined;
  #isEnding = false;

  constructor(options: WorkerOptions) {
    this.#channel = options.channel;
    this.#embedded = options.app;
  }

  run(): Promise<number> {
    this.#channel.onMessage((message) => this.#obey(message));
    // The supervisor has died: nobody would replace or stop this worker any more.
    this.#channel.onEnd(() => this.#end(EXIT.ok));
    ignoreTerminalSignals();
    process.on("SIGTERM", () => void this.#drain(30_000));
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
        this.#log.reopen();
        return this.#service?.reopenLog();
      default:
        message satisfies never;
    }
  }

  async #start(start: Start): Promise<void> {
    const { config } = start;
    this.#log = createLog(config);
    try {
      Object.assign(process.env, Object.fromEntries(config.rawEnv));
      process.chdir(config.chdir);
      this.#app = await this.#load(start);
      if (this.#isEnding) return this.#end(EXIT.ok);
      this.#service = new HttpService({ app: this.#app.app, config, log: this.#log });
      this.#service.listen(start.listeners);
    } catch (error) {
      return this.#fail(error);
    }
    this.#channel.send({ type: "ready" });
    this.#beat = setInterval(() => this.#sendBeat(), BEAT_MS);
  }

  async #load({ config, appProcesses }: Start): Promise<OpenApp> {
    if (this.#embedded === undefined) return await openApp(config, appProcesses, this.#log);
    return scriptApp(await this.#embedded(config));
  }

  #fail(error: unknown): void {
    const isKnown = error instanceof AppLoadError;
    const exitCode = isKnown ? error.exitCode : EXIT.workerBoot;
    const reason = isKnown ? error.message : String((error as Error).stack ?? error);
    this.#channel.send({ type: "failed", exitCode, reason });
    this.#end(exitCode);
  }

  #sendBeat(): void {
    const { connections, requests } = this.#service!;
    this.#channel.send({ type: "beat", connections, requests });
  }

  /** Finishes what was accepted, then ends. */
  async #drain(withinMs: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (this.#service === null) return; // Still starting: #start sees that it ends.
    await this.#service.drain(withinMs);
    await this.#app?.app.close();
    this.#channel.send({ type: "drained" });
    this.#end(EXIT.ok);
  }

  #end(exitCode: number): void {
    this.#isEnding = true;
    clearInterval(this.#beat);
    this.#service?.stop();
    this.#app?.kill();
    this.#log?.close();
    this.#ended.resolve(exitCode);
  }
}

/** Ctrl-C and a terminal that closes reach the whole process group; the supervisor decides what they mean. */
function ignoreTerminalSignals(): void {
  for (const signal of ["SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1"] as const) {
    process.on(signal, () => {});
  }
}
