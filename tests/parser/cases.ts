import type { ParserSettings } from "../../lib/parser/parser.ts";
import type { Request } from "./connection.ts";

/** One line of a table: bytes as latin-1 text and what the parser must answer. */
export interface ParserCase {
  /** The rule, with its source. */
  readonly name: string;
  readonly input: string;
  /** Bytes consumed ("all" = every one), 0 for more, or minus the status. */
  readonly result: number | "all";
  readonly settings?: Partial<ParserSettings>;
  /** Parts of the request, where they matter. */
  readonly request?: Partial<Request>;
  /** Exactly these FLAG bits are set. */
  readonly flags?: number;
  readonly contentLength?: number;
  /** Text at the authority's positions. */
  readonly authority?: string;
}

/** A head around one request line. */
export function line(requestLine: string, fields = "Host: a\r\n"): string {
  return `${requestLine}\r\n${fields}\r\n`;
}

/** An HTTP/1.1 head around some field lines. */
export function fields(...lines: string[]): string {
  return line("GET / HTTP/1.1", ["Host: a", ...lines].map((one) => `${one}\r\n`).join(""));
}
