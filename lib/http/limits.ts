/** What a connection may take and how long it may wait. Times are milliseconds, sizes bytes. */
export interface Limits {
  /** From the first byte of a request to the end of its head; also from the connection to its first byte. */
  readonly headTimeoutMs: number;
  /** From a response to the next request's first byte; 0 closes after each response. */
  readonly keepaliveMs: number;
  /** Between two pieces of a request body. */
  readonly bodyTimeoutMs: number;
  /** While the client takes nothing of what we send. */
  readonly writeTimeoutMs: number;
  /** Largest request body; 0 for no limit. */
  readonly maxBody: number;
}

/** A response waits for the client when this much is unsent: the app is asked to pause. */
export const OUTPUT_HIGH_WATER = 65_536;
/** So much may be unsent where waiting for the client would hold the app up, see `Exchange.holdsApp`. */
export const HELD_HIGH_WATER = 4_194_304;
/** Unsent bytes of all connections of a worker; beyond it, such apps wait like others. */
export const HELD_TOTAL = 67_108_864;
/** Bytes of later requests that a client may send ahead while one is being answered. */
export const INPUT_HIGH_WATER = 65_536;
/** Bytes of a request body that wait for a slow app before the client is slowed down. */
export const BODY_HIGH_WATER = 65_536;
/** After the last response, how long bytes of the client are read and thrown away so that it sees the response (RFC 9112 §9.6). */
export const LINGER_MS = 2_000;
/** And how many. */
export const LINGER_BYTES = 262_144;
/** Requests of one connection that are answered before others get their turn. */
export const TURN_REQUESTS = 128;
