import process from "node:process";
import { test } from "node:test";
import {
  assertGone,
  type RuntimeName,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";

/** Starts a server on the runtime of the test; it is stopped at the test's end. */
export type Start = (options?: Omit<ServerOptions, "runtime">) => Promise<Server>;

export interface EachRuntimeOptions {
  /** Why the test cannot be run here. */
  skip?: string | false;
  /** The test fails when it takes longer. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;

/** Runtimes under test; `MONOCEROS_TEST_RUNTIME=bun` narrows them to one. */
export const RUNTIMES = (["bun", "deno"] as const).filter((name) =>
  [undefined, "", name].includes(process.env["MONOCEROS_TEST_RUNTIME"])
);

/**
 * Declares a test twice: against the compiled executable, and against `deno run`.
 *
 * When the body fails, the logs of its servers are part of the message. At the end all servers are stopped, and
 * processes left behind are a failure.
 */
export function onEachRuntime(
  name: string,
  body: (start: Start, runtime: RuntimeName) => Promise<void>,
  options: EachRuntimeOptions = {},
): void {
  for (const runtime of RUNTIMES) {
    test(`${name} (${runtime})`, { skip: options.skip ?? false }, async () => {
      const servers: Server[] = [];
      const start: Start = async (rest = {}) => {
        const server = await startServer({ ...rest, runtime });
        servers.push(server);
        return server;
      };
      try {
        await withinDeadline(body(start, runtime), options.timeoutMs ?? TIMEOUT_MS);
        for (const server of servers) {
          server.signal("SIGQUIT");
          await withinDeadline(assertGone(server), TIMEOUT_MS);
        }
      } catch (error) {
        throw withLogs(error, servers);
      } finally {
        await Promise.all(servers.map((server) => server.kill()));
      }
    });
  }
}

/** @throws {Error} If the promise is not settled in time. */
export async function withinDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not done within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function withLogs(error: unknown, servers: Server[]): Error {
  const logs = servers.map((server) => `--- log of server ${server.pid}\n${server.log.tail()}`);
  const stack = error instanceof Error ? error.stack ?? error.message : String(error);
  const result = new Error(error instanceof Error ? error.message : String(error));
  result.stack = [stack, ...logs].join("\n");
  return result;
}
