import assert from "node:assert/strict";
import { test } from "node:test";
import { CapturedResponse } from "../../../workers/fetch/captured_response.ts";
import type { FetchHandler } from "../../../workers/fetch/fetch_app.ts";
import { replaceGlobals } from "../../../workers/fetch/replaced_globals.ts";
import { FakeBody, FakeExchange } from "../fake_exchange.ts";
import { appOf, ask, streamOf } from "./ask.ts";

const NativeResponse = Object.getPrototypeOf(CapturedResponse) as typeof Response;
replaceGlobals();

const TEXT = "content-type: text/plain;charset=UTF-8";
const bytes = new TextEncoder().encode("bytes");

/** Name, response, then status, body, fields. */
const WHOLE: [string, () => Response, number, string, string[]][] = [
  ["a string", () => new Response("hé"), 200, "hé", [TEXT]],
  ["the empty string", () => new Response(""), 200, "", [TEXT]],
  ["nothing", () => new Response(), 200, "", []],
  ["null", () => new Response(null, { status: 204 }), 204, "", []],
  [
    "a string with a type",
    () => new Response("{}", { headers: { "Content-Type": "a/b" } }),
    200,
    "{}",
    [
      "content-type: a/b",
    ],
  ],
  [
    "a string with Headers",
    () => new Response("x", { headers: new Headers({ a: "1" }) }),
    200,
    "x",
    [
      "a: 1",
      TEXT,
    ],
  ],
  ["a status", () => new Response("no", { status: 404 }), 404, "no", [TEXT]],
  ["bytes", () => new Response(bytes), 200, "bytes", []],
  ["a buffer", () => new Response(bytes.buffer), 200, "bytes", []],
  ["a blob", () => new Response(new Blob(["a"], { type: "image/png" })), 200, "a", [
    "content-type: image/png",
  ]],
  ["parameters", () => new Response(new URLSearchParams("a=b")), 200, "a=b", [
    "content-type: application/x-www-form-urlencoded;charset=UTF-8",
  ]],
  ["json()", () => Response.json({ a: 1 }), 200, '{"a":1}', ["content-type: application/json"]],
  ["json() with a status", () => Response.json(null, { status: 400 }), 400, "null", [
    "content-type: application/json",
  ]],
  ["json() with a type", () => Response.json(1, { headers: { "content-type": "a/b" } }), 200, "1", [
    "content-type: a/b",
  ]],
  ["redirect()", () => Response.redirect("http://a.b/c d"), 302, "", [
    "location: http://a.b/c%20d",
  ]],
  ["redirect() to a path", () => Response.redirect("/c", 303), 303, "", ["location: /c"]],
  [
    "a native response",
    () => new NativeResponse("native", { headers: { a: "1", "content-type": "b/c" } }),
    200,
    "native",
    [
      "a: 1",
      "content-type: b/c",
    ],
  ],
  ["a clone", () => new Response("x", { status: 201 }).clone(), 201, "x", [TEXT]],
  [
    "a response that was cloned",
    () => {
      const response = new Response("x");
      response.clone();
      return response;
    },
    200,
    "x",
    [TEXT],
  ],
  ["a clone of bytes", () => new Response(bytes).clone(), 200, "bytes", []],
  [
    "changed fields",
    () => {
      const response = new Response("x", { headers: { a: "1", b: "2" } });
      response.headers.set("a", "3");
      response.headers.delete("b");
      return response;
    },
    200,
    "x",
    ["a: 3", TEXT],
  ],
  [
    "a deleted type",
    () => {
      const response = new Response("x");
      response.headers.delete("content-type");
      return response;
    },
    200,
    "x",
    [],
  ],
  [
    "two cookies",
    () => new Response("x", { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] }),
    200,
    "x",
    [
      TEXT,
      "set-cookie: a=1",
      "set-cookie: b=2",
    ],
  ],
  [
    "a response made of another",
    () => {
      const first = new Response("x", { status: 201, headers: { a: "1" } });
      return new Response(first.body, first);
    },
    201,
    "x",
    ["a: 1", TEXT],
  ],
  [
    "a body that was looked at",
    () => {
      const response = new Response("x");
      assert.ok(response.body);
      return response;
    },
    200,
    "x",
    [TEXT],
  ],
  ["a stream that ends at once", () => new Response(streamOf(bytes)), 200, "bytes", []],
  ["an empty stream", () => new Response(streamOf()), 200, "", []],
  [
    "a subclass",
    () => {
      class Page extends Response {}
      return new Page("page", { headers: { "content-type": "text/html" } });
    },
    200,
    "page",
    ["content-type: text/html"],
  ],
];

for (const [name, make, status, text, lines] of WHOLE) {
  test(`a response of ${name} is sent whole`, async () => {
    const answer = await ask(make);
    assert.deepEqual(answer.errors, []);
    assert.equal(answer.status, status);
    assert.equal(answer.text, text);
    assert.deepEqual(answer.lines.toSorted(), lines.toSorted());
    assert.equal(answer.isWhole, true);
    const later = await ask(async () => await Promise.resolve(make()));
    assert.deepEqual(later, answer, "the same when it comes later");
  });
}

