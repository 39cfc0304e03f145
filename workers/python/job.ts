import type { Exchange } from "../../lib/http/exchange.ts";

const NO_BODY = new Uint8Array(0);

/** What the app process gets with the request: all of the body, a file with it, or a body that follows in pieces. */
export type JobBody =
  | { kind: "bytes"; bytes: Uint8Array }
  | { kind: "file"; path: string; remove: () => void }
  | { kind: "stream" };

const EMPTY_BODY: JobBody = { kind: "bytes", bytes: NO_BODY };

/** Who has a job now and forgets it when its client is gone. */
export interface JobHolder {
  abandon(job: Job): void;
}

/** One request on its way through the queue and an app process, until the process has sent its last frame. */
export class Job {
  readonly exchange: Exchange;
  /** When it was ready to be dispatched, in milliseconds of the monotonic clock. */
  arrivedAt = 0;
  holder: JobHolder | null = null;
  /** Names it in the frames of the process that has it; 0 before. */
  id = 0;
  body: JobBody = EMPTY_BODY;
  /** When its process last heard or said something about it. */
  activeAt = 0;
  /** Nobody waits for the answer any more; it is dropped when it comes. */
  isGone = false;
  /** The app has sent the response's head. */
  hasHead = false;
  /** The client is slower than the app: the process gets no credit until it has caught up. */
  isBlocked = false;
  /** It took longer than the timeout allows; its process is being ended. */
  isTimedOut = false;
  /** Bytes of response body taken and not credited yet. */
  owed = 0;
  /** Bytes of request body under way without credit. */
  sent = 0;
  /** Rest of a chunk of request body for which there was no credit. */
  unsent: Uint8Array | null = null;
  /** The last byte of the request body has come, though perhaps not been sent. */
  isBodyEnded = false;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  /** Nothing is sent to the client any more; the body is not needed again. */
  leave(): void {
    this.isGone = true;
    this.holder = null;
    this.exchange.onClose = null;
    this.exchange.onDrain = null;
    if (this.body.kind === "file") this.body.remove();
    this.body = EMPTY_BODY;
  }
}
