import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { Exchange } from "../../lib/http/exchange.ts";
import { readResponses, serving, TEXT } from "./serving.ts";

const GET = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
const post = (fields: string, body = ""): string =>
  `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;

/** Answers with the body, or with what was wrong with it. */
function echo(exchange: Exchange): void {
  if (exchange.body === null) return exchange.respond(200, TEXT, "none");
  let text = "";
  exchange.body.stream(
    (chunk) => text += Buffer.from(chunk).toString("latin1"),
    (error) => exchange.respond(200, TEXT, error?.message ?? text),
  );
}

const CHUNKED = "Transfer-Encoding: chunked\r\n";
const bodies: [name: string, request: string, content: string][] = [
  ["a body of known length", post("Content-Length: 5\r\n", "hello"), "hello"],
  ["an empty body", post("Content-Length: 0\r\n"), "none"],
  ["a chunked body", post(CHUNKED, "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"), "hello"],
  ["a chunked body with a trailer", post(CHUNKED, "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"), "hello"],
  ["an empty chunked body", post(CHUNKED, "0\r\n\r\n"), ""],
];
for (const [name, request, content] of bodies) {
  test(`Connection: ${name}, at once, and the next request behind it`, () => {
    const { send, socket } = serving(echo);
    send(request + GET);
    assert.deepEqual(readResponses(socket.sent).map((response) => response.content), [
      content,
      "none",
    ]);
  });

  test(`Connection: ${name}, byte by byte`, () => {
    const { send, socket } = serving(echo);
    for (const byte of request + GET) send(byte);
    assert.deepEqual(readResponses(socket.sent).map((response) => response.content), [
      content,
      "none",
    ]);
  });
}

test("Connection: a whole body can be taken at once", () => {
  const { send, socket } = serving((exchange) => {
    const body = exchange.body!.takeIfComplete();
    exchange.respond(200, TEXT, body);
  });
  send(post("Content-Length: 5\r\n", "hello"));
  assert.equal(readResponses(socket.sent)[0]!.content, "hello");
});

test("Connection: 100 Continue is sent when the app reads, once, not before", () => {
  const { send, socket, exchanges } = serving(() => {});
  send(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
  assert.equal(socket.sent, "");
  echo(exchanges[0]!);
  assert.equal(socket.sent, "HTTP/1.1 100 Continue\r\n\r\n");
  send("hello");
  assert.match(socket.sent, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n.*hello$/s);
});

test("Connection: no 100 Continue when the body is here already", () => {
  const { send, socket } = serving(echo);
  send(post("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"));
  assert.match(socket.sent, /^HTTP\/1\.1 200 /);
});

test("Connection: a final answer instead of 100 Continue closes: the body may or may not come", () => {
  const { send, socket } = serving((exchange) => exchange.respond(401, TEXT, "no"));
  send(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
  const [response] = readResponses(socket.sent);
  assert.equal(response!.status, 401);
  assert.equal(response!.fields["connection"], "close");
  assert.deepEqual(socket.ends, ["fin"]);
});

test("Connection: the unread rest of a body is never taken for a request", () => {
  const { send, socket, exchanges } = serving((exchange) =>
    exchange.respond(200, TEXT, exchange.head.target)
  );
  send(post("Content-Length: 60\r\n"));
  send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".padEnd(60, "x") + GET);
  assert.deepEqual(exchanges.map((exchange) => exchange.head.target), ["/", "/next"]);
  assert.equal(readResponses(socket.sent).length, 2);
});

test("Connection: a large body that the app does not want closes the connection", () => {
  const { send, socket } = serving((exchange) => exchange.respond(403, TEXT, "no"));
  send(post("Content-Length: 900000\r\n", "x".repeat(1000)));
  assert.equal(readResponses(socket.sent)[0]!.fields["connection"], "close");
});

test("Connection: an endless chunked body that nobody reads is cut", () => {
  const { send, socket } = serving((exchange) => exchange.respond(200, TEXT, "done"));
  send(post(CHUNKED));
  for (let i = 0; i < 40 && socket.ends.length === 0; i++) {
    send(`2000\r\n${"x".repeat(0x2000)}\r\n`);
  }
  assert.deepEqual(socket.ends, ["terminate"]);
});

const tooLarge: [name: string, request: string][] = [
  ["known length", post("Content-Length: 11\r\n", "x")],
  ["chunked", post(CHUNKED, "6\r\n123456\r\n6\r\n123456\r\n0\r\n\r\n")],
];
for (const [name, request] of tooLarge) {
  test(`Connection: a body above the limit is answered 413 and no app sees it: ${name}`, () => {
    const { send, socket, exchanges } = serving(echo, { maxBody: 10 });
    send(request + GET);
    assert.deepEqual(readResponses(socket.sent).map((response) => response.status), [413]);
    assert.equal(exchanges.length, 0);
  });
}

test("Connection: a bad chunk behind good ones tells the app and answers 400", () => {
  const errors: (Error | null)[] = [];
  const { send, socket } = serving((exchange) =>
    exchange.body!.stream(() => {}, (error) => errors.push(error))
  );
  send(post(CHUNKED, "3\r\nabc\r\n"));
  send("zz\r\n");
  assert.equal(readResponses(socket.sent)[0]!.status, 400);
  assert.equal(errors.length, 1);
  assert.ok(errors[0] instanceof Error);
});

test("Connection: a bad chunk after the response began cuts the connection", () => {
  const { send, socket } = serving((exchange) => exchange.start(200, TEXT));
  send(post(CHUNKED, "3\r\nabc\r\n"));
  send("zz\r\n");
  assert.deepEqual(socket.ends, ["terminate"]);
});

test("Connection: a slow app slows the client down, and loses nothing", () => {
  const { send, socket, exchanges } = serving(() => {});
  send(post("Content-Length: 300000\r\n"));
  const chunk = "x".repeat(50_000);
  send(chunk);
  assert.equal(socket.isPaused, false);
  send(chunk);
  assert.equal(socket.isPaused, true);
  echo(exchanges[0]!);
  assert.equal(socket.isPaused, false);
  for (let i = 0; i < 4; i++) send(chunk);
  assert.equal(readResponses(socket.sent)[0]!.content.length, 300_000);
});

test("Connection: an app that pauses its body pauses the client", () => {
  const { send, socket, exchanges } = serving((exchange) =>
    exchange.body!.stream(() => {}, () => {})
  );
  send(post("Content-Length: 300000\r\n"));
  exchanges[0]!.body!.pause();
  send("x".repeat(70_000));
  assert.equal(socket.isPaused, true);
  exchanges[0]!.body!.resume();
  assert.equal(socket.isPaused, false);
});

test("Connection: a client that leaves within its body ends the exchange", () => {
  const { send, connection, exchanges, socket } = serving(echo);
  send(post("Content-Length: 5\r\n", "he"));
  connection.ended();
  assert.equal(exchanges[0]!.isOver, true);
  assert.deepEqual(socket.ends, ["terminate"]);
});
