import type { Socket, SocketUser } from "../socket.ts";
import type { BodySource } from "./body_receiver.ts";
import { type ListenerEndpoint, SocketEndpoints } from "./endpoints.ts";
import type { Endpoints } from "./exchange.ts";
import { errorResponse } from "./error_response.ts";
import { type ExchangeOwner, Http1Exchange } from "./http1_exchange.ts";
import { INPUT_HIGH_WATER, LINGER_BYTES, LINGER_MS, TURN_REQUESTS } from "./limits.ts";
import { Output } from "./output.ts";
import { ReadSwitch } from "./read_switch.ts";
import { RequestReader } from "./request_reader.ts";
import type { HeadFormatter } from "./response_head.ts";
import type { HttpServer } from "./server.ts";
import { reasonPhrase } from "./status.ts";
import type { Timed } from "./timer_wheel.ts";

/** What a connection's deadline is for. */
type Wait = "next request" | "head" | "app" | "body" | "client" | "linger";

/** `closing`: the last response is in the output; `lingering`: it is sent, FIN too; input is thrown away. */
type State = "open" | "closing" | "lingering" | "closed";

/**
 * One HTTP/1.x connection: reads requests, has them answered in order, writes responses.
 *
 * What one read brings and is answered at once leaves in one write. A slow answer holds back the ones behind it.
 */
export class Connection implements SocketUser, ExchangeOwner, BodySource, Timed {
  readonly output: Output;
  readonly endpoints: Endpoints;
  deadline = Infinity;
  wheelTime = Infinity;
  readonly #socket: Socket;
  readonly #server: HttpServer;
  readonly #reader: RequestReader;
  readonly #reading: ReadSwitch;
  #state: State = "open";
  #wait: Wait = "next request";
  #exchange: Http1Exchange | null = null;
  #isProceeding = false;
  #isFlushDue = false;
  /** Nothing of what was received can be answered without more bytes. */
  #isExhausted = true;
  #peerEnded = false;
  #discarded = 0;

  constructor(socket: Socket, server: HttpServer, listener: ListenerEndpoint) {
    this.#socket = socket;
    this.#server = server;
    this.#reader = new RequestReader(server.parser, server.limits.maxBody, this);
    this.#reading = new ReadSwitch(socket);
    this.output = new Output(socket, server.held);
    this.endpoints = new SocketEndpoints(socket, listener);
    this.#await("next request", server.limits.headTimeoutMs);
  }

  get heads(): HeadFormatter {
    return this.#server.heads;
  }

  // --- what the socket says -------------------------------------------------------------------

