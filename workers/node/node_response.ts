import { Buffer } from "node:buffer";
import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
  STATUS_CODES,
} from "node:http";
import { nextTick } from "node:process";
import { setImmediate } from "node:timers";
import type { Exchange } from "../../lib/http/exchange.ts";
import { type FieldBlock, formatFields } from "../../lib/http/fields.ts";
import { whenGone } from "../fetch/when_gone.ts";
import { outgoingPairs } from "./node_headers.ts";
import type { NodeSocket } from "./node_socket.ts";

/** After so many writes the other requests of the worker have their turn, as with Node, which sends at the end of a turn. */
const WRITES_PER_TURN = 64;

type Callback = (error?: Error | null) => void;
type Chunk = string | Uint8Array;
type Headers = OutgoingHttpHeaders | readonly OutgoingHttpHeader[];

/**
 * Makes Node's response of an exchange.
 *
 * It is the runtime's own `ServerResponse`, which holds fields and events; what sends is ours. Those are own members of the
 * object, because Express replaces the prototype of each response, and middleware wraps them.
 */
export function createResponse(
  exchange: Exchange,
  request: IncomingMessage,
  socket: NodeSocket,
): ServerResponse {
  const response = new ServerResponse(request);
  const sender = new ResponseSender(exchange, request, response);
  Object.assign(response, {
    socket,
    writeHead: sender.writeHead.bind(sender),
    write: sender.write.bind(sender),
    end: sender.end.bind(sender),
    flushHeaders: sender.flushHeaders.bind(sender),
    destroy: sender.destroy.bind(sender),
    _implicitHeader: () => response.writeHead(response.statusCode),
    // The connection answers `Expect: 100-continue` by itself when the body is read.
    writeContinue: skip,
    writeProcessing: skip,
    writeEarlyHints: (_hints: unknown, callback?: Callback) => skip(callback),
    addTrailers: () => {},
  });
  // Bun's own getter looks at a state that only its own methods change.
  Object.defineProperty(response, "headersSent", {
    value: false,
    writable: true,
    configurable: true,
  });
  exchange.onDrain = () => response.emit("drain");
  whenGone(exchange, () => sender.close());
  return response;
}

/** Sends what is written to a `ServerResponse`. */
class ResponseSender {
  readonly #exchange: Exchange;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #status = 200;
  #reason = "";
  #fields: FieldBlock | null = null;
  #writes = 0;

  constructor(exchange: Exchange, request: IncomingMessage, response: ServerResponse) {
    this.#exchange = exchange;
    this.#request = request;
    this.#response = response;
  }

  /** Fixes status and fields; they leave with the first byte of the body, or its end. */
  writeHead(status: number, reason?: string | Headers, headers?: Headers): ServerResponse {
    const response = this.#response;
    if (response.headersSent) {
      throw nodeError("ERR_HTTP_HEADERS_SENT", "Cannot write headers after they are sent");
    }
    if (!Number.isInteger(status) || status < 200 || status > 999) {
      throw nodeError("ERR_HTTP_INVALID_STATUS_CODE", `Invalid status code: ${status}`, RangeError);
    }
    setHeaders(response, typeof reason === "object" ? reason : headers);
    this.#status = response.statusCode = status;
    this.#reason = typeof reason === "string" ? reason : response.statusMessage ?? "";
    response.statusMessage = this.#reason || (STATUS_CODES[status] ?? "");
    this.#fields = formatFields(outgoingPairs(response.getHeaders()));
    // From now on `setHeader()` refuses: it looks at `_header`.
    Object.assign(response, {
      headersSent: true,
      _header: `HTTP/1.1 ${status} ${response.statusMessage}\r\n${this.#fields.text}\r\n`,
    });
    return response;
  }

