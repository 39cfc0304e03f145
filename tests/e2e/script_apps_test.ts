/** Every kind of TypeScript and JavaScript app answers the same requests in the same way. */
import assert from "node:assert/strict";
import type { DeclareTest } from "../shared_server.ts";
import { withSharedServer } from "../shared_server.ts";
import type { Server } from "../server.ts";
import { unlessPackages } from "../available.ts";
import { onEachRuntime } from "../on_each_runtime.ts";
import { RawClient } from "../raw_client.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

/** Express and Koa come without types: their apps are JavaScript. */
const APPS = ["fetch.ts", "hono.ts", "elysia.ts", "express.js", "koa.js", "fastify.ts"];

for (const file of APPS) {
  const options = { app: `tests/apps/${file}`, args: ["--workers", "2"] };
  const [name = ""] = file.split(".");
  const skip = name === "fetch" ? false : unlessPackages(name);
  withSharedServer(`${name} app`, options, declareTests, skip);
}

const STRAYING_APP = `export default (request) => {
  if (request.url.endsWith("/promise")) void Promise.reject(new Error("strayed"));
  if (request.url.endsWith("/timer")) setTimeout(() => { throw new Error("timed") });
  return new Response(String(process.pid));
};`;

onEachRuntime(
  "what an app throws outside of its requests is logged, its worker goes on",
  async (start) => {
    using folder = new TemporaryFolder({
      "app.mjs": `import process from "node:process";\n${STRAYING_APP}`,
    });
    const { url, log } = await start({ app: `${folder.path}/app.mjs` });
    const pid = await (await fetch(url)).text();
    await (await fetch(`${url}/promise`)).text();
    await log.waitFor(
      /ERROR\] The app has left the failure of a promise unhandled: Error: strayed/,
    );
    await (await fetch(`${url}/timer`)).text();
    await log.waitFor(/ERROR\] The app has thrown outside of a request: Error: timed/);
    assert.equal(await (await fetch(url)).text(), pid);
  },
);

function declareTests(test: DeclareTest): void {
  test("answers with JSON and a parameter of the path", async ({ url }) => {
    const response = await fetch(`${url}/hello/world`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    assert.deepEqual(await response.json(), { hello: "world" });
  });

  test("reads a JSON body", async ({ url }) => {
    const body = JSON.stringify({ text: "käse ✓", list: [1, 2, 3] });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/echo`, { method: "POST", headers, body });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), JSON.parse(body));
  });

  test("reads a body of 5 MB", async ({ url }) => {
    const body = new Uint8Array(5_000_000).fill(7);
    const headers = { "content-type": "application/octet-stream" };
    const response = await fetch(`${url}/upload`, { method: "POST", headers, body });
    const { length } = await response.json();
    assert.equal(length, body.length);
  });

  test("streams a response", async ({ url }) => {
    const response = await fetch(`${url}/stream`);
    assert.equal(await response.text(), "one\ntwo\nthree\n");
  });

  test("redirects", async ({ url }) => {
    const response = await fetch(`${url}/redirect`, { redirect: "manual" });
    await response.body?.cancel();
    assert.equal(response.status, 302);
    assert.match(response.headers.get("location") ?? "", /\/hello\/you$/);
  });

  test("sets two cookies as two fields", async ({ url }) => {
    const response = await fetch(`${url}/cookies`);
    assert.equal(await response.text(), "two");
    assert.deepEqual(cookieNames(response), ["a", "b"]);
  });

  test("answers HEAD without a body", async ({ port }) => {
    const client = await RawClient.connect(port);
    client.send(
      "HEAD /hello/world HTTP/1.1\r\nHost: a\r\n\r\nGET /hello/next HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    // Elysia knows no HEAD, and forgets its routes for one request: what counts is that the next response is whole.
    const head = await client.readResponse("HEAD");
    assert.ok([200, 404].includes(head.status), `status ${head.status}`);
    const next = await client.readResponse();
    assert.ok([200, 404].includes(next.status), `status ${next.status}`);
    assert.equal(next.body.length, Number(next.fields["content-length"]));
    client.close();
  });

  test("answers 404 for an unknown path", async ({ url }) => {
    const response = await fetch(`${url}/missing`);
    await response.body?.cancel();
    assert.equal(response.status, 404);
  });

  test("answers 500 when the app throws, and goes on", async ({ url }) => {
    const response = await fetch(`${url}/fail`);
    await response.body?.cancel();
    assert.equal(response.status, 500);
    await assertServes(url);
  });

  test("answers 200 requests at the same time", async (server) => {
    await Promise.all(Array.from({ length: 200 }, () => assertServes(server.url)));
  });
}

async function assertServes(url: Server["url"]): Promise<void> {
  const response = await fetch(`${url}/hello/again`);
  assert.deepEqual(await response.json(), { hello: "again" });
}

function cookieNames(response: Response): (string | undefined)[] {
  return response.headers.getSetCookie().map((cookie) => cookie.split("=")[0]).sort();
}
