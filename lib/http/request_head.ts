import type { EncodedText } from "../parser/parser.ts";

/** The head of a request, read from its bytes when asked for. Valid for ever: it keeps its bytes. */
export interface RequestHead {
  readonly method: string;
  /** As it was sent, for instance `/a?b=1`. */
  readonly target: string;
  /** Path of the target, still percent-encoded. */
  readonly path: string;
  /** After `?`, without it; "" when absent. */
  readonly query: string;
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  readonly minorVersion: 0 | 1;
  /** Host of the request: from the absolute-form target, else the Host field; "" when there is none. */
  readonly authority: string;
  /** First value of a field, or undefined. @param name In lower case. */
  field(name: string): string | undefined;
  /** All fields in order, names in lower case, values as latin-1 text. */
  fields(): [name: string, value: string][];
  /** CGI names and values of PEP 3333, see `lib/parser/parser.h`. Valid until the next call into the parser. */
  encodeEnviron(): EncodedText;
  /** Names and values of an ASGI scope, see `lib/parser/parser.h`. Valid until the next call into the parser. */
  encodeScope(): EncodedText;
}
