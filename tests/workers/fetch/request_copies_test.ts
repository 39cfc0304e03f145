import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { Elysia } from "elysia";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { methodOverride } from "hono/method-override";
import { chooseRequestMaker } from "../../../workers/fetch/make_request.ts";
import { replaceGlobals } from "../../../workers/fetch/replaced_globals.ts";
import { FakeBody, FakeExchange, type FakeRequest } from "../fake_exchange.ts";

const NativeRequest = globalThis.Request;
replaceGlobals();
const makeRequest = chooseRequestMaker();

class AppRequest extends Request {
  readonly user: string = "ann";
}

function put(request: FakeRequest = {}): Request {
  return makeRequest(
    new FakeExchange({
      method: "PUT",
      target: "/form?x=1",
      fields: [["content-type", "text/plain"], ["x-a", "1"]],
      body: FakeBody.of("héllo"),
      ...request,
    }),
  );
}

interface Seen {
  method: string;
  url: string;
  type: string | null;
  a: string | null;
  body: string;
}

async function seen(request: Request): Promise<Seen> {
  const { method, url, headers } = request;
  const [type, a] = [headers.get("content-type"), headers.get("x-a")];
  return { method, url, type, a, body: await request.text() };
}

const URL_1 = "http://example.com/form?x=1";
const WHOLE: Seen = { method: "PUT", url: URL_1, type: "text/plain", a: "1", body: "héllo" };

/** Name, copy, what is not as in the request. */
const COPIES: [string, (request: Request) => Request, Partial<Seen>][] = [
  ["new Request(request)", (request) => new Request(request), {}],
  ["new Request(request, undefined)", (request) => new Request(request, undefined), {}],
  ["new Request(request, {})", (request) => new Request(request, {}), {}],
  [
    "new Request(request, { headers })",
    (request) => new Request(request, { headers: [["x-a", "2"]] }),
    { type: null, a: "2" },
  ],
  ["new Request(request, { body })", (request) => new Request(request, { body: "other" }), {
    body: "other",
  }],
  ["new Request(request, { method })", (request) => new Request(request, { method: "POST" }), {
    method: "POST",
  }],
  [
    "new Request(request, { signal })",
    (request) => new Request(request, { signal: AbortSignal.abort() }),
    {},
  ],
  ["new Request(url, request)", (request) => new Request("http://a.b/", request), {
    url: "http://a.b/",
  }],
  ["new Request(URL, request)", (request) => new Request(new URL("http://a.b/"), request), {
    url: "http://a.b/",
  }],
  [
    "new Request(url, { …members })",
    ({ url, method, headers, body }) =>
      new Request(url, { method, headers, body, duplex: "half" } as RequestInit),
    {},
  ],
  ["new of a subclass", (request) => new AppRequest(request), {}],
  [
    "new of a subclass with { headers }",
    (request) => new AppRequest(request, { headers: { "x-a": "2" } }),
    { type: null, a: "2" },
  ],
  [
    "new request.constructor()",
    (request) => Reflect.construct(request.constructor, [request, { method: "POST" }]),
    { method: "POST" },
  ],
  ["request.clone()", (request) => request.clone(), {}],
  [
    "new Request(request.clone(), { method })",
    (request) => new Request(request.clone(), { method: "POST" }),
    { method: "POST" },
  ],
  ["a clone after the body was shown", (request) => (request.body, request.clone()), {}],
  [
    "a copy of a copy",
    (request) => new Request(new Request(request, { headers: { "x-a": "2" } }), { method: "POST" }),
    { type: null, a: "2", method: "POST" },
  ],
];

for (const [name, copy, changes] of COPIES) {
  test(`${name} is the request but for what it changes`, async () => {
    const made = copy(put());
    assert.ok(made instanceof Request && made instanceof NativeRequest);
    assert.equal(made.bodyUsed, false);
    assert.deepEqual(await seen(made), { ...WHOLE, ...changes });
    assert.equal(made.bodyUsed, true);
  });
}

test("a subclass makes requests of its own class", () => {
  const request = new AppRequest(put(), { method: "POST" });
  assert.ok(request instanceof AppRequest);
  assert.equal(request.user, "ann");
  assert.equal(put() instanceof AppRequest, false);
});

