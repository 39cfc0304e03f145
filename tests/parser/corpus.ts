import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { HEADER_MAP, type ParserSettings, PERMIT } from "../../lib/parser/parser.ts";
import type { Request } from "./connection.ts";

interface RawRequest extends Omit<Request, "body" | "trailers"> {
  body_base64: string;
  trailers?: [string, string][];
}

interface RawCase {
  name: string;
  settings: Record<string, unknown>;
  raw_base64: string;
  accept?: RawRequest[];
  reject?: { kind: string; status: number | null };
}

/** One case of tests/corpus/gunicorn_requests.json. */
export interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly settings: ParserSettings;
  readonly takesProxy: boolean;
  /** The requests on the connection, or null when it is to be refused. */
  readonly accept: Request[] | null;
  /** Status of the refusal; null when the bytes just stop. */
  readonly status: number | null;
}

/** gunicorn's defaults. */
export const DEFAULTS: ParserSettings = {
  maxRequestLine: 4094,
  maxFields: 100,
  maxFieldSize: 8190,
  maxHead: 0,
  headerMap: HEADER_MAP.drop,
  permit: 0,
};

const PERMIT_OF: Record<string, number> = {
  permit_obsolete_folding: PERMIT.obsoleteFolding,
  strip_header_spaces: PERMIT.spaceBeforeColon,
  permit_unconventional_http_method: PERMIT.unconventionalMethod,
  permit_unconventional_http_version: PERMIT.unconventionalVersion,
  casefold_http_method: PERMIT.casefoldMethod,
};

const HEADER_MAP_OF: Record<string, ParserSettings["headerMap"]> = {
  drop: HEADER_MAP.drop,
  refuse: HEADER_MAP.refuse,
  dangerous: HEADER_MAP.pass,
};

/** Reads the corpus. */
export function readCorpus(): Case[] {
  const file = new URL("../corpus/gunicorn_requests.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: RawCase[] };
  return cases.map(toCase);
}

function toCase(raw: RawCase): Case {
  return {
    name: raw.name,
    bytes: Buffer.from(raw.raw_base64, "base64"),
    settings: settingsOf(raw.settings),
    takesProxy: raw.settings["proxy_protocol"] !== undefined,
    accept: raw.accept?.map(toRequest) ?? null,
    status: raw.reject?.status ?? null,
  };
}

function toRequest(raw: RawRequest): Request {
  const { body_base64, trailers, ...request } = raw;
  const body = Buffer.from(body_base64, "base64").toString("latin1");
  return { ...request, body, trailers: trailers ?? [] };
}

function settingsOf(raw: Record<string, unknown>): ParserSettings {
  let permit = 0;
  for (const [name, bit] of Object.entries(PERMIT_OF)) if (raw[name] === true) permit |= bit;
  // gunicorn takes 0 for its default.
  const number = (name: string, normal: number) => (raw[name] as number | undefined) || normal;
  return {
    ...DEFAULTS,
    maxRequestLine: number("limit_request_line", DEFAULTS.maxRequestLine),
    maxFields: number("limit_request_fields", DEFAULTS.maxFields),
    maxFieldSize: number("limit_request_field_size", DEFAULTS.maxFieldSize),
    headerMap: HEADER_MAP_OF[(raw["header_map"] as string | undefined) ?? "drop"]!,
    permit,
  };
}

/** Short, for a case with a limit of 10 bytes. */
const HOST = "Host: x\r\n";

/** The case with a Host field in each HTTP/1.1 head that has none, or null if none is missing. */
export function withHost(one: Case): Case | null {
  const text = Buffer.from(one.bytes).toString("latin1");
  if (one.accept === null) return putHostInFirstHead(one, text);
  let changed = text;
  const accept = one.accept.map((request) => {
    if (request.version !== "1.1" || request.headers.some(([name]) => name === "host")) {
      return request;
    }
    const line = ` ${request.target} HTTP/1.1\r\n`;
    changed = changed.replace(line, () => line + HOST);
    return { ...request, headers: [["host", "x"], ...request.headers] as [string, string][] };
  });
  return changed === text ? null : { ...one, accept, bytes: Buffer.from(changed, "latin1") };
}

function putHostInFirstHead(one: Case, text: string): Case | null {
  const head = /HTTP\/1\.1\r\n/.exec(text);
  if (head === null || /\r\nhost:/i.test(text)) return null;
  const at = head.index + head[0].length;
  const changed = text.slice(0, at) + HOST + text.slice(at);
  return { ...one, bytes: Buffer.from(changed, "latin1") };
}
