import { AppLoadError } from "../lib/errors.ts";
import type { App } from "../lib/http/exchange.ts";
import type { Log } from "../lib/log.ts";
import { FetchApp, type FetchHandler } from "./fetch/fetch_app.ts";
import { NodeApp, type NodeHandler } from "./node/node_app.ts";
import { logStrayErrors } from "./stray_errors.ts";

/** How an export takes requests; `auto` looks at it. */
export type ScriptInterface = "auto" | "fetch" | "node";

export interface OpenExportOptions {
  /** What the app is called in messages. */
  readonly name: string;
  readonly interface: ScriptInterface;
  readonly log: Log;
}

/** Members by which frameworks are told apart. */
interface AppShape {
  fetch?: unknown;
  callback?: unknown;
  ready?: unknown;
  routing?: unknown;
  close?: unknown;
  handle?: unknown;
  listen?: unknown;
}

/** What an export turned out to be. */
type Recognized =
  | { readonly kind: "fetch"; readonly handler: FetchHandler }
  | { readonly kind: "node"; readonly handler: NodeHandler; readonly close?: () => Promise<void> };

/**
 * Makes an app of what a script exports.
 *
 * @throws {AppLoadError} If it is no app.
 */
export async function openExport(exported: unknown, options: OpenExportOptions): Promise<App> {
  const app = await recognize(await exported, options.interface);
  if (app === null) {
    const wanted = options.interface === "node" ? "a (req, res) handler" : "an app";
    throw new AppLoadError(
      `Cannot load the app "${options.name}": the export is ${
        describe(exported)
      }, and should be ${wanted}: ` +
        "an object with fetch(), a function, or an app of Express, Koa or Fastify",
    );
  }
  const { log } = options;
  logStrayErrors(log);
  if (app.kind === "fetch") return new FetchApp(app.handler, { log });
  return new NodeApp(app.handler, app.close === undefined ? { log } : { log, close: app.close });
}

async function recognize(
  exported: unknown,
  wanted: ScriptInterface,
): Promise<Recognized | null> {
  if ((typeof exported !== "object" && typeof exported !== "function") || exported === null) {
    return null;
  }
  // Any object may be asked for these members; each is checked before use.
  const app = exported as AppShape;
  if (wanted !== "node" && typeof app.fetch === "function") {
    return { kind: "fetch", handler: app.fetch.bind(app) };
  }
  if (wanted !== "fetch") {
    const node = await recognizeNode(app, wanted);
    if (node !== null) return node;
  }
  if (typeof exported !== "function" || wanted === "node") return null;
  // A function is taken at its word; what it returns is checked for each request.
  return { kind: "fetch", handler: exported as FetchHandler };
}

/** The casts below say of a member what its framework documents of it. */
async function recognizeNode(
  app: AppShape,
  wanted: ScriptInterface,
): Promise<Recognized | null> {
  if (typeof app.callback === "function") {
    return { kind: "node", handler: app.callback() as NodeHandler }; // Koa
  }
  if (typeof app.ready === "function" && typeof app.routing === "function") { // Fastify
    await app.ready();
    const close = typeof app.close === "function" ? app.close.bind(app) : undefined;
    return { kind: "node", handler: app.routing as NodeHandler, ...(close && { close }) };
  }
  const isExpress = typeof app.handle === "function" && typeof app.listen === "function";
  if (typeof app !== "function") return null;
  const isListener = (app as NodeHandler).length >= 2;
  return isExpress || isListener || wanted === "node"
    ? { kind: "node", handler: app as NodeHandler }
    : null;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const names = Object.keys(value).slice(0, 8).join(", ");
  return names === "" ? "an object without members" : `an object with ${names}`;
}
