/** WSGI and ASGI apps that need nothing but Python itself. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import process from "node:process";
import { unlessPython } from "../available.ts";
import { onEachRuntime } from "../on_each_runtime.ts";
import { RawClient } from "../raw_client.ts";
import { type DeclareTest, withSharedServer } from "../shared_server.ts";
import { until } from "../until.ts";

const CHDIR = ["--chdir", "tests/apps"];
const skip = unlessPython();

const wsgi = { app: "wsgi_app:app", args: [...CHDIR, "--workers", "2"] };
const asgi = { app: "asgi_app:app", args: [...CHDIR, "--workers", "2"] };

withSharedServer("WSGI app", wsgi, (test) => {
  declareCommonTests(test, "WSGI");

  test("has the environ of PEP 3333", async ({ port }) => {
    const client = await RawClient.connect(port);
    const fields = "Host: example.org\r\nX-Two: a\r\nX-Two: b\r\nCookie: a=1\r\nCookie: b=2\r\n";
    client.send(`GET /environ?a=%20b HTTP/1.1\r\n${fields}\r\n`);
    const environ = JSON.parse((await client.readResponse()).body.toString());
    client.close();
    const wanted: Record<string, string> = {
      REQUEST_METHOD: "GET",
      SCRIPT_NAME: "",
      PATH_INFO: "/environ",
      QUERY_STRING: "a=%20b",
      SERVER_PROTOCOL: "HTTP/1.1",
      REMOTE_ADDR: "127.0.0.1",
      SERVER_PORT: String(port),
      HTTP_HOST: "example.org",
      HTTP_X_TWO: "a,b",
      HTTP_COOKIE: "a=1; b=2",
      "wsgi.url_scheme": "http",
    };
    for (const [name, value] of Object.entries(wanted)) {
      assert.equal(environ[name]?.replace(/, /g, ","), value, name);
    }
  });
}, skip);

withSharedServer("ASGI app", asgi, (test) => {
  declareCommonTests(test, "ASGI");

  test("has the scope of the ASGI specification, and ran its lifespan first", async ({ port }) => {
    const client = await RawClient.connect(port);
    client.send("GET /scope?a=%20b HTTP/1.1\r\nHost: example.org\r\nX-Two: a\r\nX-Two: b\r\n\r\n");
    const scope = JSON.parse((await client.readResponse()).body.toString());
    client.close();
    const headers = [["host", "example.org"], ["x-two", "a"], ["x-two", "b"]];
    const wanted = { method: "GET", path: "/scope", query: "a=%20b", headers, started: true };
    assert.deepEqual(scope, wanted);
  });

  test("answers slow requests at the same time", async ({ url }) => {
    const started = performance.now();
    const texts = await Promise.all(
      Array.from({ length: 40 }, async () => await (await fetch(`${url}/slow?0.3`)).text()),
    );
    assert.equal(texts.filter((text) => text === "Hello from ASGI\n").length, 40);
    const seconds = (performance.now() - started) / 1000;
    assert.ok(seconds < 4, `${seconds} s: one after the other it would be 12 s`);
  });
}, skip);

onEachRuntime("ASGI lifespan.shutdown is sent when the server stops", async (start) => {
  const server = await start({ app: "asgi_app:app", args: CHDIR });
  server.signal("SIGTERM");
  await server.log.waitFor(/lifespan is over/);
}, { skip });

for (const app of ["wsgi_app:app", "asgi_app:app"]) {
  onEachRuntime(`a killed app process is replaced: ${app}`, async (start) => {
    const server = await start({ app, args: [...CHDIR, "--workers", "2"] });
    const ask = async () => {
      const response = await fetch(`${server.url}/pid`);
      const text = await response.text();
      return response.ok ? Number(text) : 0;
    };
    const victim = await ask();
    process.kill(victim, "SIGKILL");
    await server.log.waitFor(new RegExp(`${victim}.*SIGKILL|SIGKILL.*${victim}`));
    const seen = new Set<number>();
    await until("two other processes answer", async () => {
      const pid = await ask();
      if (pid !== 0 && pid !== victim) seen.add(pid);
      return seen.size === 2;
    });
  }, { skip });
}

onEachRuntime("--threads lets one app process answer several requests at a time", async (start) => {
  const args = [...CHDIR, "--workers", "1", "--threads", "4"];
  const server = await start({ app: "wsgi_app:app", args });
  const started = performance.now();
  const slow = () => fetch(`${server.url}/slow?0.5`).then((response) => response.text());
  await Promise.all([slow(), slow(), slow(), slow()]);
  const ms = performance.now() - started;
  assert.ok(ms < 1_500, `${ms} ms: one after the other it would be 2 000 ms`);
}, { skip });

onEachRuntime("a request that hangs is answered 504, its stack is logged", async (start) => {
  const args = [...CHDIR, "--workers", "1", "--timeout", "1"];
  const server = await start({ app: "wsgi_app:app", args });
  const response = await fetch(`${server.url}/slow?60`);
  await response.text();
  assert.equal(response.status, 504);
  await server.log.waitFor(/wsgi_app\.py", line \d+ in slow/);
  await until("the new process answers", async () => {
    const next = await fetch(`${server.url}/`);
    await next.text();
    return next.ok;
  });
}, { skip });

function declareCommonTests(test: DeclareTest, kind: string): void {
  test("answers", async ({ url }) => {
    assert.equal(await (await fetch(url)).text(), `Hello from ${kind}\n`);
  });

  test("reads a body of 5 MB whole and unchanged", async ({ url }) => {
    const body = Buffer.from(Array.from({ length: 1 << 16 }, (_, index) => index * 31 % 256));
    const large = Buffer.concat(Array.from({ length: 80 }, () => body));
    const response = await fetch(`${url}/upload`, { method: "POST", body: large });
    const sha256 = createHash("sha256").update(large).digest("hex");
    assert.deepEqual(await response.json(), { length: large.length, sha256 });
  });

  test("reads a chunked body", async ({ port }) => {
    const client = await RawClient.connect(port);
    const chunks = "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n";
    client.send(`POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    const { length } = JSON.parse((await client.readResponse()).body.toString());
    client.close();
    assert.equal(length, 12);
  });

  test("streams a response", async ({ url }) => {
    assert.equal(await (await fetch(`${url}/stream`)).text(), "one\ntwo\nthree\n");
  });

  test("answers 404 of the app", async ({ url }) => {
    const response = await fetch(`${url}/missing`);
    assert.equal(await response.text(), "not found");
    assert.equal(response.status, 404);
  });

  test("answers 500 when the app raises, logs the traceback, and goes on", async (server) => {
    const from = server.log.lines.length;
    const response = await fetch(`${server.url}/fail`);
    await response.body?.cancel();
    assert.equal(response.status, 500);
    await server.log.waitFor(/RuntimeError: failing on purpose/, from);
    assert.equal((await fetch(server.url)).status, 200);
  });

  test("answers pipelined requests in their order", async ({ port }) => {
    const client = await RawClient.connect(port);
    const paths = ["/stream", "/missing", "/", "/stream", "/"];
    client.send(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
    const statuses: number[] = [];
    for (const _ of paths) statuses.push((await client.readResponse()).status);
    client.close();
    assert.deepEqual(statuses, [200, 404, 200, 200, 200]);
  });

  test("answers 200 requests at the same time", async ({ url }) => {
    const ask = async () => (await (await fetch(url)).text()).startsWith("Hello");
    const answers = await Promise.all(Array.from({ length: 200 }, ask));
    assert.ok(answers.every((isRight) => isRight));
  });
}
