import assert from "node:assert/strict";
import { test } from "node:test";
import { CapturedResponse } from "../../../workers/fetch/captured_response.ts";
import { replaceGlobals } from "../../../workers/fetch/replaced_globals.ts";
import { FakeExchange } from "../fake_exchange.ts";
import { appOf, ask, streamOf } from "./ask.ts";

const NativeResponse = Object.getPrototypeOf(CapturedResponse) as typeof Response;
replaceGlobals();

const bytes = new TextEncoder().encode("bytes");

test("a stream is sent chunk by chunk", async () => {
  let push: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (push = controller) });
  const exchange = new FakeExchange();
  appOf(() => new Response(body, { headers: { "content-type": "text/event-stream" } })).handle(
    exchange,
  );
  await new Promise(setImmediate);
  assert.equal(exchange.isStarted, true, "the head goes before the first event");
  for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
    push!.enqueue(new TextEncoder().encode(event));
    await exchange.nextWrite();
  }
  assert.equal(exchange.text, "data: 1\n\ndata: 2\n\n");
  push!.close();
  await exchange.over;
  assert.equal(exchange.isWhole, false);
  assert.deepEqual(exchange.lines, ["content-type: text/event-stream"]);
});

test("a stream of text is encoded", async () => {
  const { text } = await ask(() => new NativeResponse(streamOf(bytes, bytes, bytes)));
  assert.equal(text, "bytesbytesbytes");
});

/** A stream without an end that counts what was asked of it. */
function endless(): { body: ReadableStream; asked: () => number; reason: Promise<unknown> } {
  let asked = 0;
  const { promise: reason, resolve } = Promise.withResolvers<unknown>();
  const body = new ReadableStream({
    pull: (controller) => {
      asked++;
      controller.enqueue(new Uint8Array(10));
    },
    cancel: resolve,
  });
  return { body, asked: () => asked, reason };
}

test("a stream waits for a slow client", async () => {
  const { body, asked } = endless();
  const exchange = new FakeExchange({ room: 15 });
  appOf(() => new Response(body)).handle(exchange);
  await exchange.nextWrite();
  await exchange.nextWrite();
  await new Promise(setImmediate);
  assert.equal(exchange.text.length, 20);
  assert.ok(asked() <= 4, "little is made in advance");
  exchange.drain(5);
  await exchange.nextWrite();
  await new Promise(setImmediate);
  assert.equal(exchange.text.length, 30);
  exchange.close();
});

test("a stream is cancelled when the client is gone", async () => {
  const { body, reason } = endless();
  const exchange = new FakeExchange({ room: 15 });
  appOf(() => new Response(body)).handle(exchange);
  await exchange.nextWrite();
  exchange.close();
  assert.match(String(await reason), /client is gone/);
});

test("a stream is cancelled when the client was gone before the response", async () => {
  const { body, reason } = endless();
  const exchange = new FakeExchange();
  const { promise, resolve } = Promise.withResolvers<Response>();
  appOf(() => promise).handle(exchange);
  exchange.close();
  resolve(new Response(body));
  await reason;
});

test("a stream is cancelled when HEAD sends no body", async () => {
  const { body, reason } = endless();
  const answer = await ask(() => new Response(body), { method: "HEAD" });
  await reason;
  assert.deepEqual([answer.status, answer.text, answer.errors], [200, "", []]);
});

test("a stream that fails cuts the response and is logged", async () => {
  let pulls = 0;
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise(setImmediate);
      if (pulls++ < 2) controller.enqueue(new Uint8Array(1));
      else throw new Error("disk on fire");
    },
  });
  const exchange = new FakeExchange();
  const errors: string[] = [];
  appOf(() => new Response(body), errors).handle(exchange);
  await exchange.over;
  assert.equal(exchange.hasFailed, true);
  assert.equal(errors.length, 1);
  assert.match(errors[0]!, /disk on fire/);
});

test("a large blob is streamed with its length", async () => {
  const blob = new Blob([new Uint8Array(200_000)]);
  const { text, isWhole, lines, contentLength } = await ask(() => new Response(blob));
  assert.equal(text.length, 200_000);
  assert.equal(isWhole, false);
  assert.deepEqual(lines, []);
  assert.equal(contentLength, 200_000);
});

test("a stream that never waits leaves their turn to others", async () => {
  const { body } = endless();
  const exchange = new FakeExchange();
  appOf(() => new Response(body)).handle(exchange);
  // It would never come if only promises were awaited.
  await new Promise(setImmediate);
  exchange.close();
});
