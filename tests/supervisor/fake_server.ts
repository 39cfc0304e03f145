/**
 * A server with a real supervisor and workers that do nothing but answer with their pid.
 *
 * The app is a text file that says how workers behave: `ok`, `fail` (cannot boot), `die` (ends before it is ready),
 * `hang` (accepts connections, but gives no sign of life).
 */
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { openSupervisorChannel } from "../../lib/channel/channel.ts";
import type { Channel } from "../../lib/channel/channel.ts";
import type { ToSupervisor, ToWorker } from "../../lib/channel/messages.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { ConfigError, EXIT } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import { runtime } from "../../lib/runtime/current.ts";
import type { Listener } from "../../lib/socket.ts";
import { runSupervisor } from "../../lib/supervisor/supervisor.ts";
import { isWorkerProcess } from "../../lib/channel/channel.ts";

const BEAT_MS = 200;

class FakeWorker {
  readonly #channel: Channel<ToSupervisor>;
  #listeners: Listener[] = [];
  #connections = 0;
  #isDraining = false;

  constructor() {
    this.#channel = openSupervisorChannel({
      received: (message) => this.#obey(message),
      closed: () => process.exit(0),
    });
  }

  #obey(message: ToWorker): void {
    switch (message.type) {
      case "start":
        return void this.#start(message);
      case "drain":
        for (const listener of this.#listeners) listener.stop();
        this.#isDraining = true;
        return this.#leaveWhenIdle();
      case "stop":
        return process.exit(0);
      case "scale":
        return say(`worker ${process.pid} runs ${message.appProcesses} app processes`);
      case "reopen":
        return say(`worker ${process.pid} reopens`);
      default:
        message satisfies never;
    }
  }

  #closed(): void {
    this.#connections--;
    if (this.#isDraining) this.#leaveWhenIdle();
  }

  #leaveWhenIdle(): void {
    if (this.#connections > 0) return;
    void this.#channel.send({ type: "drained" }).then(() => process.exit(0));
  }

  async #start({ config, listeners, slot, generation }: ToWorker & { type: "start" }) {
    const behavior = readFileSync(config.app ?? "", "utf8").trim();
    if (behavior === "fail") {
      await this.#channel.send({ type: "failed", exitCode: EXIT.appLoad, reason: "No such app" });
      return process.exit(EXIT.appLoad);
    }
    if (behavior === "die") return process.exit(9);
    this.#listeners = listeners.map(({ fd }) =>
      runtime.listen(fd, config.backlog, (socket) => {
        this.#connections++;
        socket.write(`${process.pid} ${slot} ${generation}`);
        socket.end();
        return { received() {}, drained() {}, ended() {}, closed: () => this.#closed() };
      })
    );
    await this.#channel.send({ type: "ready" });
    if (behavior === "hang") return;
    setInterval(() => {
      void this.#channel.send({ type: "beat", connections: 0, requests: 0 });
    }, BEAT_MS);
  }
}

const log: Log = {
  debug: (message) => say(`debug ${message}`),
  info: (message) => say(`info ${message}`),
  warning: (message) => say(`warning ${message}`),
  error: (message) => say(`error ${message}`),
  critical: (message) => say(`critical ${message}`),
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function supervise(): Promise<number> {
  const read = async () => {
    const { config } = await loadConfig({
      args: process.argv.slice(2),
      env: {},
      cwd: process.cwd(),
    });
    return config;
  };
  return await runSupervisor({
    config: await read(),
    log,
    reload: read,
    isPython: (config) => config.interface === "wsgi",
    workerEnv: () => ({ FAKE: "1" }),
    reopenLogs() {
      if (existsSync("no-log")) throw new ConfigError("Cannot open the log");
      say("supervisor reopens");
    },
  });
}

if (isWorkerProcess()) {
  new FakeWorker();
} else {
  try {
    process.exit(await supervise());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(`fatal ${error.message}`);
    process.exit(error.exitCode);
  }
}
