import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { replaceGlobals } from "../../../workers/fetch/replaced_globals.ts";
import { ask, streamOf } from "./ask.ts";

replaceGlobals();

const TEXT = "to be told as it is, ".repeat(100);
const CODERS: Record<string, (text: string) => Uint8Array> = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};

/** Answers in the coding that its path names. */
async function withUpstream(use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    const [, coding = "", isEmpty] = request.url!.split("/");
    const body = CODERS[coding]!(isEmpty ? "" : TEXT);
    response.writeHead(200, { "content-encoding": coding, "content-length": body.length });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

// Deno leaves "deflate" as it is.
for (const coding of ["gzip", "br"]) {
  test(`what fetch() has decoded from ${coding} is sent whole, and not called ${coding}`, async () => {
    await withUpstream(async (url) => {
      const results = [
        await ask(() => fetch(`${url}/${coding}`)),
        await ask(async () => {
          const result = await fetch(`${url}/${coding}`);
          return new Response(result.body, result);
        }),
      ];
      for (const { text, lines, contentLength } of results) {
        assert.equal(text, TEXT);
        assert.ok(!lines.includes(`content-encoding: ${coding}`));
        assert.equal(contentLength, -1);
      }
    });
  });
}

test("an empty body that fetch() has decoded has no length of the coded one", async () => {
  await withUpstream(async (url) => {
    const { lines, text, contentLength } = await ask(() => fetch(`${url}/gzip/empty`));
    assert.equal(text, "");
    assert.ok(!lines.includes("content-encoding: gzip"));
    assert.equal(contentLength, -1);
  });
});

test("a stream that the app has coded keeps its fields", async () => {
  for (const [coding, code] of Object.entries(CODERS)) {
    const body = code(TEXT);
    const headers = { "content-encoding": coding, "content-length": String(body.length) };
    const { lines, contentLength } = await ask(() => new Response(streamOf(body), { headers }));
    assert.ok(lines.includes(`content-encoding: ${coding}`), coding);
    assert.equal(contentLength, body.length, coding);
  }
});
