import { resolve } from "node:path";
import type { Config } from "./config.ts";
import { describeSource, type Sources, valueError } from "./source.ts";

interface Settled {
  config: Config;
  sources: Sources;
}

/**
 * Applies what follows from several settings at once: refuses those that contradict each other, and makes paths
 * absolute that are used by several processes.
 *
 * @param cwd Folder that relative paths begin in.
 * @throws {ConfigError} If two settings contradict each other.
 */
export function settleTogether(settled: Settled, cwd: string): Settled {
  const { config, sources } = settled;
  refuseRepeatedAddress(settled);
  return {
    config: {
      ...config,
      chdir: resolve(cwd, config.chdir),
      config: config.config === null ? null : resolve(cwd, config.config.replace(/^file:/, "")),
      // Workers open them after they have changed to `chdir`, and open them again when they were rotated.
      errorlog: resolveLog(cwd, config.errorlog),
      accesslog: config.accesslog === null ? null : resolveLog(cwd, config.accesslog),
      pidfile: config.pidfile === null ? null : resolve(cwd, config.pidfile),
      interface: settleInterface(settled),
      workerClass: settleWorkerClass(config),
    },
    sources,
  };
}

/** `-` is a standard stream. */
function resolveLog(cwd: string, path: string): string {
  return path === "-" ? path : resolve(cwd, path);
}

function refuseRepeatedAddress({ config, sources }: Settled): void {
  // Port 0 is another port each time.
  const fixed = config.bind.filter((address) => !address.endsWith(":0"));
  const repeated = fixed.find((address, index) => fixed.indexOf(address) !== index);
  if (repeated === undefined) return;
  throw valueError("bind", config.bind, sources.bind, `${repeated} is there twice`);
}

/** The class `asgi` says that the app is one; the classes for WSGI do not, and are ignored by TypeScript apps. */
function settleInterface({ config, sources }: Settled): Config["interface"] {
  const { workerClass } = config;
  if (workerClass === "auto") return config.interface;
  const expected = workerClass === "asgi" ? "asgi" : "wsgi";
  const isPython = config.interface === "asgi" || config.interface === "wsgi";
  if (isPython && config.interface !== expected) {
    const other = `interface is ${config.interface} (${describeSource(sources.interface)})`;
    const reason = `it serves ${expected.toUpperCase()} apps, but ${other}`;
    throw valueError("worker_class", workerClass, sources.workerClass, reason);
  }
  return workerClass === "asgi" && config.interface === "auto" ? "asgi" : config.interface;
}

/** Several threads make gunicorn's `sync` its `gthread`. */
function settleWorkerClass(config: Config): Config["workerClass"] {
  return config.workerClass === "sync" && config.threads > 1 ? "gthread" : config.workerClass;
}
