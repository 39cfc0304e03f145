import type { FrameWriter } from "./frame_writer.ts";
import { FLAG, WINDOW } from "./frames.ts";
import type { Job } from "./job.ts";

/** Larger chunks are sent in pieces so that other requests' frames get between them. */
const PIECE = 65_536;
const NOTHING = new Uint8Array(0);

/**
 * Sends a streamed request body to an app process as fast as the app takes it: at most {@link WINDOW} bytes are under
 * way, then the client is slowed down until {@link takeCredit}.
 */
export function streamBody(job: Job, writer: FrameWriter, onLost: () => void): void {
  job.exchange.body!.stream(
    (chunk) => {
      if (!job.isGone) sendChunk(job, writer, chunk);
    },
    (error) => {
      if (job.isGone) return;
      if (error !== null) return onLost();
      job.isBodyEnded = true;
      if (job.unsent === null) writer.body(job.id, FLAG.end, NOTHING);
    },
  );
}

/** The app has taken `bytes` of the body. */
export function takeCredit(job: Job, writer: FrameWriter, bytes: number): void {
  if (job.isGone) return;
  job.sent = Math.max(0, job.sent - bytes);
  const unsent = job.unsent;
  if (unsent === null) return;
  job.unsent = null;
  sendChunk(job, writer, unsent);
  if (job.unsent !== null) return;
  if (job.isBodyEnded) writer.body(job.id, FLAG.end, NOTHING);
  else job.exchange.body!.resume();
}

function sendChunk(job: Job, writer: FrameWriter, chunk: Uint8Array): void {
  let at = 0;
  while (at < chunk.length && job.sent < WINDOW) {
    const end = Math.min(chunk.length, at + PIECE, at + WINDOW - job.sent);
    writer.body(job.id, 0, chunk.subarray(at, end));
    job.sent += end - at;
    at = end;
  }
  if (at === chunk.length) return;
  // A body may hand over several chunks before it stops: none is lost.
  const rest = chunk.subarray(at);
  job.unsent = job.unsent === null ? rest : joined(job.unsent, rest);
  job.exchange.body!.pause();
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
