import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { AppLoadError, EXIT } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import { loadScriptApp } from "../../workers/load_script.ts";
import { FakeBody, FakeExchange, type FakeRequest } from "./fake_exchange.ts";

const skip = () => {};
const log: Log = { debug: skip, info: skip, warning: skip, error: skip, critical: skip };
const APPS = fileURLToPath(new URL("../apps", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "monoceros-apps-"));
after(() => rmSync(folder, { recursive: true }));

/** Loads a script of this text. */
function load(name: string, text: string, options: { export?: string; interface?: string } = {}) {
  writeFileSync(join(folder, name), text);
  const spec = options.export === undefined ? name : `${name}#${options.export}`;
  return loadScriptApp({ spec, chdir: folder, interface: options.interface ?? "auto", log });
}

const FETCH = '() => new Response("fetch")';
const NODE = '(_request, response) => void response.end("node")';

/** Name, text, what answers. */
const APPS_OF_A_LINE: [string, string, string, { export?: string; interface?: string }?][] = [
  ["an object with fetch", `export default { fetch: ${FETCH} };`, "fetch"],
  [
    "a method that uses this",
    'export default { word: "this", fetch() { return new Response(this.word); } };',
    "this",
  ],
  [
    "a class instance",
    'class A { #w = "class"; fetch() { return new Response(this.#w); } } export default new A();',
    "class",
  ],
  ["a function", `export default ${FETCH};`, "fetch"],
  ["a promise of an app", `export default Promise.resolve({ fetch: ${FETCH} });`, "fetch"],
  ["a named export", `export const app = { fetch: ${FETCH} };`, "fetch", { export: "app" }],
  ["a listener", `export default ${NODE};`, "node"],
  [
    "a listener with one parameter in name",
    'export default (...all) => void all[1].end("node");',
    "node",
    { interface: "node" },
  ],
  [
    "a function of two by force",
    "export default (_r, info) => new Response(info.requestIP().address);",
    "192.0.2.7",
    { interface: "fetch" },
  ],
  ["CommonJS", `module.exports = ${NODE};`, "node"],
  [
    "a top-level await",
    `const text = await Promise.resolve("late"); export default { fetch: () => new Response(text) };`,
    "late",
  ],
];

for (const [index, [name, text, answer, options]] of APPS_OF_A_LINE.entries()) {
  test(`loadScriptApp() takes ${name}`, async () => {
    const app = await load(`ok${index}.${name === "CommonJS" ? "cjs" : "mjs"}`, text, options);
    const exchange = new FakeExchange();
    app.handle(exchange);
    await exchange.over;
    assert.equal(exchange.text, answer);
  });
}

