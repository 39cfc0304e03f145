import type { Config } from "../lib/config/config.ts";

/** What an app is loaded by: `script` runs in the worker, `python` in app processes. */
export type AppKind = "script" | "python";

const SCRIPT = /\.[cm]?[jt]sx?$/;

/**
 * Tells the kind of an app by how it is named: a path with a script's extension, with or without `#export`, is a script,
 * `module:attribute` is Python. `--interface` decides where it is given.
 */
export function appKind(config: Pick<Config, "app" | "interface">): AppKind {
  switch (config.interface) {
    case "fetch":
    case "node":
      return "script";
    case "wsgi":
    case "asgi":
      return "python";
    case "auto":
      return isScript(config.app ?? "") ? "script" : "python";
    default:
      return config.interface satisfies never;
  }
}

function isScript(app: string): boolean {
  const path = app.split("#", 1)[0]!;
  return SCRIPT.test(path) || path.includes("/");
}
