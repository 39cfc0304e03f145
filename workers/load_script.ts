import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { nearestName } from "../lib/config/nearest.ts";
import { AppLoadError } from "../lib/errors.ts";
import type { App } from "../lib/http/exchange.ts";
import type { Log } from "../lib/log.ts";
import { replaceGlobals } from "./fetch/replaced_globals.ts";
import { explainImportError } from "./import_error.ts";
import { openExport, type ScriptInterface } from "./open_export.ts";

export interface ScriptAppOptions {
  /** Path of a script, optionally with `#export`: `app.ts`, `src/server.mjs#api`. */
  readonly spec: string;
  /** Where a relative path starts; default: the current folder. */
  readonly chdir?: string;
  /** Default: found out from the export. */
  readonly interface?: ScriptInterface | (string & Record<never, never>);
  readonly log: Log;
}

/**
 * Loads an app written in TypeScript or JavaScript into this process.
 *
 * @throws {AppLoadError} If there is no such file or export, or it is no app (`EXIT.appLoad`); if the app's own code cannot be
 * compiled or throws while it is loaded (`EXIT.workerBoot`).
 */
export async function loadScriptApp(options: ScriptAppOptions): Promise<App> {
  const { path, exportName } = splitSpec(options.spec);
  const file = resolve(options.chdir ?? process.cwd(), path);
  checkFile(file, options.spec);
  // Before the import: the app may make responses at its top level.
  replaceGlobals();
  const exported = pickExport(await importScript(file, options.spec), exportName, options.spec);
  return await openExport(exported, {
    name: options.spec,
    interface: isScriptInterface(options.interface) ? options.interface : "auto",
    log: options.log,
  });
}

function splitSpec(spec: string): { path: string; exportName: string | null } {
  const hash = spec.lastIndexOf("#");
  if (hash === -1 || existsSync(spec)) return { path: spec, exportName: null };
  return { path: spec.slice(0, hash), exportName: spec.slice(hash + 1) };
}

function checkFile(file: string, spec: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile()) return;
  if (stats !== undefined) {
    throw new AppLoadError(`Cannot load the app "${spec}": ${file} is not a file`);
  }
  const folder = dirname(file);
  if (!existsSync(folder)) {
    throw new AppLoadError(`Cannot load the app "${spec}": there is no folder ${folder}`);
  }
  const nearest = nearestName(basename(file), readdirSync(folder));
  const advice = nearest === null ? "" : `; the nearest name there is ${nearest}`;
  throw new AppLoadError(`Cannot load the app "${spec}": there is no file ${file}${advice}`);
}

async function importScript(file: string, spec: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw explainImportError(error, spec);
  }
}

function pickExport(
  module: Record<string, unknown>,
  exportName: string | null,
  spec: string,
): unknown {
  const name = exportName ?? "default";
  if (name in module) return module[name];
  const names = Object.keys(module);
  const nearest = exportName === null ? null : nearestName(name, names);
  throw new AppLoadError(
    `Cannot load the app "${spec}": it has no ${
      exportName === null ? "default export" : `export "${name}"`
    }, and ` +
      (names.length === 0 ? "exports nothing" : `exports ${names.join(", ")}`) +
      (nearest === null ? "" : `; the nearest one is ${nearest}`),
  );
}

function isScriptInterface(name: string | undefined): name is ScriptInterface {
  return name === "auto" || name === "fetch" || name === "node";
}
