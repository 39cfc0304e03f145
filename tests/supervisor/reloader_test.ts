import assert from "node:assert/strict";
import { test } from "node:test";
import { Reloader } from "../../lib/supervisor/reloader.ts";
import type { ReloadResult } from "../../lib/supervisor/reloader.ts";

function prepare() {
  const readings: PromiseWithResolvers<number>[] = [];
  const results = Promise.withResolvers<ReloadResult<number>>();
  const reloader = new Reloader<number>(() => {
    const reading = Promise.withResolvers<number>();
    readings.push(reading);
    return reading.promise;
  }, results.resolve);
  return { reloader, readings, result: results.promise };
}

test("requests that come while settings are read ask for one more time together", async () => {
  const { reloader, readings, result } = prepare();
  reloader.request();
  reloader.request();
  reloader.request();
  assert.equal(readings.length, 1);
  readings[0]?.resolve(7);
  assert.deepEqual(await result, { config: 7 });
  reloader.finish();
  assert.equal(readings.length, 2);
  assert.ok(reloader.isRunning);
  reloader.finish();
  assert.equal(readings.length, 2);
  assert.ok(!reloader.isRunning);
});

test("an error is a result like others", async () => {
  const { reloader, readings, result } = prepare();
  reloader.request();
  const error = new Error("unreadable");
  readings[0]?.reject(error);
  assert.deepEqual(await result, { error });
});
