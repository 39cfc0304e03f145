import { Buffer } from "node:buffer";
import process from "node:process";
import type { LogFile } from "../log_file.ts";
import type { Http1Exchange } from "./http1_exchange.ts";

/** gunicorn's default: the combined log format. */
export const DEFAULT_ACCESS_FORMAT = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"';

/** A part of a line: reads one fact of an exchange that is over. */
type Atom = (exchange: Http1Exchange, elapsedMs: number) => string;

/** gunicorn's atoms (its documentation, "access_log_format"). A fact that is missing is "-". */
const ATOMS: Readonly<Record<string, Atom>> = Object.assign(
  Object.create(null),
  {
    h: (x) => x.endpoints.clientAddress || "-",
    l: () => "-",
    u: (x) => basicUser(x.head.field("authorization")),
    t: () => `[${clockTime(new Date())}]`,
    r: (x) => `${x.head.method} ${x.head.target} HTTP/1.${x.head.minorVersion}`,
    m: (x) => x.head.method,
    U: (x) => x.head.path,
    q: (x) => x.head.query,
    H: (x) => `HTTP/1.${x.head.minorVersion}`,
    s: (x) => String(x.status || 499),
    B: (x) => String(x.contentBytes),
    b: (x) => String(x.contentBytes),
    f: (x) => x.head.field("referer") ?? "-",
    a: (x) => x.head.field("user-agent") ?? "-",
    T: (_, ms) => String(Math.floor(ms / 1000)),
    M: (_, ms) => String(Math.floor(ms)),
    D: (_, ms) => String(Math.floor(ms * 1000)),
    L: (_, ms) => (ms / 1000).toFixed(6),
    p: () => `<${process.pid}>`,
  } satisfies Record<string, Atom>,
);

/** Lines are written when this much has gathered, or at the next turn of the worker's wheel. */
const BATCH_CHARACTERS = 65_536;

/** Writes a line for each request, in gunicorn's format language; many lines in one write. */
export class AccessLog {
  readonly #parts: (string | Atom)[];
  readonly #file: LogFile;
  #lines = "";

  /**
   * @param file Open.
   * @throws {SyntaxError} If `format` names an atom that does not exist.
   */
  constructor(format: string, file: LogFile) {
    this.#parts = compileFormat(format);
    this.#file = file;
  }

  /** Notes what cannot be found out any more when the exchange is over: a closed socket does not know its peer. */
  begin(exchange: Http1Exchange): void {
    exchange.startedAt = performance.now();
    void exchange.endpoints.clientAddress;
  }

  add(exchange: Http1Exchange): void {
    const elapsedMs = performance.now() - exchange.startedAt;
    for (const part of this.#parts) {
      this.#lines += typeof part === "string" ? part : escapeText(part(exchange, elapsedMs));
    }
    this.#lines += "\n";
    if (this.#lines.length > BATCH_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#lines === "") return;
    this.#file.write(this.#lines);
    this.#lines = "";
  }

  /** Opens the file again, after it was rotated. */
  reopen(): void {
    this.flush();
    this.#file.open();
  }
}

/** @throws {SyntaxError} If `format` names an atom that does not exist. */
export function compileFormat(format: string): (string | Atom)[] {
  const parts: (string | Atom)[] = [];
  let at = 0;
  for (const match of format.matchAll(/%\(([^)]*)\)s|%%/g)) {
    parts.push(format.slice(at, match.index));
    parts.push(match[1] === undefined ? "%" : findAtom(match[1]));
    at = match.index + match[0].length;
  }
  parts.push(format.slice(at));
  return parts.filter((part) => part !== "");
}

function findAtom(name: string): Atom {
  const atom = ATOMS[name] ?? fieldAtom(name);
  if (atom === undefined) {
    const known = Object.keys(ATOMS).join(" ");
    throw new SyntaxError(
      `Cannot use "%(${name})s" in access_log_format: known atoms are ${known} {field}i {field}o {variable}e`,
    );
  }
  return atom;
}

function fieldAtom(name: string): Atom | undefined {
  const match = /^\{([^}]+)\}([ioe])$/i.exec(name);
  if (match === null) return undefined;
  const key = match[1]!.toLowerCase();
  switch (match[2]!.toLowerCase()) {
    case "i":
      return (x) => x.head.field(key) ?? "-";
    case "o":
      return (x) => responseField(x, key);
    default:
      return () => process.env[match[1]!] ?? "-";
  }
}

function responseField(exchange: Http1Exchange, key: string): string {
  const fields = exchange.fields;
  if (fields === null) return "-";
  if (key === "content-length" && fields.contentLength !== -1) return String(fields.contentLength);
  const line = fields.text.split("\r\n").find((text) => text.toLowerCase().startsWith(`${key}: `));
  return line?.slice(key.length + 2) ?? "-";
}

/** User of `Authorization: Basic` (RFC 7617 §2). */
function basicUser(authorization: string | undefined): string {
  const match = /^basic +([\w+/=-]+)$/i.exec(authorization ?? "");
  if (match === null) return "-";
  const [user] = Buffer.from(match[1]!, "base64").toString("latin1").split(":", 1);
  return user || "-";
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** @returns For instance `23/Nov/2026:15:48:45 +0000`, local time. */
export function clockTime(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const offset = -date.getTimezoneOffset();
  const zone = two(Math.floor(Math.abs(offset) / 60)) + two(Math.abs(offset) % 60);
  return `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}:` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ` +
    `${offset < 0 ? "-" : "+"}${zone}`;
}

const UNSAFE = /["\\]|[^\x20-\x7e]/g;

/** Text of a client cannot end a quoted part or a line (CVE-2020-7694). */
function escapeText(text: string): string {
  return text.replace(
    UNSAFE,
    (c) =>
      c === '"' || c === "\\" ? `\\${c}` : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
