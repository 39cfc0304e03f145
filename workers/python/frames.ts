/**
 * Frames between a worker and an app process.
 *
 * A stream socketpair carries frames both ways, many requests at a time, told apart by `id`. Each frame has a header
 * of 20 bytes, little-endian, Python's `struct` format `<IIBBHII`, followed by `length` bytes of payload:
 *
 * | offset | size | name   |                                              |
 * |--------|------|--------|----------------------------------------------|
 * | 0      | 4    | length | bytes of payload after the header            |
 * | 4      | 4    | id     | request, 1…2³²−1, never used twice at a time; 0 = the process |
 * | 8      | 1    | type   | {@link FRAME}                                |
 * | 9      | 1    | flags  | {@link FLAG}                                 |
 * | 10     | 2    | status | HTTP status, exit code or log level          |
 * | 12     | 4    | a      | see type                                     |
 * | 16     | 4    | b      | see type                                     |
 *
 * Each request gets exactly one last frame from the process, also after a `disconnect`: `response` or `body` with flag
 * `end`, `fail`, or `returned`. Until then the process counts as busy with it and its id is taken.
 *
 * A second socketpair is the control line: worker → process one byte a command ({@link CONTROL}), process → worker
 * plain text (what `faulthandler` writes).
 */
export const HEADER_SIZE = 20;

export const FRAME = {
  /** Worker → process, first frame: JSON {@link Boot}. */
  boot: 1,
  /**
   * Worker → process. `a` = bytes of names, `b` = bytes of values, the rest is body. Names and values are lists
   * joined by NUL, latin-1, equally long; no value has a NUL. Names of a WSGI request are environ keys: first
   * {@link ENVIRON_NAMES}, then `REQUEST_METHOD` …, `PATH_INFO` (percent-decoded) and the fields, repeated ones joined by ",".
   * Names of an ASGI request: first the eight of {@link SCOPE_NAMES}, then field names in lower case as received.
   */
  request: 2,
  /** Both ways. Part of a body; flag `end` on the last, which may be empty. */
  body: 3,
  /** Worker → process. The client is gone or the request was given up; the answer will be dropped. */
  disconnect: 4,
  /** Both ways. `a` = bytes of body of this request taken; the sender may have `WINDOW` bytes under way. */
  credit: 5,
  /** Both ways, id 0. An ASGI process answers it from its event loop with the same frame: a blocked loop does not. */
  ping: 6,
  /**
   * Process → worker. `status`, `a` = bytes of the field block, then the first part of the body; flag `end` if that is all.
   * Field block: reason phrase ("" = standard), then name, value, name, value…, joined by NUL, latin-1.
   */
  response: 16,
  /** Process → worker. The app failed; the exchange ends with 500 or a cut connection. */
  fail: 17,
  /** Process → worker. A request that was not begun is handed back, after {@link CONTROL}.giveBack. */
  returned: 18,
  /** Process → worker. The app is loaded; payload JSON `{"interface": "wsgi"|"asgi", "threads": n}`. */
  ready: 19,
  /** Process → worker. The app could not be loaded; `status` = exit code 3 or 4, payload = message, UTF-8. */
  failed: 20,
  /** Process → worker, with the id of a request or 0. A log record; `status` = index in LOG_LEVELS, payload = text, UTF-8. */
  log: 21,
} as const;

export const FLAG = {
  /** Last frame of this body; on `request` and `response`: the body is complete in this frame. */
  end: 1,
  /** On `request`: the body part is the path of a file (UTF-8) that holds the body. */
  bodyInFile: 2,
  /** On `request`: HTTP/1.0. */
  http10: 4,
} as const;

/** Largest payload of a frame that the worker accepts; a longer one means that the two lost step. */
export const MAX_PAYLOAD = 16_777_216;

/** Bytes of one body that may be under way without credit, each way and each request. */
export const WINDOW = 262_144;

/** The first eight names of an ASGI request. Their values are latin-1 like all others. */
export const SCOPE_NAMES = [
  "scheme",
  "client", // "address\x1fport", or "" on a unix socket
  "server", // "host\x1fport", or the path of a unix socket
  "method",
  "target_path", // raw path, percent-encoded
  "query",
  "http_version", // "1.0" or "1.1"
  "path", // percent-decoded bytes as latin-1, last before the fields; NUL is not possible: %00 is refused with 400
] as const;

/** The first names of a WSGI request; the parser's names follow. */
export const ENVIRON_NAMES = [
  "wsgi.url_scheme",
  "REMOTE_ADDR",
  "REMOTE_PORT",
  "SERVER_NAME",
  "SERVER_PORT",
  "SCRIPT_NAME",
] as const;

export const CONTROL = {
  /** Hand back what was not begun (WSGI) and send what is ready. */
  giveBack: "r",
  /** Finish what was begun, run `lifespan.shutdown`, exit 0. */
  stop: "s",
} as const;

/** What an app process is told at its start. */
export interface Boot {
  /** Python source of the host by module name (`monoceros_host.wsgi` …). */
  modules: Record<string, string>;
  /** `module`, `module:attribute` or `module:factory(args)`. */
  app: string;
  interface: "auto" | "wsgi" | "asgi";
  threads: number;
  chdir: string;
  pythonpath: string[];
  lifespan: "auto" | "on" | "off";
  loop: "auto" | "asyncio" | "uvloop";
  rootPath: string;
  /** Constant environ members, for instance SERVER_SOFTWARE, wsgi.multiprocess. */
  multiprocess: boolean;
  serverSoftware: string;
  disconnectGraceMs: number;
}
