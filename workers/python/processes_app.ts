import { tmpdir } from "node:os";
import type { App, Exchange } from "../../lib/http/exchange.ts";
import type { Log } from "../../lib/log.ts";
import type { AppProcess, ProcessEvents } from "./app_process.ts";
import { BodyCollector, MEMORY_LIMIT } from "./body_collector.ts";
import { Dispatcher } from "./dispatcher.ts";
import { answerError } from "./error_answers.ts";
import { WINDOW } from "./frames.ts";
import { Job, type JobHolder } from "./job.ts";
import { STALL_MS } from "./load.ts";
import { ProcessPool } from "./process_pool.ts";
import { Pulse } from "./pulse.ts";

/** While requests wait their deadlines are looked at this often. */
const QUEUE_TICK_MS = 50;
/** While requests are in flight hung ones are looked for this often. */
const HANG_TICK_MS = 1_000;
/** Refusals come in crowds: at most one line in this time. */
const REFUSAL_LOG_MS = 1_000;

/** Deadlines and limits of requests on their way to an app process. */
export interface ProcessesAppOptions {
  /** 0 for never. */
  readonly timeoutMs: number;
  readonly gracefulTimeoutMs: number;
  readonly queueLimit: number;
  readonly queueTimeoutMs: number;
  /** For large request bodies; the system's folder for temporary files if missing. */
  readonly spoolDirectory?: string | undefined;
  readonly log: Log;
}

/** Takes requests in, queues them, hands them to app processes. */
export class ProcessesApp implements App, ProcessEvents {
  /** What the app speaks; known after {@link start}. */
  interface: "wsgi" | "asgi" = "wsgi";
  readonly #options: ProcessesAppOptions;
  readonly #pool: ProcessPool<AppProcess>;
  readonly #dispatcher: Dispatcher<AppProcess, Job>;
  readonly #pulse = new Pulse((now) => this.#tick(now));
  readonly #spoolDirectory: string;
  readonly #hangTickMs: number;
  /** Holds what is queued. */
  readonly #queue: JobHolder;
  #nextHangCheck = 0;
  #refused = 0;
  #nextRefusalLog = 0;

