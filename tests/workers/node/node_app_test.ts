import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { finished, pipeline, Readable } from "node:stream";
import { test } from "node:test";
import { NodeApp, type NodeHandler } from "../../../workers/node/node_app.ts";
import { FakeBody, FakeExchange, type FakeRequest } from "../fake_exchange.ts";

interface Answer {
  status: number;
  lines: string[];
  text: string;
  isWhole: boolean;
  errors: string[];
}

function start(
  handler: NodeHandler,
  request: FakeRequest = {},
  errors: string[] = [],
): FakeExchange {
  const skip = () => {};
  const log = {
    debug: skip,
    info: skip,
    warning: skip,
    critical: skip,
    error: (message: string) => void errors.push(message),
  };
  const exchange = new FakeExchange(request);
  new NodeApp(handler, { log }).handle(exchange);
  return exchange;
}

async function ask(handler: NodeHandler, request: FakeRequest = {}): Promise<Answer> {
  const errors: string[] = [];
  const exchange = start(handler, request, errors);
  await exchange.over;
  const { status, lines, text, isWhole } = exchange;
  return { status, lines, text, isWhole, errors };
}

const ANSWERS: [string, (response: ServerResponse) => unknown, Partial<Answer>][] = [
  ["end()", (response) => response.end(), { status: 200, text: "", lines: [], isWhole: true }],
  ["end(text)", (response) => response.end("hé"), { text: "hé", isWhole: true }],
  ["end(text, encoding)", (response) => response.end("6869", "hex"), { text: "hi" }],
  ["end(bytes)", (response) => response.end(Buffer.from("b")), { text: "b", isWhole: true }],
  ["statusCode", (response) => {
    response.statusCode = 404;
    response.end();
  }, { status: 404 }],
  ["setHeader()", (response) => {
    response.setHeader("X-A", 1).setHeader("set-cookie", ["a=1", "b=2"]).end();
  }, { lines: ["x-a: 1", "set-cookie: a=1", "set-cookie: b=2"] }],
  ["writeHead(status, object)", (response) => {
    response.setHeader("x-a", "1");
    response.writeHead(201, { "X-B": "2", "x-a": "3" }).end("x");
  }, { status: 201, lines: ["x-a: 3", "x-b: 2"], isWhole: true }],
  ["writeHead(status, reason, list)", (response) => {
    response.writeHead(200, "Fine", ["a", "1", "a", "2"]).end();
  }, { lines: ["a: 1", "a: 2"] }],
  ["write() and end()", (response) => {
    response.write("one ");
    response.write(Buffer.from("two "));
    response.end("three");
  }, { text: "one two three", isWhole: false }],
  ["flushHeaders()", (response) => {
    response.flushHeaders();
    assert.equal(response.headersSent, true);
    response.end("x");
  }, { text: "x", isWhole: false }],
  ["pipe()", (response) => Readable.from(["a", "b", "c"]).pipe(response), { text: "abc" }],
];

for (const [name, answer, expected] of ANSWERS) {
  test(`${name} answers a Node handler's request`, async () => {
    const got = await ask((_request, response) => answer(response));
    assert.deepEqual(got.errors, []);
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(got[key as keyof Answer], value, key);
    }
  });
}

test("a Node request shows method, URL, fields and the client", () => {
  let request!: IncomingMessage;
  start((given) => void (request = given), {
    method: "PUT",
    target: "/a?b=1",
    fields: [["host", "a"], ["host", "b"], ["cookie", "c=1"], ["cookie", "d=2"], ["x", "1"], [
      "x",
      "2",
    ]],
  });
  assert.equal(request.method, "PUT");
  assert.equal(request.url, "/a?b=1");
  assert.equal(request.httpVersion, "1.1");
  assert.deepEqual(request.headers, { host: "a", cookie: "c=1; d=2", x: "1, 2" });
  assert.equal(request.rawHeaders.length, 12);
  assert.equal(request.socket.remoteAddress, "192.0.2.7");
  assert.equal(request.socket, request.connection);
});

test("a Node request streams its body with backpressure", async () => {
  const body = new FakeBody();
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  const exchange = start((request, response) => {
    resolve(request);
    let length = 0;
    request.on("data", (chunk) => length += chunk.length);
    request.on("end", () => response.end(`${length} ${request.complete}`));
  }, { method: "POST", body });
  const request = await promise;
  await new Promise(setImmediate);
  request.pause();
  for (let sent = 0; sent < 40; sent++) body.push(new Uint8Array(10_000));
  assert.equal(body.isPaused, true);
  request.resume();
  body.finish();
  await exchange.over;
  assert.equal(exchange.text, "400000 true");
});

