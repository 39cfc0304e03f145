import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { Exchange } from "../../lib/http/exchange.ts";
import { formatFields, NO_FIELDS } from "../../lib/http/fields.ts";
import { readResponses, serving, TEXT, turn } from "./serving.ts";

const hello = (exchange: Exchange): void => exchange.respond(200, TEXT, "Hello, World!");
const echoTarget = (exchange: Exchange): void => exchange.respond(200, TEXT, exchange.head.target);
const get = (target: string, fields = ""): string =>
  `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

test("Connection: a request is answered with Date and Content-Length", () => {
  const { send, socket } = serving(hello);
  send(get("/"));
  const [response] = readResponses(socket.sent);
  assert.equal(response!.status, 200);
  assert.equal(response!.content, "Hello, World!");
  assert.equal(response!.fields["content-length"], "13");
  assert.ok(Math.abs(Date.parse(response!.fields["date"]!) - Date.now()) < 2000);
  assert.equal(response!.fields["connection"], undefined);
});

test("Connection: pipelined requests of one read are answered in order, in one write", () => {
  const { send, socket } = serving(echoTarget);
  send(Array.from({ length: 16 }, (_, i) => get(`/${i}`)).join(""));
  assert.equal(socket.writes.length, 1);
  assert.deepEqual(
    readResponses(socket.sent).map((response) => response.content),
    Array.from({ length: 16 }, (_, i) => `/${i}`),
  );
});

test("Connection: a slow answer holds back those behind it, none is lost", async () => {
  const { send, socket, exchanges } = serving((exchange) => {
    if (exchange.head.target !== "/slow") echoTarget(exchange);
  });
  send(get("/a") + get("/slow") + get("/b"));
  await turn();
  assert.deepEqual(readResponses(socket.sent).map((response) => response.content), ["/a"]);
  assert.equal(exchanges.length, 2);
  send(get("/c"));
  echoTarget(exchanges[1]!);
  assert.deepEqual(
    readResponses(socket.sent).map((response) => response.content),
    ["/a", "/slow", "/b", "/c"],
  );
});

test("Connection: pipelined answers of one turn leave in one write, also when apps are async", async () => {
  const { send, socket } = serving((exchange) =>
    void Promise.resolve().then(() => echoTarget(exchange))
  );
  send(Array.from({ length: 8 }, (_, i) => get(`/${i}`)).join(""));
  await turn();
  assert.equal(readResponses(socket.sent).length, 8);
  assert.ok(socket.writes.length <= 2, `${socket.writes.length} writes`);
});

test("Connection: a request that comes byte by byte is answered once", () => {
  const { send, socket, exchanges } = serving(echoTarget);
  for (const byte of get("/slow?a=b")) send(byte);
  assert.equal(exchanges.length, 1);
  assert.equal(readResponses(socket.sent)[0]!.content, "/slow?a=b");
});

test("Connection: more requests than one turn allows are all answered", async () => {
  const { send, socket } = serving(echoTarget);
  send(Array.from({ length: 300 }, (_, i) => get(`/${i}`)).join(""));
  for (let i = 0; i < 4; i++) await turn();
  assert.equal(readResponses(socket.sent).length, 300);
});

test("Connection: late questions about earlier requests get their own answers", () => {
  const { send, exchanges } = serving(hello);
  send(get("/one", "X: 1\r\n") + get("/two", "X: 2\r\n"));
  const [one, two] = exchanges.map((exchange) => exchange.head);
  assert.equal(one!.target, "/one");
  assert.equal(two!.field("x"), "2");
  assert.equal(one!.field("x"), "1");
  assert.deepEqual(two!.fields(), [["host", "a"], ["x", "2"]]);
  assert.equal(one!.authority, "a");
});

test("Connection: asking about an earlier request does not disturb the ones behind it", () => {
  const { send, socket, exchanges } = serving((exchange) => {
    exchange.respond(200, TEXT, exchanges.map((each) => each.head.field("x")).join(""));
  });
  send(get("/", "X: 1\r\n") + get("/", "X: 2\r\n") + get("/", "X: 3\r\n"));
  assert.deepEqual(readResponses(socket.sent).map((response) => response.content), [
    "1",
    "12",
    "123",
  ]);
});

const noContent: [name: string, request: string, status: number, fields: Record<string, string>][] =
  [
    ["HEAD has the fields of GET and no content", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200, {
      "content-length": "13",
    }],
    ["204 has neither content nor length (RFC 9110 §8.6)", get("/"), 204, {}],
    ["304 has no content", get("/"), 304, {}],
  ];
for (const [name, request, status, fields] of noContent) {
  test(`Connection: ${name}`, () => {
    const { send, socket } = serving((exchange) =>
      exchange.respond(status, NO_FIELDS, "Hello, World!")
    );
    send(request + get("/"));
    const head = socket.sent.slice(0, socket.sent.indexOf("\r\n\r\n") + 4);
    const [response] = readResponses(head, () => true);
    const { date: _, ...others } = response!.fields;
    assert.equal(response!.status, status);
    assert.deepEqual(others, fields);
    assert.match(
      socket.sent.slice(head.length),
      /^HTTP\/1\.1 /,
      "the next response follows at once",
    );
  });
}

const closing: [
  name: string,
  request: string,
  isPersistent: boolean,
  connection: string | undefined,
][] = [
  ["HTTP/1.1 persists", get("/"), true, undefined],
  ["HTTP/1.1 with Connection: close", get("/", "Connection: close\r\n"), false, "close"],
  ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", false, "close"],
  [
    "HTTP/1.0 with keep-alive",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    true,
    "keep-alive",
  ],
];
for (const [name, request, isPersistent, connection] of closing) {
  test(`Connection: ${name}`, () => {
    const { send, socket } = serving(hello);
    send(request);
    assert.equal(readResponses(socket.sent)[0]!.fields["connection"], connection);
    assert.deepEqual(socket.ends, isPersistent ? [] : ["fin"]);
  });
}

test("Connection: after Connection: close nothing more is served (CVE-2024-49768)", () => {
  const { send, exchanges } = serving(hello);
  send(get("/", "Connection: close\r\n") + get("/smuggled"));
  assert.equal(exchanges.length, 1);
});

test("Connection: after FIN input is thrown away, up to a bound", () => {
  const { send, socket } = serving(hello);
  send(get("/", "Connection: close\r\n"));
  send("x".repeat(200_000));
  assert.deepEqual(socket.ends, ["fin"]);
  send("x".repeat(200_000));
  assert.deepEqual(socket.ends, ["fin", "terminate"]);
});

test("Connection: a bad request gets its status, no app call, one log line, and the end", () => {
  const { send, socket, exchanges, logged } = serving(hello);
  send(get("/") + "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + get("/smuggled"));
  const responses = readResponses(socket.sent);
  assert.deepEqual(responses.map((response) => response.status), [200, 400]);
  assert.equal(responses[1]!.fields["connection"], "close");
  assert.equal(exchanges.length, 1);
  assert.equal(logged.length, 1);
  assert.match(logged[0]!, /192\.0\.2\.7/);
  assert.deepEqual(socket.ends, ["fin"]);
});

test("Connection: a client that half-closes gets its answers", () => {
  const { send, socket, connection, exchanges } = serving((exchange) => {
    if (exchange.head.target !== "/slow") echoTarget(exchange);
  });
  send(get("/slow") + get("/b"));
  connection.ended();
  assert.deepEqual(socket.ends, []);
  echoTarget(exchanges[0]!);
  assert.deepEqual(readResponses(socket.sent).map((response) => response.content), ["/slow", "/b"]);
  assert.deepEqual(socket.ends, ["end"]);
});

test("Connection: a client that leaves within a head or when idle is let go", () => {
  for (const text of ["", "GET / HT"]) {
    const { send, socket, connection, exchanges } = serving(hello);
    if (text !== "") send(text);
    connection.ended();
    assert.deepEqual(socket.ends, ["end"]);
    assert.equal(exchanges.length, 0);
    assert.equal(socket.sent, "");
  }
});

test("Connection: the app is told once that its client is gone, and may answer in vain", () => {
  let count = 0;
  const { send, connection, exchanges, server } = serving((exchange) =>
    exchange.onClose = () => count++
  );
  send(get("/"));
  connection.closed();
  connection.closed();
  assert.equal(count, 1);
  assert.equal(exchanges[0]!.isOver, true);
  exchanges[0]!.respond(200, TEXT, "late");
  exchanges[0]!.fail();
  assert.equal(server.connections, 0);
});

test("Connection: an app that throws is logged and answered 500", () => {
  const { send, socket, logged } = serving(() => {
    throw new Error("boom");
  });
  send(get("/"));
  assert.equal(readResponses(socket.sent)[0]!.status, 500);
  assert.match(logged[0]!, /GET \/.*boom/s);
});

test("Connection: more is not parsed while the client does not take what it asked for", () => {
  const big = "x".repeat(40_000);
  const { send, socket, connection, exchanges } = serving((exchange) =>
    exchange.respond(200, TEXT, big)
  );
  socket.takes = [100];
  send(get("/").repeat(10));
  assert.ok(exchanges.length < 10, String(exchanges.length));
  assert.equal(socket.isPaused, true);
  connection.drained();
  assert.equal(exchanges.length, 10);
  assert.equal(socket.isPaused, false);
  assert.equal(readResponses(socket.sent).length, 10);
});

test("Connection: fields of one byte beyond ASCII are sent as they are", () => {
  const fields = formatFields([["X", "caf\xe9"]]);
  const { send, socket } = serving((exchange) => exchange.respond(200, fields, "\u00e9"));
  send(get("/"));
  const [response] = readResponses(socket.sent);
  assert.equal(response!.fields["x"], "caf\xe9");
  assert.equal(response!.fields["content-length"], "2");
  assert.equal(Buffer.from(response!.content, "latin1").toString(), "\u00e9");
});
