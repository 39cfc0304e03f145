import { isIPv4, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

/** What a socket is bound to. */
export type SocketAddress =
  | { family: "inet"; host: string; port: number }
  /** A path that begins with `\0` is an abstract name; "" is a socket without a name. */
  | { family: "unix"; path: string };

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** `sun_path` has 108 bytes, one of them for the final NUL of a file's path. */
const UNIX_PATH_BYTES = 108;

/**
 * Writes a `struct sockaddr_in` or `sockaddr_in6`.
 *
 * @param host A numeric address; v6 may name its interface: `fe80::1%eth0`.
 * @throws {TypeError} If it is not numeric.
 */
export function encodeInet(host: string, port: number): Uint8Array {
  if (isIPv4(host)) return encodeIPv4(host, port);
  if (isIPv6(host)) return encodeIPv6(host, port);
  throw new TypeError(
    `Cannot use address "${host}": it is a name, and should be a numeric address`,
  );
}

/**
 * Writes a `struct sockaddr_un`.
 *
 * @throws {RangeError} If the path is longer than the kernel takes.
 */
export function encodeUnix(path: string): Uint8Array {
  const isAbstract = path.startsWith("\0");
  const bytes = new TextEncoder().encode(isAbstract ? path : path + "\0");
  if (bytes.length > UNIX_PATH_BYTES) {
    throw new RangeError(
      `Cannot use unix socket "${path}": it has ${bytes.length} bytes, the limit is ${UNIX_PATH_BYTES}`,
    );
  }
  const address = new Uint8Array(2 + bytes.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(bytes, 2);
  return address;
}

/**
 * Reads a `struct sockaddr` as the kernel returns it.
 *
 * @throws {TypeError} If it is of another family.
 */
export function decodeAddress(bytes: Uint8Array): SocketAddress {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const family = view.getUint16(0, true);
  switch (family) {
    case AF_INET:
      return { family: "inet", host: bytes.subarray(4, 8).join("."), port: view.getUint16(2) };
    case AF_INET6:
      return { family: "inet", host: textOfIPv6(view), port: view.getUint16(2) };
    case AF_UNIX:
      return { family: "unix", path: textOfPath(bytes.subarray(2)) };
    default:
      throw new TypeError(`Cannot use a socket of family ${family}: it should be TCP or unix`);
  }
}

function encodeIPv4(host: string, port: number): Uint8Array {
  const address = new Uint8Array(16);
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  address.set(host.split(".").map(Number), 4);
  return address;
}

function encodeIPv6(host: string, port: number): Uint8Array {
  const [ip = "", zone] = host.split("%");
  const address = new Uint8Array(28);
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(2, port);
  groupsOf(ip).forEach((group, index) => view.setUint16(8 + 2 * index, group));
  if (zone !== undefined) view.setUint32(24, scopeOf(zone), true);
  return address;
}

/** The eight 16-bit groups of a v6 address in any of its forms. */
function groupsOf(ip: string): number[] {
  // A URL writes an embedded v4 address as two groups and everything in its shortest form (RFC 5952).
  const canonical = new URL(`http://[${ip}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const before = parseGroups(head);
  if (tail === undefined) return before;
  const after = parseGroups(tail);
  return [...before, ...Array(8 - before.length - after.length).fill(0), ...after];
}

function parseGroups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

function scopeOf(zone: string): number {
  if (/^\d+$/.test(zone)) return Number(zone);
  const found = networkInterfaces()[zone]?.find((entry) => entry.family === "IPv6");
  if (found?.scopeid === undefined) {
    throw new TypeError(
      `Cannot use interface "${zone}": this machine has none of this name with IPv6`,
    );
  }
  return found.scopeid;
}

function textOfIPv6(view: DataView): string {
  const groups = Array.from(
    { length: 8 },
    (_, index) => view.getUint16(8 + 2 * index).toString(16),
  );
  const ip = new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
  const scope = view.getUint32(24, true);
  return scope === 0 ? ip : `${ip}%${scope}`;
}

function textOfPath(bytes: Uint8Array): string {
  const isAbstract = bytes[0] === 0 && bytes.length > 1;
  const end = isAbstract ? bytes.length : bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}
