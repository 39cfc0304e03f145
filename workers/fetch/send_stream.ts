import type { Exchange } from "../../lib/http/exchange.ts";
import type { FieldBlock } from "../../lib/http/fields.ts";
import { whenGone } from "./when_gone.ts";

/** What goes out before the body. */
export interface ResponseHead {
  readonly status: number;
  readonly fields: FieldBlock;
  readonly reason: string;
}

type Reader = ReadableStreamDefaultReader<unknown>;
type Read = ReadableStreamReadResult<unknown>;

/** Microtasks that Bun and Deno need to tell that a stream which was closed before it was read is at its end. */
const END_TICKS = 3;

const encoder = new TextEncoder();

/**
 * Sends a streamed body, each chunk at once, no faster than the client takes it.
 *
 * A body that ends right after its first chunk goes out whole, with its length: so do those of `fetch()` and `clone()`,
 * which are often buffers behind a stream.
 *
 * @throws {unknown} What the stream fails with.
 * @throws {TypeError} If a chunk is not bytes.
 */
export async function sendStream(
  exchange: Exchange,
  head: ResponseHead,
  body: ReadableStream<unknown> | null,
): Promise<void> {
  if (body === null) return exchange.respond(head.status, head.fields, null, head.reason);
  if (!carriesBody(exchange, head.status)) {
    exchange.start(head.status, head.fields, head.reason);
    exchange.end();
    return await body.cancel();
  }
  const reader = body.getReader();
  // What the stream answers to that concerns nobody any more.
  whenGone(exchange, () => void reader.cancel(new Error("The client is gone")).catch(() => {}));
  try {
    await sendChunks(exchange, head, reader);
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

async function sendChunks(exchange: Exchange, head: ResponseHead, reader: Reader): Promise<void> {
  const first = await reader.read();
  const { status, fields, reason } = head;
  if (first.done) return exchange.respond(status, fields, null, reason);
  const bytes = toBytes(first.value);
  const second = reader.read();
  if (await endsNow(second)) return exchange.respond(status, fields, bytes, reason);
  exchange.start(status, fields, reason);
  const drained = drainWaiter(exchange);
  if (!exchange.write(bytes)) await drained();
  for (let read = await second; !read.done && !exchange.isOver; read = await reader.read()) {
    if (!exchange.write(toBytes(read.value))) await drained();
  }
  exchange.end();
}

/** Whether a read tells the end without waiting for anything. Its failure is left to who awaits it. */
async function endsNow(read: Promise<Read>): Promise<boolean> {
  let ends = false;
  read.then(({ done }) => ends = done, () => {});
  for (let tick = 0; tick < END_TICKS && !ends; tick++) await null;
  return ends;
}

/** @returns A function that waits until the client has taken what was written, or is gone. */
function drainWaiter(exchange: Exchange): () => Promise<void> {
  let goOn = () => {};
  exchange.onDrain = () => goOn();
  whenGone(exchange, () => goOn());
  return () => exchange.isOver ? Promise.resolve() : new Promise((resolve) => goOn = resolve);
}

/** HEAD, 204, 205 and 304 have no body (RFC 9110 §6.4.1). */
function carriesBody({ head }: Exchange, status: number): boolean {
  return head.method !== "HEAD" && status !== 204 && status !== 205 && status !== 304;
}

/** The standard has bytes only; Bun's streams of text are common enough to take strings too. */
function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === "string") return encoder.encode(chunk);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  throw new TypeError(`a chunk of its response is a ${typeof chunk}, and should be bytes`);
}
