/** What was wrong once. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { Exchange } from "../../lib/http/exchange.ts";
import { NO_FIELDS } from "../../lib/http/fields.ts";
import { INPUT_HIGH_WATER } from "../../lib/http/limits.ts";
import { RequestReader } from "../../lib/http/request_reader.ts";
import { HEADER_MAP, INPUT_SIZE, Parser } from "../../lib/parser/parser.ts";
import { readResponses, type Serving, serving, TEXT, turn } from "./serving.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const hello = (exchange: Exchange): void => exchange.respond(200, TEXT, "hi");
const post = (fields: string, body = ""): string =>
  `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;

test("Connection: a flood of pipelined requests is not read faster than it is answered", async () => {
  const { send, socket, exchanges } = serving(hello);
  const many = GET.repeat(2000);
  let sent = 0;
  while (!socket.isPaused && sent < INPUT_SIZE) {
    send(many);
    sent += many.length;
  }
  assert.ok(sent < 4 * INPUT_HIGH_WATER, `${sent} bytes are kept`);
  for (let i = 0; i < 200 && exchanges.length < sent / GET.length; i++) await turn();
  assert.equal(exchanges.length, sent / GET.length, "none is lost");
  assert.equal(socket.isPaused, false, "and more may come");
});

test("Connection: a partial head that is longer than the input mark is read on", () => {
  const { send, socket } = serving(hello);
  const head = "GET / HTTP/1.1\r\nHost: a\r\n" + `X: ${"x".repeat(7000)}\r\n`.repeat(9);
  assert.ok(head.length < INPUT_HIGH_WATER);
  send(head + `X: ${"x".repeat(INPUT_HIGH_WATER - head.length - 10)}`);
  assert.equal(socket.isPaused, false);
  send("\r\n\r\n");
  assert.equal(readResponses(socket.sent)[0]!.status, 200);
});

test("Connection: write_timeout is not over for a client that took everything in between", () => {
  const { send, socket, connection, pass, exchanges } = serving(
    (exchange) => exchange.start(200, TEXT),
    { writeTimeoutMs: 3000 },
  );
  send(GET);
  const exchange = exchanges[0]!;
  exchange.onDrain = () => {
    socket.takes = [100];
    exchange.write(new Uint8Array(60_000));
  };
  exchange.onDrain();
  for (let i = 0; i < 5; i++) {
    pass(2000);
    connection.drained();
  }
  assert.deepEqual(socket.ends, []);
  pass(3300);
  assert.deepEqual(socket.ends, ["terminate"]);
});

test("Connection: body_timeout does not run while the client waits for 100 Continue", () => {
  const { send, socket, pass, exchanges } = serving(() => {}, { bodyTimeoutMs: 2000 });
  send(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
  pass(60_000);
  assert.equal(socket.sent, "");
  exchanges[0]!.body!.stream(() => {}, () => {});
  assert.match(socket.sent, /^HTTP\/1\.1 100 /);
  pass(2300);
  assert.match(socket.sent, /HTTP\/1\.1 408 /, "then it does");
});

test("Connection: the client's FIN behind a body that nobody read does not destroy the response", () => {
  const { send, socket, connection } = serving((exchange) =>
    exchange.respond(200, TEXT, "x".repeat(200_000))
  );
  socket.takes = [1000];
  send(post("Connection: close\r\nContent-Length: 10\r\n", "hello"));
  send("world");
  connection.ended();
  assert.deepEqual(socket.ends, []);
  connection.drained();
  assert.equal(readResponses(socket.sent)[0]!.content.length, 200_000);
  assert.deepEqual(socket.ends, ["end"]);
});

const leftovers: [name: string, end: (all: Serving) => void, how: string][] = [
  ["FIN", ({ connection }) => connection.ended(), "end"],
  ["a bad chunk", ({ send }) => send("zz\r\n"), "fin"],
  ["silence", ({ pass }) => pass(30_500), "fin"],
];
for (const [name, end, how] of leftovers) {
  test(`Connection: ${name} within the rest of a body whose request was answered closes gently`, () => {
    const all = serving(hello);
    all.send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n"));
    end(all);
    assert.deepEqual(readResponses(all.socket.sent).map((response) => response.status), [200]);
    assert.deepEqual(all.socket.ends, [how]);
  });
}

test("Connection: a bad chunk behind the one that the app answers does not destroy the answer", () => {
  const { send, socket } = serving((exchange) =>
    exchange.body!.stream(() => exchange.respond(200, TEXT, "enough"), () => {})
  );
  send(post("Connection: close\r\nTransfer-Encoding: chunked\r\n"));
  send("2\r\nab\r\nzz\r\n");
  assert.equal(readResponses(socket.sent)[0]!.content, "enough");
  assert.deepEqual(socket.ends, ["fin"]);
});

test("Connection: a request that is refused within its body is not logged as one whose client left", () => {
  const { send, exchanges } = serving(() => {});
  send(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n"));
  send("zz\r\n");
  assert.equal((exchanges[0] as unknown as { status: number }).status, 400);
});

test("Exchange: a reason phrase beyond ASCII is sent as latin-1", () => {
  for (const isStreamed of [false, true]) {
    const { send, socket } = serving((exchange) => {
      if (!isStreamed) return exchange.respond(200, NO_FIELDS, "x", "caf\xe9");
      exchange.start(200, NO_FIELDS, "caf\xe9");
      exchange.end();
    });
    send(GET);
    assert.match(socket.sent, /^HTTP\/1\.1 200 caf\xe9\r\n/);
  }
});

test("HttpServer: drain() does not reset a connection that has its response", async () => {
  const { send, socket, server } = serving(hello);
  send(GET);
  await server.drain(1);
  assert.deepEqual(socket.ends, ["end"]);
});

test("RequestReader: a long head and what comes behind it may exceed the parser's input area", () => {
  const parser = new Parser({
    maxRequestLine: 0,
    maxFields: 0,
    maxFieldSize: 0,
    maxHead: 0,
    headerMap: HEADER_MAP.drop,
    permit: 0,
  });
  const reader = new RequestReader(parser, 0, { bodyWanted() {} });
  const fields = `X: ${"x".repeat(900_000)}\r\n`;
  reader.take(Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${fields}`));
  assert.equal(reader.next(), 0);
  const data = "y".repeat(400_000);
  reader.take(Buffer.from(`\r\n61a80\r\n${data}\r\n0\r\nX-T: ${"t".repeat(700_000)}`));
  assert.equal(reader.next(), 1);
  assert.equal(reader.head.field("x")!.length, 900_000);
  assert.equal(reader.take(Buffer.from(`${"t".repeat(300_000)}\r\n\r\n${GET.repeat(20_000)}`)), 0);
  assert.equal(reader.body!.takeIfComplete()!.length, 400_000);
  for (let i = 0; i < 20_000; i++) assert.equal(reader.next(), 1);
  assert.equal(reader.next(), 0);
  reader.take(Buffer.alloc(INPUT_SIZE + 10, "A"));
  assert.ok(reader.next() < 0);
});

test("RequestReader: many tiny chunks of a body come as few pieces", () => {
  const pieces: Uint8Array[] = [];
  const { send, exchanges } = serving((exchange) =>
    exchange.body!.stream((chunk) => pieces.push(chunk), () => exchange.respond(200, TEXT, "ok"))
  );
  send(post("Transfer-Encoding: chunked\r\n"));
  send("1\r\nx\r\n".repeat(4000) + "0\r\n\r\n");
  assert.equal(exchanges[0]!.isOver, true);
  assert.equal(Buffer.concat(pieces).toString(), "x".repeat(4000));
  assert.ok(pieces.length < 10, String(pieces.length));
});