test("write() says when the client is slow, and drain when it goes on", async () => {
  let response!: ServerResponse;
  const exchange = start((_request, given) => void (response = given), { room: 5 });
  assert.equal(response.write("12345"), false);
  const drained = new Promise((resolve) => response.once("drain", resolve));
  exchange.drain(5);
  await drained;
  assert.equal(response.write("6"), true);
});

test("pipeline() makes no more than the client takes", async () => {
  let made = 0;
  const endless = new Readable({
    read() {
      made++;
      this.push(Buffer.alloc(16_384));
    },
  });
  const { promise, resolve } = Promise.withResolvers<Error | null | undefined>();
  const exchange = start((_request, response) => void pipeline(endless, response, resolve), {
    room: 40_000,
  });
  while (exchange.room > 0) await exchange.nextWrite();
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  assert.ok(made < 20, `made ${made}`);
  exchange.close();
  assert.match(String(await promise), /Premature close/);
  assert.equal(endless.destroyed, true);
});

test("the end of a response is told to the handler", async () => {
  const events: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  start((request, response) => {
    finished(response, (error) => events.push(`finished ${error ?? "well"}`));
    request.on("close", () => events.push("request close"));
    response.on("finish", () => events.push("finish"));
    response.on("close", () => resolve());
    response.end("x");
    assert.equal(response.writableEnded, true);
  });
  await promise;
  await new Promise(setImmediate);
  assert.deepEqual(events.toSorted(), ["finish", "finished well", "request close"]);
});

test("a client that is gone is told to the handler", async () => {
  const events: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const exchange = start((request, response) => {
    request.on("aborted", () => events.push("aborted"));
    request.on("error", (error) => events.push((error as NodeJS.ErrnoException).code ?? ""));
    response.on("finish", () => events.push("finish"));
    response.on("close", () => {
      assert.equal(response.destroyed, true);
      assert.equal(response.write("late"), false);
      resolve();
    });
  });
  exchange.close();
  await promise;
  await new Promise(setImmediate);
  assert.deepEqual(events, ["aborted", "ECONNRESET"]);
});

test("middleware may wrap what a response is sent with", async () => {
  const { text, lines } = await ask((_request, response) => {
    const { end, writeHead } = response;
    // deno-lint-ignore no-explicit-any -- as `on-headers` and `compression` do
    (response as any).writeHead = function (this: ServerResponse, ...args: any[]) {
      this.setHeader("x-wrapped", "1");
      return Reflect.apply(writeHead, this, args);
    };
    // deno-lint-ignore no-explicit-any
    (response as any).end = function (this: ServerResponse, chunk: string) {
      return Reflect.apply(end, this, [chunk.toUpperCase()]);
    };
    response.end("loud");
  });
  assert.deepEqual([text, lines], ["LOUD", ["x-wrapped: 1"]]);
});

test("fields cannot be changed once the head is fixed", async () => {
  const { text } = await ask((_request, response) => {
    response.write("x");
    assert.throws(() => response.setHeader("a", "1"), { code: "ERR_HTTP_HEADERS_SENT" });
    assert.throws(() => response.writeHead(200), { code: "ERR_HTTP_HEADERS_SENT" });
    response.end();
    assert.equal(response.write("late", () => {}), false);
    response.end("again");
  });
  assert.equal(text, "x");
});

const BAD: Record<string, NodeHandler> = {
  throws: () => {
    throw new Error("on purpose");
  },
  rejects: () => Promise.reject(new Error("on purpose")),
  "sets a bad field": (_request, response) => {
    response.setHeader("a", "on purpose\r\nb: c");
  },
};

for (const [name, handler] of Object.entries(BAD)) {
  test(`a Node handler that ${name} answers 500 and is logged once`, async () => {
    const { status, errors } = await ask(handler, { target: "/bad" });
    assert.equal(status, 500);
    assert.equal(errors.length, 1);
    assert.match(errors[0]!, /^Cannot answer GET \/bad: .*Error/);
  });
}

test("destroy() gives up a response", async () => {
  const started = start((_request, response) => {
    response.write("x");
    response.destroy();
  });
  await started.over;
  assert.equal(started.hasFailed, true);
  const untouched = start((request) => request.socket.destroy());
  await untouched.over;
  assert.equal(untouched.status, 500);
});

test("a source that never waits leaves their turn to others", async () => {
  const source = new Readable({
    read() {
      this.push("text");
    },
  });
  const exchange = start((_request, response) => void source.pipe(response));
  // It would never come if the source went on as long as it is asked.
  await new Promise(setImmediate);
  exchange.close();
  source.destroy();
});