test("a handler that returns at once is answered at once", () => {
  const exchange = new FakeExchange();
  appOf(() => new Response("now")).handle(exchange);
  assert.equal(exchange.text, "now");
});

test("a captured response is a Response in all that an app can see", async () => {
  const response = new Response("x", { status: 201, statusText: "Made", headers: { a: "1" } });
  assert.ok(response instanceof Response);
  assert.ok(response instanceof NativeResponse);
  assert.ok(new NativeResponse("x") instanceof Response);
  assert.equal(response.constructor, Response);
  assert.equal(response.constructor.name, "Response");
  assert.equal(Object.prototype.toString.call(response), "[object Response]");
  assert.deepEqual(Object.keys(response), []);
  assert.deepEqual([response.status, response.statusText, response.ok], [201, "Made", true]);
  assert.equal(response.headers.get("content-type"), "text/plain;charset=UTF-8");
  assert.equal(await response.text(), "x");
  assert.equal(response.bodyUsed, true);
  class Page extends Response {}
  assert.ok(new Page("") instanceof Page && new Page("") instanceof Response);
  assert.ok(!(new Response("") instanceof Page));
  assert.equal(await Response.prototype.text.call(new NativeResponse("native")), "native");
  assert.throws(() => new Response("", { status: 99 }), RangeError);
  assert.throws(() => new Response("", { headers: { "a b": "" } }), TypeError);
  assert.throws(() => new Response("", { headers: { a: "b\r\nc" } }), TypeError);
  assert.throws(() => Response.json(undefined), TypeError);
  assert.throws(() => Response.redirect("/", 200), RangeError);
});

test("fields that are kept for later responses are not changed by one of them", async () => {
  const make = () => new Response("x", { headers: { "x-kept": "1" } });
  make().headers.set("x-kept", "2");
  assert.deepEqual((await ask(make)).lines, ["x-kept: 1", TEXT]);
  assert.equal(make().headers.get("x-kept"), "1");
});

test("a mutable init is read when the response is made", async () => {
  const headers: Record<string, string> = { a: "1" };
  const response = new Response("x", { headers });
  headers["a"] = "2";
  assert.deepEqual((await ask(() => response)).lines, ["a: 1", TEXT]);
});

test("statusText is sent unless it is no reason phrase", async () => {
  assert.equal((await ask(() => new Response("", { statusText: "Fine" }))).reason, "Fine");
  // Bun makes such a response, Deno refuses to.
  const answer = await ask(() => new Response("", { statusText: "a\r\nx: y" }));
  assert.equal(answer.reason, "");
});

const BAD: Record<string, [FetchHandler, RegExp]> = {
  "returns nothing": [() => undefined, /the app returned undefined/],
  "returns a string": [() => "hello", /the app returned the string "hello"/],
  "returns an object": [() => ({ status: 200 }), /the app returned an object of class Object/],
  "returns a promise of null": [() => Promise.resolve(null), /the app returned null/],
  "throws": [() => {
    throw new Error("on purpose");
  }, /Error: on purpose\n\s+at /],
  "rejects": [() => Promise.reject(new TypeError("on purpose")), /TypeError: on purpose/],
  "throws a string": [() => {
    // deno-lint-ignore no-throw-literal -- apps do
    throw "text";
  }, /: 'text'$/],
  "returns a used response": [async () => {
    const response = new Response("x");
    await response.text();
    return response;
  }, /already read/],
  "returns a locked response": [() => {
    const response = new Response("x");
    response.body?.getReader();
    return response;
  }, /lock|already read/i],
  "returns an error response": [() => Response.error(), /status of its response is 0/],
  "sends no bytes": [() => new Response(streamOf(5)), /chunk|Uint8Array|BufferSource|array/i],
};

for (const [name, [handler, pattern]] of Object.entries(BAD)) {
  test(`an app that ${name} answers 500 and is logged once`, async () => {
    const { status, text, errors } = await ask(handler, { target: "/bad" });
    assert.deepEqual([status, text], [500, ""]);
    assert.equal(errors.length, 1);
    assert.match(errors[0]!, /^Cannot answer GET \/bad: /);
    assert.match(errors[0]!, pattern);
  });
}

test("a host that is no URL answers 400 and is no error of the app", async () => {
  const answer = await ask((request) => new Response(request.url), { authority: "xn--a" });
  assert.deepEqual([answer.status, answer.errors], [400, []]);
});

test("an app that fails because its client is gone is no error", async () => {
  const errors: string[] = [];
  const exchange = new FakeExchange({ method: "POST", body: new FakeBody() });
  const failed = Promise.withResolvers<void>();
  appOf(async (request) => {
    try {
      return new Response(await request.text());
    } finally {
      failed.resolve();
    }
  }, errors).handle(exchange);
  exchange.close();
  exchange.body?.fail(new Error("client gone"));
  await failed.promise;
  await new Promise(setImmediate);
  assert.deepEqual(errors, []);
});
