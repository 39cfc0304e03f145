/** A program that embeds the server, in the three ways to run it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { withinDeadline } from "../on_each_runtime.ts";
import { assertGone, startCommand } from "../server.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { until } from "../until.ts";
import { compile } from "../toolchain/build.ts";
import { BUN, denoPath } from "../toolchain/paths.ts";

const PROGRAM = "tests/apps/embedding.ts";

test("a program with serve() runs under deno run", () => {
  return assertServes([denoPath(), "run", "-A", PROGRAM]);
});

test("a program with serve() runs under bun run", () => {
  return assertServes([BUN, "run", PROGRAM]);
});

test("a program with serve() runs compiled by bun build --compile", async () => {
  using folder = new TemporaryFolder();
  const executable = join(folder.path, "program");
  await compile(PROGRAM, executable);
  await assertServes([executable]);
});

async function assertServes(command: [string, ...string[]]): Promise<void> {
  const server = await startCommand(command);
  try {
    const seen = new Set<string>();
    await until("both workers answer", async () => {
      const response = await fetch(server.url, { headers: { connection: "close" } });
      seen.add(await response.text());
      return seen.size === 2;
    });
    for (const text of seen) assert.match(text, /^embedded in \d+\n$/);
    server.signal("SIGTERM");
    assert.equal((await server.exit).code, 0);
    await withinDeadline(assertGone(server), 10_000);
  } catch (error) {
    throw new Error(`${error}\n--- log of the server\n${server.log.tail()}`);
  } finally {
    await server.kill();
  }
}
