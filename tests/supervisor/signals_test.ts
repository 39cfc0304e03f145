import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { listenForSignals, signalsTable } from "../../lib/supervisor/signals.ts";

test("listenForSignals() says what a signal asks for, until it is told to stop", async () => {
  const received = Promise.withResolvers<unknown>();
  const ignore = listenForSignals((signal, request) => received.resolve({ signal, request }));
  // A listener for signals alone does not keep Deno's event loop alive.
  const alive = setInterval(() => {}, 1000);
  process.kill(process.pid, "SIGTTIN");
  assert.deepEqual(await received.promise, {
    signal: "SIGTTIN",
    request: { type: "resize", delta: 1 },
  });
  clearInterval(alive);
  ignore();
  assert.equal(process.listenerCount("SIGTTIN"), 0);
});

test("signalsTable() has a row for each signal", () => {
  const names = signalsTable().split("\n").slice(2).map((row) => /`(\w+)`/.exec(row)?.[1]);
  assert.deepEqual(names, ["TERM", "INT", "QUIT", "HUP", "TTIN", "TTOU", "USR1", "USR2"]);
});
