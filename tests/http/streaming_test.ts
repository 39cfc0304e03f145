import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { Exchange } from "../../lib/http/exchange.ts";
import { formatFields, NO_FIELDS } from "../../lib/http/fields.ts";
import { readResponses, serving, TEXT, turn } from "./serving.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const GET10 = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
const bytes = (text: string): Uint8Array => Buffer.from(text);

test("Exchange: a stream without length is chunked, and the connection goes on", () => {
  const { send, socket } = serving((exchange) => {
    exchange.start(200, TEXT);
    exchange.write(bytes("a"));
    exchange.write(bytes(""));
    exchange.write(bytes("bc"));
    exchange.end();
  });
  send(GET + GET);
  const responses = readResponses(socket.sent);
  assert.deepEqual(responses.map((response) => response.content), ["abc", "abc"]);
  assert.equal(responses[0]!.fields["transfer-encoding"], "chunked");
  assert.equal(responses[0]!.fields["content-length"], undefined);
});

test("Exchange: a stream with a length is sent as it is", () => {
  const { send, socket } = serving((exchange) => {
    exchange.start(200, formatFields([["content-length", "3"]]));
    exchange.write(bytes("abc"));
    exchange.end();
  });
  send(GET);
  assert.match(socket.sent, /Content-Length: 3\r\n\r\nabc$/);
});

test("Exchange: for HTTP/1.0 the end of the connection is the end of a stream without length", () => {
  const { send, socket } = serving((exchange) => {
    exchange.start(200, TEXT);
    exchange.write(bytes("abc"));
    exchange.end();
  });
  send(GET10);
  const [response] = readResponses(socket.sent);
  assert.equal(response!.content, "abc");
  assert.equal(response!.fields["transfer-encoding"], undefined);
  assert.equal(response!.fields["connection"], "close");
  assert.deepEqual(socket.ends, ["fin"]);
});

test("Exchange: the head of a stream is sent although no content comes yet", async () => {
  const { send, socket, exchanges } = serving((exchange) => exchange.start(200, TEXT));
  send(GET);
  await turn();
  assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n/);
  exchanges[0]!.end();
  assert.equal(readResponses(socket.sent)[0]!.content, "");
});

test("Exchange: each piece of a stream is sent at once", () => {
  const { send, socket, exchanges } = serving((exchange) => exchange.start(200, TEXT));
  send(GET);
  for (const piece of ["one", "two"]) {
    exchanges[0]!.write(bytes(piece));
    assert.ok(socket.sent.endsWith(`3\r\n${piece}\r\n`), socket.sent);
  }
});

test("Exchange: a slow client is waited for, onDrain says when to go on", () => {
  const { send, socket, connection, exchanges } = serving((exchange) => exchange.start(200, TEXT));
  send(GET);
  const exchange = exchanges[0]!;
  let drains = 0;
  exchange.onDrain = () => drains++;
  socket.takes = [1000, 0, 500];
  assert.equal(exchange.write(new Uint8Array(50_000)), true);
  assert.equal(exchange.write(new Uint8Array(50_000)), false);
  connection.drained();
  assert.equal(drains, 0, "the socket is full still");
  connection.drained();
  connection.drained();
  assert.equal(drains, 1);
  exchange.end();
  assert.equal(readResponses(socket.sent)[0]!.content.length, 100_000);
});

test("Exchange: HEAD of a stream has its head only", () => {
  const { send, socket } = serving((exchange) => {
    exchange.start(200, TEXT);
    exchange.write(bytes("abc"));
    exchange.end();
  });
  send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + GET);
  const responses = readResponses(socket.sent, (index) => index === 0);
  assert.deepEqual(responses.map((response) => response.content), ["", "abc"]);
});

test("Exchange: content above Content-Length is cut and logged", () => {
  const fields = formatFields([["content-length", "3"]]);
  const { send, socket, logged } = serving((exchange) => exchange.respond(200, fields, "abcdef"));
  send(GET + GET);
  assert.deepEqual(readResponses(socket.sent).map((response) => response.content), ["abc", "abc"]);
  assert.match(logged[0]!, /exceeds its Content-Length by 3/);
});

test("Exchange: content below Content-Length is logged and the connection cut", () => {
  const fields = formatFields([["content-length", "6"]]);
  const { send, socket, logged, exchanges } = serving((exchange) =>
    exchange.respond(200, fields, "abc")
  );
  send(GET + GET);
  assert.match(socket.sent, /Content-Length: 6\r\n\r\nabc$/);
  assert.match(logged[0]!, /3 bytes short/);
  assert.deepEqual(socket.ends, ["terminate"]);
  assert.equal(exchanges.length, 1);
});

test("Exchange: an app that fails within its stream has the connection cut", () => {
  const { send, socket, exchanges } = serving((exchange) => exchange.start(200, TEXT));
  send(GET);
  exchanges[0]!.write(bytes("abc"));
  exchanges[0]!.fail();
  assert.doesNotMatch(socket.sent, /0\r\n\r\n$/);
  assert.deepEqual(socket.ends, ["terminate"]);
});

test("Exchange: what cannot be sent is refused before a byte leaves", () => {
  for (const [status, reason] of [[99, ""], [1000, ""], [200, "a\r\nb"], [NaN, ""]] as const) {
    const errors: unknown[] = [];
    const { send, socket } = serving((exchange: Exchange) => {
      try {
        exchange.respond(status, NO_FIELDS, "x", reason);
      } catch (error) {
        errors.push(error);
        exchange.fail();
      }
    });
    send(GET);
    assert.ok(errors[0] instanceof TypeError, String(status));
    assert.deepEqual(readResponses(socket.sent).map((response) => response.status), [500]);
  }
});

test("Exchange: an app that answers twice is answered for once", () => {
  const { send, socket } = serving((exchange) => {
    exchange.respond(200, TEXT, "one");
    exchange.respond(200, TEXT, "two");
    exchange.start(200, TEXT);
    exchange.write(bytes("x"));
    exchange.end();
  });
  send(GET);
  assert.deepEqual(readResponses(socket.sent).map((response) => response.content), ["one"]);
});

test("Exchange: an app that would be held up runs ahead of a slow client, up to a bound", () => {
  const { send, socket, connection, exchanges, server } = serving((exchange) =>
    exchange.start(200, TEXT)
  );
  send(GET);
  const exchange = exchanges[0]!;
  exchange.holdsApp = true;
  socket.takes = [0];
  let pieces = 0;
  while (exchange.write(new Uint8Array(65_536))) pieces++;
  assert.ok(pieces >= 60 && pieces <= 64, String(pieces));
  assert.ok(server.held.bytes >= pieces * 65_536);
  connection.closed();
  assert.equal(server.held.bytes, 0);
});

test("Exchange: when a worker holds very much, apps that are held up wait like others", () => {
  const { send, socket, exchanges, server } = serving((exchange) => exchange.start(200, TEXT));
  server.held.bytes = 67_108_864;
  send(GET);
  exchanges[0]!.holdsApp = true;
  socket.takes = [0];
  assert.equal(exchanges[0]!.write(new Uint8Array(65_536)), false);
});
