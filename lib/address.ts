/** Where a server listens. */
export type Address =
  /** `host` is a name, an IPv4 address, or an IPv6 address without brackets; port 0 lets the system choose. */
  | { type: "tcp"; host: string; port: number }
  /** A path that begins with `@` names an abstract socket of Linux. */
  | { type: "unix"; path: string }
  /** A listening socket that this process has inherited. */
  | { type: "fd"; fd: number };

/** Port of an address that names none, as gunicorn has it. */
const DEFAULT_PORT = 8000;
/** `sun_path` of `sockaddr_un` holds 108 bytes with the final NUL, see unix(7). */
const MAX_UNIX_PATH = 107;
/** Lower descriptors are standard input, output and error. */
const FIRST_INHERITED_FD = 3;
/** Letters, digits, `-`, `_` and `.`, so that a typing error does not become a look-up of a name. */
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/;

/**
 * Reads an address in one of gunicorn's forms: `HOST:PORT`, `HOST`, `:PORT`, `[V6]:PORT`, `tcp://HOST:PORT`,
 * `unix:PATH`, `unix://PATH`, `fd://N`.
 *
 * @throws {SyntaxError} If the text is none of them.
 */
export function parseAddress(text: string): Address {
  const address = readAddress(text);
  if (typeof address === "string") {
    throw new SyntaxError(`Cannot read the address "${text}": ${address}`);
  }
  return address;
}

/** Like {@link parseAddress}, but gives the reason as a string where the text is no address. */
export function readAddress(text: string): Address | string {
  const unix = /^unix:(?:\/\/)?(.*)$/s.exec(text);
  if (unix) return readUnix(unix[1] ?? "");
  if (text.startsWith("fd://")) return readFd(text.slice("fd://".length));
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (scheme && scheme[1] !== "tcp") {
    return `the scheme "${scheme[1]}" is unknown, it must be tcp, unix or fd`;
  }
  return readTcp(scheme ? text.slice(scheme[0].length) : text);
}

/** The text that {@link parseAddress} reads as the same address. */
export function formatAddress(address: Address): string {
  switch (address.type) {
    case "tcp":
      return `${isIPv6(address.host) ? `[${address.host}]` : address.host}:${address.port}`;
    case "unix":
      return `unix:${address.path}`;
    case "fd":
      return `fd://${address.fd}`;
    default:
      return address satisfies never;
  }
}

function readUnix(path: string): Address | string {
  if (path === "" || path === "@") return "the path after unix: is empty";
  if (path.includes("\0")) return "the path has a NUL character";
  const length = new TextEncoder().encode(path).length;
  if (length > MAX_UNIX_PATH) {
    return `the path has ${length} bytes, the system allows ${MAX_UNIX_PATH}`;
  }
  return { type: "unix", path };
}

function readFd(text: string): Address | string {
  const fd = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (fd < FIRST_INHERITED_FD) {
    return `it must be fd://N with the number of an inherited socket, from ${FIRST_INHERITED_FD}`;
  }
  return { type: "fd", fd };
}

function readTcp(text: string): Address | string {
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(text);
  if (!parts) {
    return isIPv6(text)
      ? `an IPv6 address stands in brackets: [${text}]:${DEFAULT_PORT}`
      : "it must be HOST:PORT, [IPV6]:PORT, unix:PATH or fd://N";
  }
  const [, bracketed, name = "", portText] = parts;
  const port = readPort(portText);
  if (port === null) return `the port "${portText}" is not a whole number from 0 to 65535`;
  if (bracketed !== undefined) {
    if (!isIPv6(bracketed)) return `"${bracketed}" in brackets is not an IPv6 address`;
    return { type: "tcp", host: bracketed.toLowerCase(), port };
  }
  return readNamedHost(name.toLowerCase(), port);
}

/** An empty host means every IPv4 address of the machine, as in gunicorn. */
function readNamedHost(host: string, port: number): Address | string {
  if (host === "") return { type: "tcp", host: "0.0.0.0", port };
  const looksNumeric = /^[\d.]+$/.test(host);
  if (looksNumeric && !isIPv4(host)) return `"${host}" is not an IPv4 address`;
  if (!HOST_NAME.test(host)) return `"${host}" is not a host name`;
  return { type: "tcp", host, port };
}

function readPort(text: string | undefined): number | null {
  if (text === undefined) return DEFAULT_PORT;
  if (!/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65535 ? port : null;
}

/** Four decimal numbers up to 255, without leading zeros: some systems read those as octal. */
function isIPv4(host: string): boolean {
  const part = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  return new RegExp(`^(${part}\\.){3}${part}$`).test(host);
}

/** The check of `node:net` would cost 8 ms at start on Bun: that module brings the streams along. */
function isIPv6(host: string): boolean {
  const address = /^([\da-f:.]*:[\da-f:.]*)(%[\w.-]+)?$/i.exec(host)?.[1];
  return address !== undefined && URL.canParse(`http://[${address}]/`);
}
