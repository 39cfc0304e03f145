/** HTTP/1.1 as bytes on the wire, with an app of web standards. RFC numbers name the clause that is tested. */
import assert from "node:assert/strict";
import { RawClient, type RawResponse } from "../raw_client.ts";
import { withSharedServer } from "../shared_server.ts";
import type { Server } from "../server.ts";

const LIMITS = ["--keep-alive", "1", "--head-timeout", "1", "--limit-request-body", "1m"];
const OPTIONS = { app: "tests/apps/fetch.ts", args: ["--workers", "1", ...LIMITS] };
const HOST = "Host: example.org\r\n";

withSharedServer("HTTP/1.1", OPTIONS, (test) => {
  test("a connection is kept for the next request", (server) =>
    withClient(server, async (client) => {
      for (const name of ["one", "two", "three"]) {
        client.send(get(`/hello/${name}`));
        assertHello(await client.readResponse(), name);
      }
    }));

  test("pipelined requests are answered in their order, also when the first is slow", (server) =>
    withClient(server, async (client) => {
      const names = Array.from({ length: 16 }, (_, index) => `n${index}`);
      client.send(get("/slow?ms=100") + names.map((name) => get(`/hello/${name}`)).join(""));
      assert.equal((await client.readResponse()).body.toString(), "slow");
      for (const name of names) assertHello(await client.readResponse(), name);
    }));

  test("a request may come byte by byte", (server) =>
    withClient(server, async (client) => {
      for (const byte of post("/echo", "[1]", "Content-Type: application/json\r\n")) {
        client.send(byte);
      }
      assert.equal((await client.readResponse()).body.toString(), "[1]");
    }));

  test("Connection: close ends the connection after the response", (server) =>
    withClient(server, async (client) => {
      client.send(get("/hello/last", "Connection: close\r\n"));
      const response = await client.readResponse();
      assert.match(response.fields["connection"] ?? "", /close/i);
      assert.equal((await client.readToEnd()).length, 0);
    }));

  test("HTTP/1.0 closes, and streams until the end of the connection", (server) =>
    withClient(server, async (client) => {
      client.send("GET /stream HTTP/1.0\r\n\r\n");
      const response = await client.readResponse();
      assert.equal(response.fields["transfer-encoding"], undefined);
      assert.equal(response.body.toString(), "one\ntwo\nthree\n");
    }));

  test("HTTP/1.1 streams in chunks", (server) =>
    withClient(server, async (client) => {
      client.send(get("/stream") + get("/hello/after"));
      const response = await client.readResponse();
      assert.equal(response.fields["transfer-encoding"], "chunked");
      assert.equal(response.body.toString(), "one\ntwo\nthree\n");
      assertHello(await client.readResponse(), "after");
    }));

  test("HEAD has the fields of GET and no body (RFC 9110 §9.3.2)", (server) =>
    withClient(server, async (client) => {
      client.send(`HEAD /hello/you HTTP/1.1\r\n${HOST}\r\n${get("/hello/next")}`);
      const head = await client.readResponse("HEAD");
      assert.equal(head.fields["content-length"], String('{"hello":"you"}'.length));
      assertHello(await client.readResponse(), "next");
    }));

  for (const [path, status] of [["/no-content", 204], ["/not-modified", 304]] as const) {
    test(`${status} has no body and no transfer-encoding (RFC 9112 §6.3)`, (server) =>
      withClient(server, async (client) => {
        client.send(get(path) + get("/hello/next"));
        const response = await client.readResponse();
        assert.equal(response.status, status);
        assert.equal(response.fields["transfer-encoding"], undefined);
        if (status === 204) assert.equal(response.fields["content-length"], undefined);
        assertHello(await client.readResponse(), "next");
      }));
  }

  test("a response has a Date (RFC 9110 §6.6.1)", (server) =>
    withClient(server, async (client) => {
      client.send(get("/hello/you"));
      const date = (await client.readResponse()).fields["date"] ?? "";
      assert.match(date, /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
      assert.ok(Math.abs(Date.parse(date) - Date.now()) < 5_000, date);
    }));

  test("a chunked body is decoded, extensions and trailers are left out (RFC 9112 §7.1)", (server) =>
    withClient(server, async (client) => {
      const chunks = "1;name=value\r\n[\r\n3\r\n1,2\r\n1\r\n]\r\n0\r\nX-Trailer: t\r\n\r\n";
      client.send(`POST /echo HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${chunks}`);
      client.send(get("/hello/after"));
      assert.equal((await client.readResponse()).body.toString(), "[1,2]");
      assertHello(await client.readResponse(), "after");
    }));

  test("Expect: 100-continue is answered before the body comes (RFC 9110 §10.1.1)", (server) =>
    withClient(server, async (client) => {
      client.send(
        `POST /echo HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`,
      );
      assert.equal((await client.readResponse()).status, 100);
      client.send("[7]");
      assert.equal((await client.readResponse()).body.toString(), "[7]");
    }));

  test("a body that nobody reads does not spoil the next request", (server) =>
    withClient(server, async (client) => {
      client.send(post("/hello/first", "x".repeat(1000)) + get("/hello/second"));
      assertHello(await client.readResponse(), "first");
      assertHello(await client.readResponse(), "second");
    }));

  test("a client that half-closes gets its response", (server) =>
    withClient(server, async (client) => {
      client.send(get("/slow?ms=50"));
      client.finish();
      assert.equal((await client.readResponse()).body.toString(), "slow");
      await client.readToEnd();
    }));

  test("a client that reads late gets all 8 MiB", (server) =>
    withClient(server, async (client) => {
      client.pause();
      client.send(get("/large"));
      // Another client's answer shows that the server is at work meanwhile.
      assert.equal((await fetch(`${server.url}/hello/other`)).status, 200);
      client.resume();
      assert.equal((await client.readResponse()).body.length, 8 << 20);
    }));

  test("an idle connection is closed after the keep-alive time", (server) =>
    withClient(server, async (client) => {
      client.send(get("/hello/you"));
      await client.readResponse();
      const started = performance.now();
      assert.equal((await client.readToEnd()).length, 0);
      assertBetween(performance.now() - started, 500, 5_000);
    }));

  test("a head that never ends is answered 408 (RFC 9110 §15.5.9)", (server) =>
    withClient(server, async (client) => {
      client.send("GET / HTTP/1.1\r\nHost: exam");
      assert.equal((await client.readResponse()).status, 408);
      await client.readToEnd();
    }));

  test("an app's error is answered 500 and the connection goes on", (server) =>
    withClient(server, async (client) => {
      client.send(get("/fail") + get("/hello/after"));
      assert.equal((await client.readResponse()).status, 500);
      assertHello(await client.readResponse(), "after");
    }));

  test("a client that leaves in the middle of its body harms nobody", async (server) => {
    for (let index = 0; index < 20; index++) {
      const client = await RawClient.connect(server.port);
      client.send(`POST /upload HTTP/1.1\r\n${HOST}Content-Length: 100000\r\n\r\nabc`);
      client.close();
    }
    assert.equal((await fetch(`${server.url}/hello/you`)).status, 200);
  });

  for (const { name, bytes, status } of refusedRequests()) {
    test(`${name} is refused with ${status}, and the connection ends`, (server) =>
      withClient(server, async (client) => {
        client.send(bytes);
        assert.equal((await client.readResponse()).status, status);
        await client.readToEnd();
      }));
  }
});

function refusedRequests(): { name: string; bytes: string; status: number }[] {
  const line = "GET /hello/you HTTP/1.1\r\n";
  const chunked = "Transfer-Encoding: chunked\r\n";
  return [
    { name: "garbage", bytes: "\x16\x03\x01\x02\x00\x01\r\n\r\n", status: 400 },
    { name: "a request without Host (RFC 9112 §3.2)", bytes: `${line}\r\n`, status: 400 },
    { name: "two Host fields", bytes: `${line}${HOST}${HOST}\r\n`, status: 400 },
    { name: "a bare LF in the head", bytes: `${line}${HOST}A: b\nC: d\r\n\r\n`, status: 400 },
    { name: "a space before the colon", bytes: `${line}${HOST}A : b\r\n\r\n`, status: 400 },
    { name: "a NUL in a value", bytes: `${line}${HOST}A: b\0c\r\n\r\n`, status: 400 },
    { name: "HTTP/2.0", bytes: `GET / HTTP/2.0\r\n${HOST}\r\n`, status: 505 },
    {
      name: "Content-Length with Transfer-Encoding (RFC 9112 §6.1)",
      bytes: `POST /echo HTTP/1.1\r\n${HOST}Content-Length: 3\r\n${chunked}\r\n0\r\n\r\n`,
      status: 400,
    },
    {
      name: "two lengths",
      bytes: `POST /echo HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\n[1]x`,
      status: 400,
    },
    {
      name: "a length with a sign",
      bytes: `POST /echo HTTP/1.1\r\n${HOST}Content-Length: +3\r\n\r\n[1]`,
      status: 400,
    },
    {
      name: "a body above the limit",
      bytes: `POST /upload HTTP/1.1\r\n${HOST}Content-Length: 2000000\r\n\r\n`,
      status: 413,
    },
    {
      name: "a target of 20 000 bytes",
      bytes: `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`,
      status: 414,
    },
    {
      name: "a field of 20 000 bytes",
      bytes: `${line}${HOST}A: ${"a".repeat(20_000)}\r\n\r\n`,
      status: 431,
    },
    { name: "200 fields", bytes: `${line}${HOST}${"A: b\r\n".repeat(200)}\r\n`, status: 431 },
    { name: "an unknown expectation", bytes: `${line}${HOST}Expect: miracle\r\n\r\n`, status: 417 },
  ];
}

function get(target: string, fields = ""): string {
  return `GET ${target} HTTP/1.1\r\n${HOST}${fields}\r\n`;
}

function post(target: string, body: string, fields = ""): string {
  return `POST ${target} HTTP/1.1\r\n${HOST}${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function assertHello(response: RawResponse, name: string): void {
  assert.equal(response.status, 200);
  assert.deepEqual(JSON.parse(response.body.toString()), { hello: name });
}

function assertBetween(value: number, low: number, high: number): void {
  assert.ok(value >= low && value <= high, `${value} is not between ${low} and ${high}`);
}

async function withClient(
  server: Server,
  body: (client: RawClient) => Promise<void>,
): Promise<void> {
  const client = await RawClient.connect(server.port);
  try {
    await body(client);
  } finally {
    client.close();
  }
}
