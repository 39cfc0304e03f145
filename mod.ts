/**
 * Monoceros in a program of your own: `serve()` makes it a pre-fork server.
 *
 * @example
 * ```ts ignore
 * import { serve } from "monoceros";
 *
 * await serve(() => new Response("Hello, World!"), { bind: ["127.0.0.1:8000"], workers: 2 });
 * ```
 *
 * @module
 */
import process from "node:process";
import { isWorkerProcess } from "./lib/channel/channel.ts";
import type { Config } from "./lib/config/config.ts";
import { configOf } from "./lib/config/load.ts";
import { createLog } from "./lib/log.ts";
import { runSupervisor } from "./lib/supervisor/supervisor.ts";
import { embedApp, type ScriptApp } from "./workers/embed_app.ts";
import { runWorker } from "./workers/worker.ts";

export type { Config } from "./lib/config/config.ts";
export { ConfigError } from "./lib/errors.ts";
export type { ScriptApp } from "./workers/embed_app.ts";

/** Settings of a program that embeds Monoceros, under the names of `--help` in camel case. */
export type ServeOptions = Partial<Omit<Config, "app" | "config" | "checkConfig" | "printConfig">>;

/**
 * Serves an app until the process is told to stop (SIGTERM, SIGINT).
 *
 * The program is started again for each worker, and runs up to this call in each of them: what comes before it is
 * done once in every process, what comes after it only in the first one, once the server has stopped.
 *
 * @param app A fetch handler, an object with a `fetch` method (Hono, Elysia), or a Node-style handler (Express, Koa,
 * Fastify).
 * @returns The exit code that the server would have ended with, 0 if all went well.
 * @throws {ConfigError} If a setting is wrong or an address cannot be bound.
 */
export async function serve(app: ScriptApp, options: ServeOptions = {}): Promise<number> {
  // A worker is nothing but a worker: it must not go on with what the program does after serving.
  if (isWorkerProcess()) process.exit(await runWorker((_, log) => embedApp(app, log)));
  const config = configOf(options, process.cwd());
  const log = createLog({ level: config.loglevel, file: config.errorlog, json: config.logJson });
  return await runSupervisor({ config, log, reload: () => Promise.resolve(config) });
}
