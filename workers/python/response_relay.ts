import { Buffer } from "node:buffer";
import { latin1 } from "../../lib/latin1.ts";
import type { Log } from "../../lib/log.ts";
import { type Frame, payload } from "./frame_reader.ts";
import type { FrameWriter } from "./frame_writer.ts";
import { FLAG, FRAME, WINDOW } from "./frames.ts";
import type { Job } from "./job.ts";
import type { ResponseHeads } from "./response_heads.ts";

/** Credit is given in amounts of at least this much: each is a frame. */
const CREDIT_STEP = WINDOW / 4;

/** Up to this size looking at each byte costs less than a buffer of its own. */
const SMALL = 4_096;

/** What the answers of one app process pass through. */
export interface Relay {
  readonly heads: ResponseHeads;
  readonly writer: FrameWriter;
  readonly log: Log;
}

/** Passes a `response` frame on to the client. Fields that cannot be sent are the app's fault: logged, 500. */
export function relayResponse(relay: Relay, job: Job, frame: Frame): void {
  if (job.isGone) return;
  if (job.hasHead) return giveUp(relay, job, "Cannot send a second response to one request");
  job.hasHead = true;
  try {
    sendResponse(relay, job, frame);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    giveUp(relay, job, error.message);
  }
}

/** Passes a `body` frame on. */
export function relayBody(relay: Relay, job: Job, frame: Frame): void {
  if (job.isGone) return;
  const { exchange } = job;
  if (!job.hasHead) return giveUp(relay, job, "Cannot send a response body before the head");
  if (frame.end > frame.start) writePart(relay, job, payload(frame));
  if ((frame.flags & FLAG.end) === 0) return;
  exchange.onClose = null;
  exchange.onDrain = null;
  exchange.end();
}

/** The app failed; what it had to say is in the log already. */
export function relayFailure(job: Job): void {
  if (job.isGone) return;
  const { exchange } = job;
  job.leave();
  exchange.fail();
}

function sendResponse(relay: Relay, job: Job, frame: Frame): void {
  const { exchange } = job;
  const bodyStart = frame.start + frame.a;
  const head = relay.heads.read(latin1(frame.bytes, frame.start, bodyStart));
  if ((frame.flags & FLAG.end) !== 0) {
    exchange.onClose = null;
    exchange.respond(frame.status, head.fields, wholeBody(frame, bodyStart), head.reason);
    return;
  }
  exchange.start(frame.status, head.fields, head.reason);
  if (bodyStart === frame.end || job.isGone) return;
  writePart(relay, job, frame.bytes.subarray(bodyStart, frame.end));
}

/** Small ASCII content becomes text, which leaves in one string with the head and need not be copied twice. */
function wholeBody(frame: Frame, start: number): string | Uint8Array | null {
  if (start === frame.end) return null;
  if (frame.end - start <= SMALL) {
    const text = latin1(frame.bytes, start, frame.end);
    if (Buffer.byteLength(text) === text.length) return text;
  }
  return frame.bytes.subarray(start, frame.end);
}

function writePart(relay: Relay, job: Job, bytes: Uint8Array): void {
  job.owed += bytes.length;
  const isTaken = job.exchange.write(bytes);
  if (job.isGone) return;
  if (!isTaken && !job.isBlocked) {
    job.isBlocked = true;
    job.exchange.onDrain = () => unblock(relay, job);
  }
  if (!job.isBlocked && job.owed >= CREDIT_STEP) credit(relay, job);
}

function unblock(relay: Relay, job: Job): void {
  job.isBlocked = false;
  job.exchange.onDrain = null;
  job.activeAt = performance.now();
  if (!job.isGone && job.owed >= CREDIT_STEP) credit(relay, job);
}

function credit(relay: Relay, job: Job): void {
  relay.writer.signal(FRAME.credit, job.id, job.owed);
  job.owed = 0;
}

function giveUp(relay: Relay, job: Job, reason: string): void {
  const { exchange } = job;
  relay.log.error(`${reason}. Request: ${exchange.head.method} ${exchange.head.path}`);
  job.leave();
  relay.writer.signal(FRAME.disconnect, job.id);
  exchange.fail();
}
