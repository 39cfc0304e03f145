import { after, describe, it } from "node:test";
import { RUNTIMES, withinDeadline } from "./on_each_runtime.ts";
import {
  assertGone,
  type RuntimeName,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";

/** Declares a test that uses the group's server. */
export type DeclareTest = (
  name: string,
  body: (server: Server, runtime: RuntimeName) => Promise<void>,
) => void;

const TEST_MS = 30_000;

/**
 * Declares tests that share one server, once per runtime: for tests that leave the server as it was.
 *
 * @param group Name of the tests' group.
 * @param skip Why the tests cannot be run here.
 */
export function withSharedServer(
  group: string,
  options: Omit<ServerOptions, "runtime">,
  declare: (test: DeclareTest) => void,
  skip: string | false = false,
): void {
  for (const runtime of RUNTIMES) {
    describe(`${group} (${runtime})`, () => {
      let starting: Promise<Server> | undefined;
      declare((name, body) => {
        it(name, { skip }, async () => {
          starting ??= startServer({ ...options, runtime });
          const server = await starting;
          const from = server.log.lines.length;
          try {
            await withinDeadline(body(server, runtime), TEST_MS);
          } catch (error) {
            throw withLog(error, server.log.lines.slice(from));
          }
        });
      });
      after(async () => {
        const server = await starting?.catch(() => undefined);
        if (server === undefined) return;
        server.signal("SIGQUIT");
        await withinDeadline(assertGone(server), TEST_MS).finally(() => server.kill());
      });
    });
  }
}

function withLog(error: unknown, lines: string[]): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  cause.stack = [cause.stack, "--- log of the server during this test", ...lines].join("\n");
  return cause;
}
