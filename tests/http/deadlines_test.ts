import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange } from "../../lib/http/exchange.ts";
import { readResponses, serving, TEXT } from "./serving.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const hello = (exchange: Exchange): void => exchange.respond(200, TEXT, "hi");

test("Connection: a client that says nothing is let go after head_timeout", () => {
  const { socket, pass } = serving(hello, { headTimeoutMs: 3000 });
  pass(2900);
  assert.deepEqual(socket.ends, []);
  pass(400);
  assert.deepEqual(socket.ends, ["end"]);
  assert.equal(socket.sent, "");
});

test("Connection: a head that drips in is answered 408 at an absolute deadline", () => {
  const { send, socket, pass, exchanges } = serving(hello, { headTimeoutMs: 3000 });
  send("GET / HTTP/1.1\r\nHost: a\r\n");
  for (let i = 0; i < 40 && socket.sent === ""; i++) {
    pass(100);
    send("X");
  }
  assert.equal(readResponses(socket.sent)[0]!.status, 408);
  assert.equal(exchanges.length, 0);
  assert.deepEqual(socket.ends, ["fin"]);
});

test("Connection: the head's deadline begins with its first byte, also on a persistent connection", () => {
  const { send, socket, pass } = serving(hello, { headTimeoutMs: 3000, keepaliveMs: 20_000 });
  send(GET);
  pass(10_000);
  send("GET");
  pass(2800);
  send(" / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.deepEqual(readResponses(socket.sent).map((response) => response.status), [200, 200]);
});

test("Connection: an idle connection is closed silently after keepalive", () => {
  const { send, socket, pass } = serving(hello, { keepaliveMs: 5000, headTimeoutMs: 1000 });
  send(GET);
  pass(4800);
  send(GET);
  pass(4800);
  assert.deepEqual(socket.ends, []);
  pass(500);
  assert.deepEqual(socket.ends, ["end"]);
  assert.equal(readResponses(socket.sent).length, 2);
});

test("Connection: keepalive 0 closes after each response", () => {
  const { send, socket } = serving(hello, { keepaliveMs: 0 });
  send(GET + GET);
  const responses = readResponses(socket.sent);
  assert.equal(responses.length, 1);
  assert.equal(responses[0]!.fields["connection"], "close");
});

test("Connection: an app may take its time", () => {
  const { send, socket, pass, exchanges } = serving(() => {}, { keepaliveMs: 1000 });
  send(GET);
  pass(600_000);
  assert.deepEqual(socket.ends, []);
  hello(exchanges[0]!);
  assert.equal(readResponses(socket.sent).length, 1);
});

const POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";

test("Connection: a body that does not go on is answered 408, and the app is told", () => {
  const errors: unknown[] = [];
  const { send, socket, pass } = serving(
    (exchange) => exchange.body!.stream(() => {}, (error) => errors.push(error)),
    { bodyTimeoutMs: 2000 },
  );
  send(POST);
  pass(1900);
  send("x");
  pass(1900);
  assert.equal(socket.sent, "");
  pass(400);
  assert.equal(readResponses(socket.sent)[0]!.status, 408);
  assert.equal(errors.length, 1);
});

test("Connection: no deadline for a body that the app does not take", () => {
  const { send, socket, pass, exchanges } = serving(() => {}, { bodyTimeoutMs: 2000 });
  send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${"x".repeat(70_000)}`);
  assert.equal(socket.isPaused, true);
  pass(60_000);
  assert.equal(exchanges[0]!.isOver, false);
});

test("Connection: a client that takes nothing of its response is cut after write_timeout", () => {
  const { send, socket, pass, connection } = serving(
    (exchange) => exchange.respond(200, TEXT, "x".repeat(200_000)),
    { writeTimeoutMs: 3000 },
  );
  socket.takes = [10_000, 10_000];
  send(GET);
  pass(2800);
  connection.drained();
  pass(2800);
  assert.deepEqual(socket.ends, [], "it took some: the deadline moved");
  pass(500);
  assert.deepEqual(socket.ends, ["terminate"]);
});

test("Connection: lingering ends after a while", () => {
  const { send, socket, pass } = serving(hello);
  send("GET / HTTP/1.0\r\n\r\n");
  assert.deepEqual(socket.ends, ["fin"]);
  pass(2300);
  assert.deepEqual(socket.ends, ["fin", "end"]);
});

test("HttpServer: drain() lets requests finish, answers with Connection: close, then is done", async () => {
  const { send, socket, exchanges, server, connection } = serving(() => {});
  send(GET);
  const drained = server.drain(60_000);
  hello(exchanges[0]!);
  assert.equal(readResponses(socket.sent)[0]!.fields["connection"], "close");
  connection.closed();
  await drained;
  assert.equal(server.connections, 0);
});

test("HttpServer: drain() cuts what is open when its time is over", async () => {
  const { send, socket, server } = serving(() => {});
  send(GET);
  await server.drain(1);
  assert.deepEqual(socket.ends, ["terminate"]);
});
