/** Flask, Pyramid, FastAPI and Starlette, as they come from the package index. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { unlessPython } from "../available.ts";
import { onEachRuntime } from "../on_each_runtime.ts";
import { withSharedServer } from "../shared_server.ts";
import { until } from "../until.ts";

const CHDIR = ["--chdir", "tests/apps"];
const TWO = [...CHDIR, "--workers", "2"];

withSharedServer("Flask", { app: "flask_app:app", args: TWO }, (test) => {
  test("answers with JSON", async ({ url }) => {
    assert.deepEqual(await getJson(`${url}/hello/world`), { hello: "world" });
  });

  test("reads JSON", async ({ url }) => {
    assert.deepEqual(await postJson(`${url}/echo`, { text: "käse ✓" }), { text: "käse ✓" });
  });

  test("reads a form with a file of 20 MB", async ({ url }) => {
    const response = await fetch(`${url}/upload`, {
      method: "POST",
      body: form(randomBytes(20 << 20)),
    });
    assert.deepEqual(await response.json(), { length: 20 << 20, note: "a note" });
  });

  test("streams a response", async ({ url }) => {
    assert.equal(await (await fetch(`${url}/stream`)).text(), "one\ntwo\nthree\n");
  });

  test("redirects", async ({ url }) => {
    assert.deepEqual(await getJson(`${url}/redirect`), { hello: "you" });
  });

  test("answers 500 when a view raises", async ({ url }) => {
    assert.equal(await getStatus(`${url}/fail`), 500);
  });
}, unlessPython("flask"));

withSharedServer("Pyramid", { app: "pyramid_app:app", args: TWO }, (test) => {
  test("answers with JSON", async ({ url }) => {
    assert.deepEqual(await getJson(`${url}/hello/world`), { hello: "world" });
  });

  test("reads JSON", async ({ url }) => {
    assert.deepEqual(await postJson(`${url}/echo`, [1, { a: null }]), [1, { a: null }]);
  });

  test("streams a response", async ({ url }) => {
    assert.equal(await (await fetch(`${url}/stream`)).text(), "one\ntwo\nthree\n");
  });

  test("answers 500 when a view raises, and 404 without a route", async ({ url }) => {
    assert.equal(await getStatus(`${url}/fail`), 500);
    assert.equal(await getStatus(`${url}/missing`), 404);
  });
}, unlessPython("pyramid"));

onEachRuntime("a factory is called: pyramid_app:main()", async (start) => {
  const server = await start({ app: "pyramid_app:main()", args: CHDIR });
  assert.deepEqual(await getJson(`${server.url}/hello/world`), { hello: "world" });
}, { skip: unlessPython("pyramid") });

withSharedServer("FastAPI", { app: "fastapi_app:app", args: TWO }, (test) => {
  test("has the state of its lifespan", async ({ url }) => {
    assert.deepEqual(await getJson(`${url}/hello/world`), { hello: "world" });
  });

  test("runs a sync view in a thread", async ({ url }) => {
    assert.deepEqual(await getJson(`${url}/sync/world`), { hello: "world" });
  });

  test("checks JSON against a model", async ({ url }) => {
    const item = { name: "cheese", price: 2.5 };
    assert.deepEqual(await postJson(`${url}/items`, item), item);
    const headers = { "content-type": "application/json" };
    const wrong = await fetch(`${url}/items`, { method: "POST", headers, body: '{"name":1}' });
    assert.equal(wrong.status, 422);
    await wrong.body?.cancel();
  });

  test("reads an upload of 20 MB unchanged", async ({ url }) => {
    const bytes = randomBytes(20 << 20);
    const response = await fetch(`${url}/upload`, { method: "POST", body: form(bytes) });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    assert.deepEqual(await response.json(), { length: bytes.length, sha256, note: "a note" });
  });

  test("streams a download of 100 MB unchanged", async ({ url }) => {
    const count = 1600;
    const piece = Buffer.from(Array.from({ length: 1 << 16 }, (_, index) => index % 256));
    const wanted = createHash("sha256");
    for (let index = 0; index < count; index++) wanted.update(piece);
    const got = createHash("sha256");
    const response = await fetch(`${url}/download/${count}`);
    for await (const chunk of response.body ?? []) got.update(chunk);
    assert.equal(got.digest("hex"), wanted.digest("hex"));
  });

  test("answers 500 when a view raises", async ({ url }) => {
    assert.equal(await getStatus(`${url}/fail`), 500);
  });

  test("shows its documentation", async ({ url }) => {
    const { paths } = await getJson(`${url}/openapi.json`) as { paths: Record<string, unknown> };
    assert.ok("/items" in paths);
  });
}, unlessPython("fastapi", "multipart"));

onEachRuntime("FastAPI's lifespan ends when the server stops", async (start) => {
  const server = await start({ app: "fastapi_app:app", args: CHDIR });
  server.signal("SIGTERM");
  await server.log.waitFor(/lifespan is over/);
}, { skip: unlessPython("fastapi", "multipart") });

onEachRuntime("Starlette sends events, and is told when the client leaves", async (start) => {
  const server = await start({ app: "starlette_app:app", args: CHDIR });
  const leave = new AbortController();
  const response = await fetch(`${server.url}/events`, { signal: leave.signal });
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes("event 5\n")) break;
  }
  leave.abort();
  const first = [1, 2, 3, 4, 5].map((number) => `id: ${number}\ndata: event ${number}\n\n`).join(
    "",
  );
  assert.ok(text.startsWith(first.trimEnd()), text);
  await until("the app's generator is closed", async () => {
    const { closed } = await getJson(`${server.url}/counts`) as { closed: number };
    return closed === 1;
  });
}, { skip: unlessPython("starlette") });

onEachRuntime("uvloop is used when it is asked for", async (start) => {
  const server = await start({ app: "fastapi_app:app", args: [...CHDIR, "--asgi-loop", "uvloop"] });
  assert.deepEqual(await getJson(`${server.url}/hello/world`), { hello: "world" });
}, { skip: unlessPython("uvloop", "fastapi", "multipart") });

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  return await response.json();
}

async function postJson(url: string, value: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(value) });
  assert.equal(response.status, 200);
  return await response.json();
}

async function getStatus(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

function form(bytes: Uint8Array<ArrayBuffer>): FormData {
  const data = new FormData();
  data.set("note", "a note");
  data.set("file", new Blob([bytes]), "file.bin");
  return data;
}

/** Bytes without a period that buffers could hide. */
function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let index = 0, state = 1; index < length; index++) {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    bytes[index] = state >>> 16;
  }
  return bytes;
}
