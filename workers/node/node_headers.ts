import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Fields of which Node keeps the first and drops the others (`message.headers` in its documentation). */
const SINGLE = new Set([
  "age",
  "authorization",
  "content-length",
  "content-type",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "retry-after",
  "server",
  "user-agent",
]);

/** Request fields as Node shows them in `message.headers`. */
export function incomingHeaders(
  fields: readonly (readonly [string, string])[],
): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of fields) {
    const earlier = headers[name];
    if (name === "set-cookie") headers[name] = [...(headers[name] ?? []), value];
    else if (earlier === undefined) headers[name] = value;
    else if (!SINGLE.has(name)) {
      headers[name] = `${earlier}${name === "cookie" ? "; " : ", "}${value}`;
    }
  }
  return headers;
}

/** Response fields one by one; Node holds those that repeat as arrays. */
export function* outgoingPairs(headers: OutgoingHttpHeaders): Generator<[string, string]> {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) { for (const item of value) yield [name, item]; }
    else if (value !== undefined) yield [name, String(value)];
  }
}
