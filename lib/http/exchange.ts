import type { RequestBody } from "./body.ts";
import type { FieldBlock } from "./fields.ts";
import type { RequestHead } from "./request_head.ts";

/** What answers requests: a loaded app of any kind. */
export interface App {
  /** Takes a request. It answers through the exchange, at once or later; it must not throw. */
  handle(exchange: Exchange): void;
  /** Ends the app after its last request, for instance `lifespan.shutdown`. */
  close(): Promise<void>;
}

/** Where a connection comes from and where it arrived; the same object for all requests of a connection. */
export interface Endpoints {
  /** Client's IP address, "" on a unix socket. */
  readonly clientAddress: string;
  readonly clientPort: number;
  /** Host and port of the listener; port 0 and the path as host on a unix socket. */
  readonly serverHost: string;
  readonly serverPort: number;
  readonly scheme: "http" | "https";
}

/**
 * One request and its response.
 *
 * Respond with {@link respond}, or with {@link start}, {@link write}… and {@link end}. After {@link onClose} was
 * called (client gone, deadline, shutdown) all of these do nothing.
 */
export interface Exchange {
  readonly head: RequestHead;
  readonly endpoints: Endpoints;
  /** Null when the request has no body. */
  readonly body: RequestBody | null;
  /** True once the response is complete or the exchange was closed. */
  readonly isOver: boolean;
  /** True once the response's head was sent. */
  readonly isStarted: boolean;

  /**
   * Sends a whole response. `content-length` is added unless `fields` has it. For HEAD, 204 and 304 the body
   * is dropped.
   *
   * @param reason Reason phrase, "" for the standard one.
   */
  respond(
    status: number,
    fields: FieldBlock,
    body: string | Uint8Array | null,
    reason?: string,
  ): void;
  /** Sends the head of a streamed response: by `content-length` if `fields` has it, else chunked (HTTP/1.0: until close). */
  start(status: number, fields: FieldBlock, reason?: string): void;
  /** @returns False when the client is slower than the app: wait for {@link onDrain}. */
  write(bytes: Uint8Array): boolean;
  end(): void;
  /** The app failed: 500 if nothing was sent, else the connection is cut so that the client sees it. */
  fail(): void;

  /**
   * The app can do nothing else while it waits for this client, so that more than usual is taken from it before
   * {@link write} says false. False unless the app says so.
   */
  holdsApp: boolean;
  /** The client has taken what was written. */
  onDrain: (() => void) | null;
  /** The response cannot be sent any more. Called at most once, and never after the response was complete. */
  onClose: (() => void) | null;
}