  constructor(options: ProcessesAppOptions, start: (events: ProcessEvents) => AppProcess) {
    this.#options = options;
    this.#dispatcher = new Dispatcher(options);
    this.#spoolDirectory = options.spoolDirectory ?? tmpdir();
    this.#hangTickMs = options.timeoutMs === 0
      ? Infinity
      : Math.min(HANG_TICK_MS, options.timeoutMs / 4);
    this.#queue = {
      abandon: (job) => {
        this.#dispatcher.cancel(job);
        job.leave();
      },
    };
    this.#pool = new ProcessPool({
      start: () => start(this),
      opened: (process) => {
        this.#dispatcher.add(process);
        this.hasRoom();
      },
      closed: (process) => this.#dispatcher.remove(process),
      log: options.log,
    });
  }

  /** @throws {AppLoadError} If an app process cannot load the app. */
  async start(processes: number): Promise<void> {
    const ready = await this.#pool.start(processes);
    this.interface = ready.interface;
  }

  handle(exchange: Exchange): void {
    const job = new Job(exchange);
    // A thread that waits for a slow reader would be lost for all others.
    exchange.holdsApp = this.interface === "wsgi";
    exchange.onClose = () => job.holder?.abandon(job);
    if (exchange.body === null) this.#submit(job);
    else if (this.interface === "asgi") this.#submitStreaming(job, exchange.body);
    else this.#collect(job, exchange.body);
  }

  scale(processes: number): void {
    this.#pool.scale(processes, this.#options.gracefulTimeoutMs);
  }

  async close(): Promise<void> {
    await this.#pool.close(this.#options.gracefulTimeoutMs);
    for (const job of this.#dispatcher.expire(Infinity)) this.#refuse(job);
    this.#pulse.stop();
  }

  kill(): void {
    this.#pool.kill();
    this.#pulse.stop();
  }

  // --- what app processes say -----------------------------------------------------------------

  hasRoom(): void {
    if (this.#dispatcher.queueLength === 0) return;
    const now = performance.now();
    for (let found = this.#dispatcher.next(now); found !== null;) {
      this.#send(found.seat, found.job, now);
      found = this.#dispatcher.next(now);
    }
  }

  returned(jobs: Job[]): void {
    for (const job of jobs) job.holder = this.#queue;
    this.#dispatcher.putBack(jobs);
    this.#pulse.need(QUEUE_TICK_MS);
  }

  // --- requests -------------------------------------------------------------------------------

  #collect(job: Job, body: NonNullable<Exchange["body"]>): void {
    const bytes = body.length <= MEMORY_LIMIT ? body.takeIfComplete() : null;
    if (bytes !== null) {
      job.body = { kind: "bytes", bytes };
      return this.#submit(job);
    }
    const collector = new BodyCollector(body, this.#spoolDirectory, {
      complete: (whole) => {
        job.body = whole;
        this.#submit(job);
      },
      failed: (error) => this.#bodyLost(job, error),
    });
    job.holder = {
      abandon() {
        collector.cancel();
        job.leave();
      },
    };
    collector.start();
  }

  #submitStreaming(job: Job, body: NonNullable<Exchange["body"]>): void {
    const isShort = body.length >= 0 && body.length <= WINDOW;
    const bytes = isShort ? body.takeIfComplete() : null;
    job.body = bytes === null ? { kind: "stream" } : { kind: "bytes", bytes };
    this.#submit(job);
  }

  #submit(job: Job): void {
    const now = performance.now();
    job.arrivedAt = now;
    const place = this.#dispatcher.place(job, now);
    if (place === "full") return this.#refuse(job);
    if (place !== "queued") return this.#send(place, job, now);
    job.holder = this.#queue;
    this.#pulse.need(QUEUE_TICK_MS);
  }

  #send(process: AppProcess, job: Job, now: number): void {
    process.send(job, now);
    this.#pulse.need(process.load.isAhead ? STALL_MS : this.#hangTickMs);
  }

  #refuse(job: Job): void {
    this.#refused++;
    this.#pulse.need(QUEUE_TICK_MS);
    const { exchange } = job;
    job.leave();
    answerError(exchange, 503);
  }

  /** A client that left has no answer coming; a disk that is full has. */
  #bodyLost(job: Job, error: Error): void {
    const { exchange } = job;
    job.leave();
    if (exchange.isOver) return;
    this.#options.log.error(`Cannot take in a request body: ${error.message}`);
    exchange.fail();
  }

  // --- time -----------------------------------------------------------------------------------

  #tick(now: number): number {
    for (const job of this.#dispatcher.expire(now)) this.#refuse(job);
    this.#reportRefusals(now);
    const isHangDue = now >= this.#nextHangCheck;
    if (isHangDue) this.#nextHangCheck = now + this.#hangTickMs;
    let isAhead = false;
    let isBusy = false;
    for (const process of this.#dispatcher.seats) {
      if (process.load.isOverdue(now)) process.askBack();
      if (isHangDue) process.checkHang(now);
      isAhead ||= process.load.isAhead;
      isBusy ||= process.load.inFlight > 0;
    }
    if (isAhead) return STALL_MS;
    if (this.#dispatcher.queueLength > 0 || this.#refused > 0) return QUEUE_TICK_MS;
    return isBusy ? this.#hangTickMs : Infinity;
  }

  #reportRefusals(now: number): void {
    if (this.#refused === 0 || now < this.#nextRefusalLog) return;
    this.#options.log.warning(
      `${this.#refused} requests were answered with 503: all app processes are busy and the queue ` +
        "is full or too slow",
    );
    this.#refused = 0;
    this.#nextRefusalLog = now + REFUSAL_LOG_MS;
  }
}
