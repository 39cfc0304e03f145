import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log } from "../../lib/log.ts";
import { closeApp } from "../../workers/close_app.ts";

function logTo(lines: string[]): Log {
  const add = (message: string): number => lines.push(message);
  return { debug() {}, info: add, warning: add, error: add, critical: add };
}

const closes: [name: string, close: () => Promise<void>, logged: RegExp][] = [
  ["an app that closes is not mentioned", () => Promise.resolve(), /^$/],
  ["an app that never closes is left", () => new Promise(() => {}), /did not close within 20 ms/],
  ["an app that fails is logged", () => Promise.reject(new Error("boom")), /failed.*boom/s],
];
for (const [name, close, logged] of closes) {
  test(`closeApp(): ${name}`, async () => {
    const lines: string[] = [];
    await closeApp({ handle() {}, close }, 20, logTo(lines));
    assert.match(lines.join("\n"), logged);
  });
}