const WRONG: [string, string, number, RegExp, { export?: string; interface?: string }?][] = [
  [
    "no default export",
    "export const api = 1, web = 2;",
    EXIT.appLoad,
    /no default export, and exports api, web/,
  ],
  [
    "no such export",
    "export const server = 1;",
    EXIT.appLoad,
    /no export "serve", .*the nearest one is server/,
    {
      export: "serve",
    },
  ],
  ["nothing exported", "globalThis.x = 1;", EXIT.appLoad, /exports nothing/],
  ["a number", "export default 5;", EXIT.appLoad, /the export is a number/],
  [
    "an object without fetch",
    "export default { port: 1 };",
    EXIT.appLoad,
    /an object with port, and should be an app/,
  ],
  [
    "a fetch app as node",
    "export default { fetch() {} };",
    EXIT.appLoad,
    /should be a \(req, res\) handler/,
    {
      interface: "node",
    },
  ],
  [
    "a syntax error",
    "const a = 1;\nexport default { fetch( { return } }\n",
    EXIT.workerBoot,
    /\.ts:2:\d+: Expected .*\n.*fetch\( \{ return/,
  ],
  [
    "a missing package",
    'import "no-such-package-here";',
    EXIT.workerBoot,
    /package "no-such-package-here", imported by .*\.ts/,
  ],
  [
    "a missing file",
    'import "./no_such.ts";',
    EXIT.workerBoot,
    /there is no file .*no_such\.ts, imported by .*\.ts/,
  ],
  [
    "a missing import",
    'import { nope } from "node:fs";\nexport default nope;',
    EXIT.workerBoot,
    /nope/,
  ],
  [
    "an error",
    'function connect() { throw new Error("no database"); }\nconnect();',
    EXIT.workerBoot,
    /: Error: no database\n\s+at connect \(\/.*\.ts:1:\d+\)/,
  ],
  ["a thrown text", 'throw "text";', EXIT.workerBoot, /it throws 'text'/],
];

for (const [index, [name, text, exitCode, pattern, options]] of WRONG.entries()) {
  test(`loadScriptApp() explains ${name}`, async () => {
    await assert.rejects(load(`wrong${index}.ts`, text, options), (error) => {
      assert.ok(error instanceof AppLoadError);
      assert.match(error.message, /^Cannot load the app "wrong/);
      assert.match(error.message, pattern);
      assert.equal(error.exitCode, exitCode);
      assert.doesNotMatch(error.message, /load_script|node:internal|\[0m/);
      return true;
    });
  });
}

test("loadScriptApp() names the nearest file when there is none", async () => {
  await assert.rejects(loadScriptApp({ spec: "elysa.ts", chdir: APPS, log }), (error) => {
    assert.ok(error instanceof AppLoadError);
    assert.match(
      error.message,
      /there is no file .*elysa\.ts; the nearest name there is elysia\.ts/,
    );
    assert.equal(error.exitCode, EXIT.appLoad);
    return true;
  });
});

test("loadScriptApp() says when there is no folder, or it is one", async () => {
  await assert.rejects(
    loadScriptApp({ spec: "no/app.ts", chdir: APPS, log }),
    /there is no folder/,
  );
  await assert.rejects(loadScriptApp({ spec: ".", chdir: APPS, log }), /is not a file/);
});

async function ask(framework: string, request: FakeRequest): Promise<FakeExchange> {
  const app = await loadScriptApp({ spec: framework, chdir: APPS, log });
  const exchange = new FakeExchange(request);
  app.handle(exchange);
  await exchange.over;
  return exchange;
}

for (const framework of ["hono.ts", "elysia.ts", "express.js", "koa.js", "fastify.ts"]) {
  test(`${framework} answers JSON`, async () => {
    const { status, text } = await ask(framework, { target: "/hello/you" });
    assert.deepEqual([status, JSON.parse(text)], [200, { hello: "you" }]);
  });

  test(`${framework} reads JSON`, async () => {
    const text = '{"a":[1,2,"é"]}';
    const length = String(new TextEncoder().encode(text).length);
    const fields: [string, string][] = [["content-type", "application/json"], [
      "content-length",
      length,
    ]];
    const answer = await ask(framework, {
      method: "POST",
      target: "/echo",
      fields,
      body: FakeBody.of(text),
    });
    assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, JSON.parse(text)]);
  });

  test(`${framework} redirects`, async () => {
    const { status, lines } = await ask(framework, { target: "/redirect" });
    assert.equal(status, 302);
    assert.ok(lines.includes("location: /hello/you"));
  });

  test(`${framework} sets two cookies`, async () => {
    const { lines } = await ask(framework, { target: "/cookies" });
    assert.equal(lines.filter((line) => line.startsWith("set-cookie: ")).length, 2);
  });

  test(`${framework} streams`, async () => {
    const { text, isWhole } = await ask(framework, { target: "/stream" });
    assert.deepEqual([text, isWhole], ["one\ntwo\nthree\n", false]);
  });

  test(`${framework} answers 500 for an error and 404 for the unknown`, async () => {
    assert.equal((await ask(framework, { target: "/fail" })).status, 500);
    assert.equal((await ask(framework, { target: "/unknown" })).status, 404);
  });
}
