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
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Config } from "./lib/config/config.ts";
import { configOf } from "./lib/config/load.ts";
import { createLog } from "./lib/log.ts";
import { runSupervisor } from "./lib/supervisor/supervisor.ts";
import { replaceGlobals } from "./workers/fetch/replaced_globals.ts";
import type { RequestInfo } from "./workers/fetch/request_info.ts";
import { checkHttpSettings } from "./workers/http_settings.ts";
import { openExport } from "./workers/open_export.ts";
import { runWorker } from "./workers/worker.ts";

export type { Config } from "./lib/config/config.ts";
export { ConfigError } from "./lib/errors.ts";
export type { RequestInfo } from "./workers/fetch/request_info.ts";

/** Takes a request of the web standard. */
export type FetchHandler = (
  request: Request,
  info: RequestInfo,
) => Response | PromiseLike<Response>;

/** Takes a request as Node's `http` module has it. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An app: a handler, or what holds one (Hono, Elysia, Express, Koa, Fastify). */
export type ScriptApp =
  | FetchHandler
  | NodeHandler
  | { fetch: FetchHandler }
  | { callback(): NodeHandler }
  | { ready(): PromiseLike<unknown>; routing: NodeHandler };

/** Settings of a program that embeds Monoceros, under the names of `--help` in camel case. */
export type ServeOptions = Partial<Omit<Config, "app" | "config" | "checkConfig" | "printConfig">>;

/**
 * Serves an app until the process is told to stop (SIGTERM, SIGINT).
 *
 * The program is started again for each worker, and runs up to this call in each of them: what comes before it is
 * done once in every process, what comes after it only in the first one, once the server has stopped.
 *
 * @param app Made anew in each worker.
 * @returns The exit code that the server would have ended with, 0 if all went well.
 * @throws {ConfigError} If a setting is wrong or an address cannot be bound.
 */
export async function serve(app: ScriptApp, options: ServeOptions = {}): Promise<number> {
  // A worker is nothing but a worker: it must not go on with what the program does after serving.
  if (isWorkerProcess()) {
    replaceGlobals();
    process.exit(
      await runWorker((log) => openExport(app, { name: "app", interface: "auto", log })),
    );
  }
  const config = configOf(options, process.cwd());
  checkHttpSettings(config);
  const log = createLog({ level: config.loglevel, file: config.errorlog, json: config.logJson });
  return await runSupervisor({
    config,
    log,
    reload: () => Promise.resolve(config),
    isPython: () => false,
    reopenLogs: () => log.reopen(),
  });
}
