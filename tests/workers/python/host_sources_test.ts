import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { HOST_MODULES } from "../../../workers/python/host_sources.ts";

test("every module of the host is embedded", () => {
  const folder = new URL("../../../workers/python/host/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".py"));
  const modules = files.map((name) => `monoceros_host.${name.slice(0, -3)}`);
  const expected = modules.filter((name) => name !== "monoceros_host.bootstrap");
  assert.deepEqual(Object.keys(HOST_MODULES).sort(), expected.sort());
});