test("fields that change after the body was shown are in the copies", () => {
  const request = put();
  assert.notEqual(request.body, null);
  request.headers.set("x-a", "3");
  request.headers.delete("content-type");
  request.headers.append("x-b", "4");
  for (const copy of [request.clone(), new Request(request, { method: "POST" })]) {
    assert.deepEqual([...copy.headers], [["x-a", "3"], ["x-b", "4"]]);
  }
});

test("a copy is aborted with its client", () => {
  const exchange = new FakeExchange();
  const request = makeRequest(exchange);
  const { signal } = new Request(request, { signal: request.signal });
  exchange.close();
  assert.equal(signal.aborted, true);
});

/** How a body may have been taken. */
const TAKEN: Record<string, (request: Request) => Promise<unknown>> = {
  "text()": (request) => request.text(),
  "a copy": (request) => request.clone().text().then(() => request.bytes()),
  "a reader": (request) => request.body!.getReader().read(),
};

for (const [name, take] of Object.entries(TAKEN)) {
  test(`a body that ${name} took cannot be taken again`, async () => {
    const request = put();
    await take(request);
    assert.equal(request.bodyUsed, true);
    for (const read of ["text", "json", "bytes", "arrayBuffer", "blob", "formData"] as const) {
      await assert.rejects(request[read](), TypeError, read);
    }
    assert.throws(() => request.clone(), TypeError);
    assert.throws(() => new Request(request, {}), TypeError);
    assert.throws(() => new Response(request.body), TypeError);
    await assert.rejects(fetch(request), TypeError);
    const body = new URLSearchParams("a=1");
    const headers = { "x-a": "2" };
    assert.equal(await new Request(request, { body }).text(), "a=1");
    assert.equal((await seen(new Request(request, { body, headers }))).a, "2");
  });
}

