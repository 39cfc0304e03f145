import type { RequestBody } from "../../lib/http/body.ts";

const NOTHING = new Uint8Array(0);

/**
 * Takes a whole body.
 *
 * @throws {Error} What the body reports when it will never be complete.
 */
export function readBody(body: RequestBody): Promise<Uint8Array<ArrayBuffer>> {
  const complete = body.takeIfComplete();
  return complete === null ? collect(body) : Promise.resolve(ownBuffer(complete));
}

/**
 * A body as a stream that takes nothing from the client before the app reads, and never more than one chunk ahead.
 * Cancelling it leaves the rest with the body; the connection decides what becomes of it.
 */
export function streamBody(body: RequestBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isStarted = false;
  let isCanceled = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (isStarted) return body.resume();
      isStarted = true;
      body.stream((chunk) => {
        if (isCanceled) return;
        controller.enqueue(ownBuffer(chunk));
        if ((controller.desiredSize ?? 0) <= 0) body.pause();
      }, (error) => {
        if (isCanceled) return;
        if (error === null) controller.close();
        else controller.error(error);
      });
    },
    cancel() {
      isCanceled = true;
      if (isStarted) body.pause();
    },
    // With a mark of 0 the first pull comes with the first read, and so does "100 Continue".
  }, { highWaterMark: 0 });
}

function collect(body: RequestBody): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    body.stream(
      (chunk) => chunks.push(chunk),
      (error) => error === null ? resolve(joinChunks(chunks)) : reject(error),
    );
  });
}

function joinChunks(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const [first] = chunks;
  if (first === undefined) return NOTHING;
  if (chunks.length === 1) return ownBuffer(first);
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/** The same bytes as a plain `Uint8Array` whose buffer holds nothing else, as the standard hands them out. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(bytes);
}