  flushHeaders(): void {
    if (!this.#response.headersSent) implicitHeader(this.#response);
    if (!this.#exchange.isStarted) this.#exchange.start(this.#status, this.#fields!, this.#reason);
  }

  /** @returns False when the client is slower: `drain` follows. */
  write(chunk: Chunk, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    const done = typeof encoding === "function" ? encoding : callback;
    const error = this.#writeError();
    if (error !== null) return this.#refuse(error, done);
    const bytes = toBytes(chunk, encoding);
    this.flushHeaders();
    const isTaken = this.#exchange.write(bytes);
    if (done) nextTick(done);
    return isTaken && this.#mayGoOn();
  }

  /** A source that never waits would else keep a fast client, and nobody else, for as long as it lasts. */
  #mayGoOn(): boolean {
    if (++this.#writes % WRITES_PER_TURN !== 0) return true;
    setImmediate(() => this.#response.emit("drain"));
    return false;
  }

  end(
    chunk?: Chunk | Callback | null,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ): ServerResponse {
    const response = this.#response;
    const done = [chunk, encoding, callback].find((argument) => typeof argument === "function");
    const error = this.#writeError();
    if (error !== null) {
      // Ending twice is common and harmless.
      if (!response.finished) this.#refuse(error, done);
      else if (done) nextTick(done, error);
      return response;
    }
    const last = typeof chunk === "function" || chunk === undefined ? null : chunk;
    if (!response.headersSent) implicitHeader(response);
    this.#sendLast(last, encoding);
    response.finished = true;
    if (done) response.once("finish", done);
    nextTick(() => this.#finish());
    return response;
  }

  /** Gives up the response; the client sees it unless it is complete. */
  destroy(error?: Error): ServerResponse {
    const response = this.#response;
    if (response.destroyed) return response;
    if (error !== undefined && response.listenerCount("error") > 0) {
      nextTick(() => response.emit("error", error));
    }
    this.close();
    this.#exchange.fail();
    return response;
  }

  /** Nothing can be sent any more. */
  close(): void {
    if (this.#response.destroyed) return;
    Object.assign(this.#response, { destroyed: true, _closed: true });
    nextTick(() => this.#response.emit("close"));
  }

  #sendLast(chunk: Chunk | null, encoding?: BufferEncoding | Callback): void {
    const exchange = this.#exchange;
    if (!exchange.isStarted) {
      const isText = typeof chunk === "string" &&
        (typeof encoding !== "string" || /^utf-?8$/i.test(encoding));
      const body = chunk === null || isText ? chunk : toBytes(chunk, encoding);
      exchange.respond(this.#status, this.#fields!, body, this.#reason);
      return;
    }
    if (chunk !== null && chunk.length > 0) exchange.write(toBytes(chunk, encoding));
    exchange.end();
  }

  #finish(): void {
    const response = this.#response;
    if (response.destroyed) return;
    response.emit("prefinish");
    response.emit("finish");
    this.#request.destroy();
    this.close();
  }

  #writeError(): Error | null {
    const { finished, destroyed } = this.#response;
    if (finished) return nodeError("ERR_STREAM_WRITE_AFTER_END", "write after end");
    return destroyed
      ? nodeError("ERR_STREAM_DESTROYED", "Cannot write after a stream was destroyed")
      : null;
  }

  #refuse(error: Error, done: Callback | undefined): false {
    if (done) nextTick(done, error);
    else if (this.#response.finished && this.#response.listenerCount("error") > 0) {
      nextTick(() => this.#response.emit("error", error));
    }
    return false;
  }
}

function implicitHeader(response: ServerResponse): void {
  // Through the object: middleware wraps `writeHead` to see the head before it leaves.
  response.writeHead(response.statusCode);
}

/** Takes the forms that Node takes: an object, a flat list, a list of pairs. */
function setHeaders(response: ServerResponse, headers: Headers | undefined): void {
  if (headers === undefined || headers === null) return;
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    return;
  }
  const flat = headers.flat();
  const isPairs = Array.isArray(headers[0]);
  const list = isPairs ? headers as unknown as [string, OutgoingHttpHeader][] : pairsOf(flat);
  for (const [name] of list) response.removeHeader(name);
  for (const [name, value] of list) {
    response.appendHeader(name, Array.isArray(value) ? value : String(value));
  }
}

function pairsOf(flat: readonly OutgoingHttpHeader[]): [string, OutgoingHttpHeader][] {
  const pairs: [string, OutgoingHttpHeader][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.push([String(flat[index]), flat[index + 1]!]);
  }
  return pairs;
}

function toBytes(chunk: unknown, encoding?: BufferEncoding | Callback): Uint8Array {
  if (typeof chunk === "string") {
    return Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8");
  }
  if (chunk instanceof Uint8Array) return chunk;
  throw nodeError(
    "ERR_INVALID_ARG_TYPE",
    `Cannot send a chunk of type ${typeof chunk}: it should be text or bytes`,
    TypeError,
  );
}

function nodeError(code: string, message: string, kind: ErrorConstructor = Error): Error {
  return Object.assign(new kind(message), { code });
}

function skip(callback?: Callback): void {
  if (callback) nextTick(callback);
}