test("a request looks like any other", () => {
  const request = put();
  assert.equal(Object.prototype.toString.call(request), "[object Request]");
  assert.equal(String(request), "[object Request]");
  assert.deepEqual([Object.keys(request), JSON.stringify(request)], [[], "{}"]);
  for (const shown of [inspect(request), inspect({ deep: [request] })]) {
    assert.match(shown, /Request \{/);
    assert.match(shown, /method: ["']PUT["']/);
    assert.match(shown, /url: ["']http:\/\/example.com\/form\?x=1["']/);
  }
  assert.deepEqual([Request.name, Request.prototype], ["Request", NativeRequest.prototype]);
});

test("a request shows every member that requests have here, with its default", () => {
  const request = makeRequest(new FakeExchange());
  const native = new Request("http://example.com/");
  const answers = [
    "body",
    "bodyUsed",
    "cache",
    "credentials",
    "destination",
    "integrity",
    "keepalive",
    "method",
    "mode",
    "redirect",
    "referrer",
    "referrerPolicy",
    "url",
  ] as const;
  for (const name of answers) assert.deepEqual(request[name], native[name], name);
  for (const name in Request.prototype) {
    assert.equal(typeof Reflect.get(request, name), typeof Reflect.get(native, name), name);
  }
});

test("methods that the standard does not know yet read the body", async () => {
  const request = put();
  if (!("textStream" in request)) return;
  const stream: ReadableStream<string> = Reflect.apply(
    request.textStream as () => ReadableStream,
    request,
    [],
  );
  assert.equal((await Array.fromAsync(stream)).join(""), "héllo");
  assert.equal(request.bodyUsed, true);
});

/** Tells what it was asked. */
const echo = createServer((incoming, outgoing) => {
  const chunks: Uint8Array[] = [];
  incoming.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  incoming.on("end", () => {
    const { method, url, headers } = incoming;
    outgoing.end(`${method} ${url} ${headers["x-a"]} ${Buffer.concat(chunks)}`);
  });
});
let authority = "";
before(async () => {
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  const address = echo.address();
  authority = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
after(() => {
  echo.closeAllConnections();
  echo.close();
});

/** Name, call, what the other server was asked. */
const FETCHES: [string, (request: Request) => Promise<Response>, string][] = [
  ["fetch(request)", (request) => fetch(request), "PUT /form?x=1 1 héllo"],
  ["fetch(request, {})", (request) => fetch(request, {}), "PUT /form?x=1 1 héllo"],
  [
    "fetch(request, { headers })",
    (request) => fetch(request, { headers: { "x-a": "2" } }),
    "PUT /form?x=1 2 héllo",
  ],
  [
    "fetch(request, { body })",
    (request) => fetch(request, { body: "other" }),
    "PUT /form?x=1 1 other",
  ],
  [
    "fetch(request, { method })",
    (request) => fetch(request, { method: "POST" }),
    "POST /form?x=1 1 héllo",
  ],
  ["fetch(url, request)", (request) => fetch(`http://${authority}/b`, request), "PUT /b 1 héllo"],
  [
    "fetch(new Request(request, { headers }))",
    (request) => fetch(new Request(request, { headers: { "x-a": "2" } })),
    "PUT /form?x=1 2 héllo",
  ],
  ["fetch(request.clone())", (request) => fetch(request.clone()), "PUT /form?x=1 1 héllo"],
];

for (const [name, call, asked] of FETCHES) {
  test(`${name} asks another server the same`, { timeout: 10_000 }, async () => {
    assert.equal(await (await call(put({ authority }))).text(), asked);
  });
}

test("fetch() passes a body on while it comes", { timeout: 10_000 }, async () => {
  const body = new FakeBody();
  const answer = fetch(put({ authority, body }));
  body.push(new TextEncoder().encode("one "));
  body.push(new TextEncoder().encode("two"));
  body.finish();
  assert.equal(await (await answer).text(), "PUT /form?x=1 1 one two");
});

test("Hono's body limit lets small bodies pass and refuses large ones", async () => {
  const app = new Hono();
  app.put(
    "/form",
    bodyLimit({ maxSize: 8 }),
    async (context) => context.text(await context.req.text()),
  );
  // Without content-length, so that it counts what comes.
  const fields: [string, string][] = [["transfer-encoding", "chunked"]];
  const small = await app.fetch(put({ fields }));
  assert.deepEqual([small.status, await small.text()], [200, "héllo"]);
  const large = await app.fetch(put({ fields, body: FakeBody.of("far too much") }));
  assert.equal(large.status, 413);
});

test("Hono's method override makes a DELETE of a POST", async () => {
  const app = new Hono();
  app.use("/form", methodOverride({ app }));
  app.delete("/form", async (context) => context.json(await context.req.parseBody()));
  const fields: [string, string][] = [["content-type", "application/x-www-form-urlencoded"]];
  const body = FakeBody.of("_method=DELETE&name=ann");
  const response = await app.fetch(put({ method: "POST", fields, body }));
  assert.deepEqual([response.status, await response.json()], [200, { name: "ann" }]);
});

test("Hono's method override reads a field too", async () => {
  const app = new Hono();
  app.use("/form", methodOverride({ app, header: "x-method" }));
  app.delete("/form", async (context) => context.text(await context.req.text()));
  const response = await app.fetch(
    put({ method: "POST", fields: [["x-method", "DELETE"], ["x-a", "1"]] }),
  );
  assert.deepEqual([response.status, await response.text()], [200, "héllo"]);
});

test("a mounted Hono app gets the request", async () => {
  const app = new Hono();
  app.mount("/form", async (request) => new Response(`${request.method} ${await request.text()}`));
  assert.equal(await (await app.fetch(put())).text(), "PUT héllo");
});

test("Elysia reads JSON, fields and query", async () => {
  const app = new Elysia().put("/form", ({ body, headers, query, request }) => ({
    body,
    query,
    a: headers["x-a"],
    method: request.method,
  }));
  const fields: [string, string][] = [["content-type", "application/json"], ["x-a", "1"]];
  const response = await app.handle(put({ fields, body: FakeBody.of('{"b":1}') }));
  assert.deepEqual(await response.json(), {
    body: { b: 1 },
    query: { x: "1" },
    a: "1",
    method: "PUT",
  });
});
