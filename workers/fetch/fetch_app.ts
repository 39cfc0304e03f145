import { inspect } from "node:util";
import type { App, Exchange } from "../../lib/http/exchange.ts";
import { NO_FIELDS } from "../../lib/http/fields.ts";
import type { Log } from "../../lib/log.ts";
import { CapturedResponse } from "./captured_response.ts";
import { chooseRequestMaker, type RequestMaker } from "./make_request.ts";
import { RequestInfo } from "./request_info.ts";
import { RefusedRequest } from "./request_url.ts";
import { sendResponse } from "./send_response.ts";

/** What an app exports: takes a request, gives a `Response` or the promise of one. */
export type FetchHandler = (request: Request, info: RequestInfo) => unknown;

export interface FetchAppOptions {
  readonly log: Log;
  /** Ends the app after its last request. */
  readonly close?: () => void | Promise<void>;
  readonly makeRequest?: RequestMaker;
}

/** An app that speaks the web standard: a function from `Request` to `Response`. */
export class FetchApp implements App {
  readonly #handler: FetchHandler;
  readonly #makeRequest: RequestMaker;
  readonly #log: Log;
  readonly #close: () => void | Promise<void>;

  constructor(handler: FetchHandler, options: FetchAppOptions) {
    this.#handler = handler;
    this.#makeRequest = options.makeRequest ?? chooseRequestMaker();
    this.#log = options.log;
    this.#close = options.close ?? (() => {});
  }

  /** A handler that returns at once is answered at once, before the next pipelined request is looked at. */
  handle(exchange: Exchange): void {
    let result: unknown;
    try {
      result = this.#handler(this.#makeRequest(exchange), new RequestInfo(exchange));
    } catch (error) {
      return this.#fail(exchange, error);
    }
    if (isPromise(result)) this.#answerLater(exchange, result);
    else this.#answer(exchange, result);
  }

  async close(): Promise<void> {
    await this.#close();
  }

  #answerLater(exchange: Exchange, result: PromiseLike<unknown>): void {
    result.then((value) => this.#answer(exchange, value), (error) => this.#fail(exchange, error));
  }

  #answer(exchange: Exchange, value: unknown): void {
    try {
      if (
        typeof value === "object" && value !== null && CapturedResponse.respond(exchange, value)
      ) {
        return;
      }
    } catch (error) {
      // Fields that may not be sent: formatting them has thrown.
      return this.#fail(exchange, error);
    }
    if (!(value instanceof Response)) return this.#fail(exchange, new NoResponse(value));
    sendResponse(exchange, value).catch((error) => this.#fail(exchange, error));
  }

  #fail(exchange: Exchange, error: unknown): void {
    if (error instanceof RefusedRequest) {
      return exchange.respond(error.status, NO_FIELDS, null);
    }
    const { method, target } = exchange.head;
    const reason = error instanceof NoResponse ? error.message : inspect(error);
    const message = `Cannot answer ${method} ${target}: ${reason}`;
    // A client that is gone makes apps fail; that is no fault of theirs.
    if (exchange.isOver) return this.#log.debug(message);
    this.#log.error(message);
    exchange.fail();
  }
}

/** The app gave something else than a response; names it for the log. */
class NoResponse extends TypeError {
  constructor(value: unknown) {
    super(`the app returned ${describe(value)}, and should return a Response`);
  }
}

function describe(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === "function") return `the function ${value.name || "(without a name)"}`;
  if (typeof value !== "object" || value === null) return String(value);
  return `an object of class ${value.constructor?.name ?? "null"}`;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
