import { setImmediate } from "node:timers";
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

/** Microtasks that Bun and Deno need to read what is already in a stream. */
const NOW_TICKS = 3;
/** After so many chunks the other requests of the worker have their turn: a stream that never waits gives them none. */
const CHUNKS_PER_TURN = 64;

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * Sends a streamed body, each chunk at once, no faster than the client takes it.
 *
 * A body that ends right after its first chunk goes out whole, with its length: so do those of `fetch()` and `clone()`,
 * which are often buffers behind a stream.
 *
 * @param headFor Gives the head that goes with the first chunk, if that tells; else `head` may leave before it.
 * @throws {unknown} What the stream fails with.
 * @throws {TypeError} If a chunk is not bytes.
 */
export async function sendStream(
  exchange: Exchange,
  head: ResponseHead,
  body: ReadableStream<unknown> | null,
  headFor?: (first: Uint8Array) => ResponseHead,
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
    await sendChunks(exchange, head, reader, headFor);
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

async function sendChunks(
  exchange: Exchange,
  head: ResponseHead,
  reader: Reader,
  headFor: ((first: Uint8Array) => ResponseHead) | undefined,
): Promise<void> {
  const first = reader.read();
  const start = await (headFor === undefined ? readNow(first) : first);
  if (start !== null) {
    const bytes = start.done ? NOTHING : toBytes(start.value);
    const { status, fields, reason } = headFor?.(bytes) ?? head;
    if (start.done) return exchange.respond(status, fields, null, reason);
    const second = reader.read();
    if ((await readNow(second))?.done) return exchange.respond(status, fields, bytes, reason);
    exchange.start(status, fields, reason);
    return await sendRest(exchange, reader, [first, second]);
  }
  // The first event of a stream of events may come much later than its head.
  exchange.start(head.status, head.fields, head.reason);
  await sendRest(exchange, reader, [first]);
}

/** @param pending What was already asked of the reader. */
async function sendRest(
  exchange: Exchange,
  reader: Reader,
  pending: Promise<Read>[],
): Promise<void> {
  const drained = drainWaiter(exchange);
  for (let count = 1; !exchange.isOver; count++) {
    if (count % CHUNKS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    const { done, value } = await (pending.shift() ?? reader.read());
    if (done) return exchange.end();
    if (!exchange.write(toBytes(value))) await drained();
  }
}

/** What a read gives without waiting for anything, else null. Its failure is left to who awaits it. */
async function readNow(read: Promise<Read>): Promise<Read | null> {
  let result: Read | null = null;
  read.then((value) => result = value, () => {});
  for (let tick = 0; tick < NOW_TICKS && result === null; tick++) await null;
  return result;
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
