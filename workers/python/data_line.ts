import type { Log } from "../../lib/log.ts";
import type { Runtime } from "../../lib/runtime/runtime.ts";
import type { Socket, SocketUser } from "../../lib/socket.ts";
import { streamBody, takeCredit } from "./body_sender.ts";
import { type Frame, FrameReader } from "./frame_reader.ts";
import { FrameWriter } from "./frame_writer.ts";
import { FLAG, FRAME } from "./frames.ts";
import type { Job, JobHolder } from "./job.ts";
import type { RequestEncoder } from "./request_encoder.ts";
import { relayBody, relayFailure, relayResponse } from "./response_relay.ts";
import { ResponseHeads } from "./response_heads.ts";

/** What a data line tells its app process. */
export interface LineEvents {
  /** A frame that speaks of the process, not of a request. */
  own(frame: Frame): void;
  /** Bytes came; the frames that they complete follow. */
  heard(): void;
  /** After a batch of frames: so many requests are finished, these were handed back. */
  settled(finished: number, returned: Job[], now: number): void;
  /** The other side does not keep to the contract. */
  broken(reason: string): void;
  closed(): void;
}

/** The line to an app process that carries its requests and answers. */
export class DataLine implements SocketUser, JobHolder {
  /** Requests that the process has not finished, also those that nobody waits for any more. */
  readonly jobs = new Map<number, Job>();
  readonly writer: FrameWriter;
  /** Where answers pass through. */
  readonly heads = new ResponseHeads();
  readonly log: Log;
  readonly #events: LineEvents;
  readonly #reader = new FrameReader((frame) => this.#take(frame));
  #socket: Socket | null = null;
  #lastId = 0;
  /** The time, read once for each batch. */
  #now = 0;
  #finished = 0;
  #returned: Job[] = [];

  constructor(log: Log, events: LineEvents) {
    this.log = log;
    this.#events = events;
    this.writer = new FrameWriter((bytes) => this.#socket?.write(bytes) ?? -1);
  }

  open(runtime: Runtime, fd: number): void {
    this.#socket = runtime.adopt(fd, this);
  }

  get isClosed(): boolean {
    return this.#socket === null;
  }

  close(): void {
    this.#socket?.terminate();
  }

  send(job: Job, encoder: RequestEncoder, now: number): void {
    job.id = this.#nextId();
    job.activeAt = now;
    job.holder = this;
    this.jobs.set(job.id, job);
    encoder.write(this.writer, job);
    if (job.body.kind === "stream") streamBody(job, this.writer, () => this.abandon(job));
  }

  /** The client is gone: tells the app and drops what it still answers. */
  abandon(job: Job): void {
    if (job.isGone) return;
    job.leave();
    this.writer.signal(FRAME.disconnect, job.id);
  }

  received(bytes: Uint8Array): void {
    this.#now = performance.now();
    this.#events.heard();
    try {
      this.#reader.push(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#events.broken(error.message);
    }
    this.#settle();
  }

  drained(): void {
    this.writer.drained();
  }

  ended(): void {
    this.#socket?.end();
  }

  closed(): void {
    this.#socket = null;
    this.#events.closed();
  }

  #take(frame: Frame): void {
    if (frame.id === 0 || frame.type === FRAME.log) return this.#events.own(frame);
    const job = this.jobs.get(frame.id);
    if (job === undefined) return;
    job.activeAt = this.#now;
    switch (frame.type) {
      case FRAME.response:
        relayResponse(this, job, frame);
        if ((frame.flags & FLAG.end) !== 0) this.#finish(job);
        return;
      case FRAME.body:
        relayBody(this, job, frame);
        if ((frame.flags & FLAG.end) !== 0) this.#finish(job);
        return;
      case FRAME.fail:
        relayFailure(job);
        return this.#finish(job);
      case FRAME.credit:
        return takeCredit(job, this.writer, frame.a);
      case FRAME.returned:
        this.jobs.delete(job.id);
        this.#returned.push(job);
        return;
      default:
        this.#events.broken(`Cannot take a frame of type ${frame.type} for a request`);
    }
  }

  #finish(job: Job): void {
    job.leave();
    this.jobs.delete(job.id);
    this.#finished++;
  }

  /** Draws the line under a batch: what it brought is counted once. */
  #settle(): void {
    const finished = this.#finished;
    const returned = this.#returned;
    if (finished === 0 && returned.length === 0) return;
    this.#finished = 0;
    if (returned.length > 0) this.#returned = [];
    this.#events.settled(finished, returned, this.#now);
  }

  #nextId(): number {
    do {
      this.#lastId = this.#lastId === 0xffff_ffff ? 1 : this.#lastId + 1;
    } while (this.jobs.has(this.#lastId));
    return this.#lastId;
  }
}