  received(bytes: Uint8Array): void {
    if (this.#state !== "open") return this.#throwAway(bytes.length);
    const isLeftover = this.#exchange === null && this.#reader.openBody !== null;
    const status = -this.#reader.take(bytes);
    if (status > 0) return this.#badBody(status, `bad body: ${reasonPhrase(status)}`);
    if (isLeftover) this.#throwAway(bytes.length - this.#reader.waiting);
    this.#proceed();
  }

  drained(): void {
    this.output.unblock();
    if (this.output.isBlocked) return this.#await("client", this.#server.limits.writeTimeoutMs);
    // It took everything: should it block again in onDrain(), that is a new wait.
    if (this.#wait === "client") this.#wait = "app";
    this.#exchange?.onDrain?.();
    this.#proceed();
  }

  ended(): void {
    this.#peerEnded = true;
    if (this.#state === "lingering") this.#socket.end();
    else if (this.#exchange === null || this.#reader.openBody === null) this.#proceed();
    else this.#abandon("the client left within a request body");
  }

  closed(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#server.wheel.remove(this);
    this.#loseExchange("the client closed the connection");
    this.#server.forget(this);
  }

  // --- what wheel and server say ---------------------------------------------------------------

  /** Cuts the connection: the worker ends. A response that is on its way is not destroyed by a reset. */
  abort(): void {
    if (this.#exchange === null && this.output.isEmpty) this.#socket.end();
    else this.#abandon("the server stops");
  }

  expire(): void {
    switch (this.#wait) {
      case "next request":
      case "linger":
        return this.#socket.end();
      case "head":
        return this.#reject(408, "the head did not come in time");
      case "body":
        return this.#badBody(408, "the body did not come in time");
      case "client":
        return this.#abandon("the client does not take the response");
      case "app":
        return;
      default:
        this.#wait satisfies never;
    }
  }

  // --- what exchanges and bodies say ----------------------------------------------------------

  mayPersist(): boolean {
    const { isDraining, limits } = this.#server;
    if (isDraining || limits.keepaliveMs === 0 || this.#reader.owesContinue) return false;
    const body = this.#reader.openBody;
    return body === null || body.length <= LINGER_BYTES;
  }

  responded(exchange: Http1Exchange): void {
    this.#exchange = null;
    this.#server.answered(exchange);
    this.#reader.openBody?.discard();
    if (exchange.persists) this.#proceed();
    else this.#close();
  }

  cut(exchange: Http1Exchange, reason: string): void {
    this.complain(exchange, reason);
    this.output.flush();
    this.#abandon(reason);
  }

  complain(exchange: Http1Exchange, reason: string): void {
    this.#server.complain(exchange, reason);
  }

  flush(): void {
    this.output.flush();
    if (this.output.isBlocked && this.#wait !== "client") this.#updateWait();
  }

  flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      if (this.#state !== "closed") this.flush();
    });
  }

  bodyWanted(): void {
    if (this.#reader.owesContinue && this.#exchange?.isStarted !== true) {
      this.#reader.owesContinue = false;
      this.output.addText("HTTP/1.1 100 Continue\r\n\r\n");
      this.output.flush();
    }
    if (!this.#isProceeding) this.#updateWait();
  }

  // --- requests -------------------------------------------------------------------------------

  /** Goes on as far as possible: answers, sends, closes, waits. */
  #proceed(): void {
    if (this.#isProceeding || this.#state === "closed") return;
    this.#isProceeding = true;
    this.#isExhausted = this.#answerWaiting();
    // A request that is answered in the same turn shall leave with those before it in one write.
    if (this.#exchange?.isStarted === false && !this.output.isEmpty) this.flushSoon();
    else this.output.flush();
    if (this.#peerEnded && this.#isExhausted && this.#state === "open") this.#state = "closing";
    if (this.#state === "closing" && this.output.isEmpty) this.#linger();
    this.#isProceeding = false;
    this.#updateWait();
  }

  /** @returns True when nothing more can be answered without more bytes. */
  #answerWaiting(): boolean {
    for (let count = 0; this.#state === "open"; count++) {
      if (this.output.isFull) this.output.flush();
      if (this.#exchange !== null || this.output.isFull) return false;
      if (count === TURN_REQUESTS) {
        setImmediate(() => this.#proceed());
        return false;
      }
      const found = this.#reader.next();
      if (found === 0) return true;
      if (found < 0) this.#reject(-found, reasonPhrase(-found));
      else this.#answer();
    }
    return false;
  }

  #answer(): void {
    const { head, body, isHead, persists } = this.#reader;
    this.#wait = "app";
    this.#exchange = new Http1Exchange(this, head, body, isHead, persists);
    this.#server.begin(this.#exchange);
  }

  // --- ends and waits -------------------------------------------------------------------------

  #badBody(status: number, reason: string): void {
    // Without an exchange the request is answered, and that response shall arrive.
    if (this.#exchange === null) this.#close();
    else if (this.#exchange.isStarted) this.#abandon(reason);
    else this.#reject(status, reason);
  }

  /** Answers a request that no app will answer, and closes. */
  #reject(status: number, reason: string): void {
    const client = this.endpoints.clientAddress || "unix";
    this.#server.log.warning(`Invalid request from ip=${client}: ${reason} (${status})`);
    if (this.#exchange !== null) this.#exchange.status = status;
    this.#loseExchange(reason);
    this.output.addText(errorResponse(status, this.heads));
    this.#close();
  }

  /** Closes once the output is sent. */
  #close(): void {
    if (this.#state === "open") this.#state = "closing";
    this.#proceed();
  }

  #abandon(reason: string): void {
    if (this.#state === "closed") return;
    this.#server.log.debug(`Connection closed: ${reason}`);
    this.#loseExchange(reason);
    this.#socket.terminate();
  }

  #loseExchange(reason: string): void {
    const exchange = this.#exchange;
    const body = this.#reader.openBody;
    this.#exchange = null;
    this.#reader.stop();
    if (exchange === null) return;
    exchange.close();
    body?.fail(new Error(`Cannot read the request body: ${reason}`));
    this.#server.answered(exchange);
  }

  /** RFC 9112 §9.6: FIN first, then reads on for a while, so that a reset does not destroy the response. */
  #linger(): void {
    this.#state = "lingering";
    this.#reader.stop();
    if (this.#peerEnded) return this.#socket.end();
    this.#socket.shutdown();
    this.#await("linger", LINGER_MS);
    this.#reading.set(true);
  }

  #throwAway(size: number): void {
    this.#discarded += size;
    if (this.#discarded > LINGER_BYTES) this.#socket.terminate();
    else if (this.#reader.openBody === null && this.#state === "open") this.#discarded = 0;
  }

  #await(wait: Wait, delayMs: number): void {
    this.#wait = wait;
    this.#server.wheel.set(this, delayMs);
  }

  /** Decides what the connection waits for now, and whether it reads meanwhile. */
  #updateWait(): void {
    if (this.#state === "lingering" || this.#state === "closed") return;
    const { limits } = this.#server;
    const { openBody: body, owesContinue, waiting } = this.#reader;
    if (this.output.isBlocked) {
      if (this.#wait !== "client") this.#await("client", limits.writeTimeoutMs);
    } else if (body !== null && !owesContinue && (body.wantsMore || this.#exchange === null)) {
      this.#await("body", limits.bodyTimeoutMs);
    } else if (this.#exchange !== null) {
      this.#await("app", Infinity);
    } else if (waiting > 0) {
      if (this.#wait !== "head") this.#await("head", limits.headTimeoutMs);
    } else {
      this.#await("next request", limits.keepaliveMs);
    }
    this.#reading.set(this.#wantsInput());
  }

  #wantsInput(): boolean {
    const body = this.#reader.openBody;
    if (this.#exchange !== null && body !== null) return body.wantsMore;
    if (this.#exchange === null && this.output.isFull) return false;
    return this.#isExhausted || this.#reader.waiting < INPUT_HIGH_WATER;
  }
}
