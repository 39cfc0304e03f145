import type { Endpoints } from "../../lib/http/exchange.ts";
import type { RequestHead } from "../../lib/http/request_head.ts";

/** The request cannot be shown to the app; its client is answered with `status`. */
export class RefusedRequest extends Error {
  override name = "RefusedRequest";
  readonly status: number;

  constructor(status: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.status = status;
  }
}

/** Hosts that the URL parser leaves as they are: IPv4 addresses and lower-case names, a port that is no scheme's default. */
const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const NAME = "(?!.*xn--)(?:[a-z\\d-]+\\.)*[a-z][a-z\\d-]*";
const PORT = "(?!443$)(?:[1-9]\\d{2,3}|[1-5]\\d{4})";
const PLAIN_AUTHORITY = new RegExp(`^(?:${OCTET}(?:\\.${OCTET}){3}|${NAME})(?::${PORT})?$`);
/** Targets that the URL parser changes or may change: dot segments, backslashes, fragments, characters that it encodes. */
const ODD_TARGET = /[^\w/\-~.!$&()*+,;=:@?%]|\/\.|\.%|%2e/i;

/**
 * URL of a request, as the URL standard writes it.
 *
 * @throws {RefusedRequest} With 400, if host and target are no URL, for instance an invalid international name.
 */
export function requestUrl(head: RequestHead, endpoints: Endpoints): string {
  const { target, authority } = head;
  if (!target.startsWith("/")) return normalize(absoluteTarget(head, endpoints));
  const url = `${endpoints.scheme}://${authority || serverAuthority(endpoints)}${target}`;
  return PLAIN_AUTHORITY.test(authority) && !ODD_TARGET.test(target) ? url : normalize(url);
}

/** Absolute-form has its own scheme and host; `*` of OPTIONS becomes a path of its own (RFC 9112 §3.2). */
function absoluteTarget({ target, authority }: RequestHead, endpoints: Endpoints): string {
  if (/^https?:\/\//i.test(target)) return target;
  return `${endpoints.scheme}://${authority || serverAuthority(endpoints)}/${target}`;
}

function serverAuthority({ serverHost, serverPort }: Endpoints): string {
  if (serverPort === 0) return "localhost";
  return serverHost.includes(":") ? `[${serverHost}]:${serverPort}` : `${serverHost}:${serverPort}`;
}

function normalize(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new RefusedRequest(400, `Cannot read the URL "${text}" of a request`, { cause });
  }
  // A `Request` cannot have them, and RFC 9110 §4.2.4 calls them an error.
  if (url.username !== "" || url.password !== "") {
    throw new RefusedRequest(400, "Cannot take a request whose URL has a user name or password");
  }
  return url.href;
}
