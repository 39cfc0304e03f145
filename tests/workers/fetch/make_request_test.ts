import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseRequestMaker } from "../../../workers/fetch/make_request.ts";
import { replaceGlobals } from "../../../workers/fetch/replaced_globals.ts";
import { RequestInfo } from "../../../workers/fetch/request_info.ts";
import { FakeBody, FakeExchange, type FakeRequest } from "../fake_exchange.ts";

replaceGlobals();
const makeRequest = chooseRequestMaker();

const POST: FakeRequest = {
  method: "POST",
  target: "/form?x=1",
  fields: [["content-type", "text/plain"], ["x-a", "1"], ["x-a", "2"]],
};

function post(body: FakeBody | null): Request {
  return makeRequest(new FakeExchange({ ...POST, body }));
}

async function seen(request: Request): Promise<unknown> {
  return {
    method: request.method,
    url: request.url,
    fields: Object.fromEntries(request.headers),
    body: await request.text(),
  };
}

const WHOLE = {
  method: "POST",
  url: "http://example.com/form?x=1",
  fields: { "content-type": "text/plain", "x-a": "1, 2" },
  body: "héllo",
};

test("a request shows method, URL, fields and body", async () => {
  const request = post(FakeBody.of("héllo"));
  assert.ok(request instanceof Request);
  assert.equal(request.bodyUsed, false);
  assert.deepEqual(await seen(request), WHOLE);
  assert.equal(request.bodyUsed, true);
});

test("a request and its clone can both be read", async () => {
  const request = post(FakeBody.of("twice"));
  const clone = request.clone();
  assert.deepEqual([await request.text(), await clone.text()], ["twice", "twice"]);
  assert.throws(() => request.clone(), TypeError);
});

const READERS: Record<string, [string, (request: Request) => Promise<unknown>, unknown]> = {
  text: ["\ufeffa", (request) => request.text(), "a"],
  json: ['{"a":1}', (request) => request.json(), { a: 1 }],
  bytes: ["abc", (request) => request.bytes(), new Uint8Array([97, 98, 99])],
  arrayBuffer: ["abc", async (request) => (await request.arrayBuffer()).byteLength, 3],
  blob: ["abc", async (request) => (await request.blob()).type.split(";", 1)[0], "text/plain"],
};

for (const [name, [text, read, expected]] of Object.entries(READERS)) {
  test(`${name}() reads a body once`, async () => {
    const request = post(FakeBody.of(text));
    assert.deepEqual(await read(request), expected);
    await assert.rejects(read(request), TypeError);
    assert.throws(() => request.clone(), TypeError);
    assert.ok(request.body?.locked || request.bodyUsed);
  });

  test(`${name}() reads a body that is still coming`, async () => {
    const body = new FakeBody();
    const result = read(post(body));
    const bytes = new TextEncoder().encode(text);
    body.push(bytes.slice(0, 1));
    body.push(bytes.slice(1));
    body.finish();
    assert.deepEqual(await result, expected);
  });

  test(`${name}() fails when the body is never complete`, async () => {
    const body = new FakeBody();
    const result = read(post(body));
    body.push(new Uint8Array(1));
    body.fail(new Error("client gone"));
    await assert.rejects(result, /client gone/);
  });
}

test("formData() reads fields and files", async () => {
  const text = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' +
    '--b\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n\r\nfile\r\n--b--\r\n';
  const request = makeRequest(
    new FakeExchange({
      method: "POST",
      fields: [["content-type", "multipart/form-data; boundary=b"]],
      body: FakeBody.of(text),
    }),
  );
  const form = await request.formData();
  assert.equal(form.get("a"), "1");
  assert.equal(await (form.get("f") as File).text(), "file");
});

test("a body is taken from the client only as fast as it is read", async () => {
  const body = new FakeBody();
  const stream = post(body).body!;
  assert.equal(body.isStreaming, false, "nobody has read yet");
  const reader = stream.getReader();
  const first = reader.read();
  body.push(new Uint8Array([1]));
  assert.deepEqual((await first).value, new Uint8Array([1]));
  assert.equal(body.isPaused, true);
  body.push(new Uint8Array([2]));
  assert.deepEqual((await reader.read()).value, new Uint8Array([2]));
  body.finish();
  assert.equal((await reader.read()).done, true);
});

test("a cancelled body ignores what still comes", async () => {
  const body = new FakeBody();
  const reader = post(body).body!.getReader();
  const first = reader.read();
  body.push(new Uint8Array([1]));
  await first;
  await reader.cancel();
  body.push(new Uint8Array([2]));
  body.finish();
  assert.equal(body.isPaused, true);
});

test("a request without a body is empty", async () => {
  const request = makeRequest(new FakeExchange());
  assert.equal(request.body, null);
  assert.equal(await request.text(), "");
  assert.equal(await request.text(), "");
  assert.equal(request.bodyUsed, false);
  assert.equal((await request.clone().arrayBuffer()).byteLength, 0);
});

test("a GET request has no body, whatever was sent", async () => {
  const request = makeRequest(new FakeExchange({ body: FakeBody.of("x") }));
  assert.equal(request.body, null);
  assert.equal(await request.text(), "");
  assert.equal(new Request(request).method, "GET");
});

for (const [sent, shown] of [["get", "GET"], ["pOsT", "POST"], ["patch", "patch"], ["X", "X"]]) {
  test(`method ${sent} is shown as ${shown}`, () => {
    assert.equal(makeRequest(new FakeExchange({ method: sent! })).method, shown);
  });
}

test("signal aborts when the client is gone", () => {
  const exchange = new FakeExchange();
  const { signal } = makeRequest(exchange);
  assert.equal(signal.aborted, false);
  exchange.close();
  assert.equal(signal.aborted, true);
  assert.equal((signal.reason as Error).name, "AbortError");
});

test("signal is aborted when the client was gone before it was asked for", () => {
  const exchange = new FakeExchange();
  const request = makeRequest(exchange);
  exchange.close();
  assert.equal(request.signal.aborted, true);
});

test("signal stays quiet when the response is complete", () => {
  const exchange = new FakeExchange();
  const { signal } = makeRequest(exchange);
  exchange.end();
  exchange.close();
  assert.equal(signal.aborted, false);
});

test("fields of a request can be changed, as those of any Request", () => {
  const request = post(null);
  request.headers.set("x-b", "3");
  assert.equal(request.headers.get("x-b"), "3");
  assert.equal(new Request(request).headers.get("x-b"), "3");
});

test("RequestInfo tells the client's address as Bun and as Deno do", () => {
  const exchange = new FakeExchange({ endpoints: { clientAddress: "2001:db8::1" } });
  const info = new RequestInfo(exchange);
  const address = { address: "2001:db8::1", port: 50123, family: "IPv6" };
  assert.deepEqual(info.requestIP(makeRequest(exchange)), address);
  assert.deepEqual(info.requestIP(), address);
  const other = makeRequest(new FakeExchange());
  assert.equal(info.requestIP(other)?.address, "192.0.2.7");
  const { remoteAddr } = info;
  assert.deepEqual(remoteAddr, { transport: "tcp", hostname: "2001:db8::1", port: 50123 });
});

test("RequestInfo has no address on a unix socket", () => {
  const endpoints = { clientAddress: "", clientPort: 0, serverHost: "/run/a.sock", serverPort: 0 };
  const info = new RequestInfo(new FakeExchange({ endpoints }));
  assert.equal(info.requestIP(), null);
  assert.deepEqual(info.remoteAddr, { transport: "unix", path: "/run/a.sock" });
});
