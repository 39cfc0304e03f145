/** Response fields, validated and formatted once; may be kept and used for many responses. */
export interface FieldBlock {
  /** `Name: value\r\n…` as it is sent, without framing fields (`transfer-encoding`, `connection`). */
  readonly text: string;
  /** True when `text` is ASCII only, so that it can be joined to other text. */
  readonly isAscii: boolean;
  /** Value of `content-length`; it is not part of `text`. -1 when absent. */
  readonly contentLength: number;
  readonly hasDate: boolean;
  /** The app asked for `Connection: close`. */
  readonly closes: boolean;
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Control characters other than HTAB are refused, and what does not fit into one byte (RFC 9110 §5.5). */
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
/** OWS of RFC 9110 §5.6.3. */
const OUTER_BLANKS = /^[\t ]+|[\t ]+$/g;
// deno-lint-ignore no-control-regex
const NOT_ASCII = /[^\x00-\x7f]/;

/** Fields that the server alone decides: they speak of this connection, not of the content (RFC 9110 §7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Checks and formats response fields.
 *
 * Hop-by-hop fields (`connection`, `keep-alive`, `transfer-encoding`, …) belong to the server and are dropped.
 *
 * @throws {TypeError} If a name is no token, a value has CR, LF, NUL or another control character (RFC 9110 §5.5), or
 * `content-length` is not one decimal number.
 */
export function formatFields(pairs: Iterable<readonly [string, string]>): FieldBlock {
  let text = "";
  let contentLength = -1;
  let hasDate = false;
  let closes = false;
  for (const [name, rawValue] of pairs) {
    const value = trimBlanks(rawValue);
    checkField(name, value);
    const key = name.toLowerCase();
    if (key === "content-length") {
      contentLength = parseContentLength(value, contentLength);
    } else if (key === "connection") {
      closes ||= /(^|,)\s*close\s*(,|$)/i.test(value);
    } else if (!HOP_BY_HOP.has(key)) {
      hasDate ||= key === "date";
      text += `${name}: ${value}\r\n`;
    }
  }
  return { text, isAscii: isAscii(text), contentLength, hasDate, closes };
}

export function isAscii(text: string): boolean {
  return text === "" || !NOT_ASCII.test(text);
}

/** No fields at all. */
export const NO_FIELDS: FieldBlock = formatFields([]);

/** `trim()` is quick but takes more than blanks: 0xA0 may be the last byte of a character in UTF-8. */
function trimBlanks(value: string): string {
  return value.trim().length === value.length ? value : value.replace(OUTER_BLANKS, "");
}

function checkField(name: string, value: string): void {
  if (!TOKEN.test(name)) {
    throw new TypeError(
      `Cannot send the response field ${
        JSON.stringify(name)
      }: its name is not a token (RFC 9110 §5.6.2)`,
    );
  }
  if (BAD_VALUE.test(value)) {
    throw new TypeError(
      `Cannot send the response field "${name}": its value ${
        JSON.stringify(value)
      } has a character ` +
        "that is not allowed (RFC 9110 §5.5)",
    );
  }
}

function parseContentLength(value: string, earlier: number): number {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : -1;
  if (length === -1 || (earlier !== -1 && earlier !== length)) {
    throw new TypeError(
      `Cannot send "Content-Length: ${value}": it should be one decimal number (RFC 9110 §8.6)`,
    );
  }
  return length;
}
