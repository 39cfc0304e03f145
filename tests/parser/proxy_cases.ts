/** A PROXY protocol header as latin-1 text; bytes behind it do not belong to it. */
export interface ProxyCase {
  readonly name: string;
  readonly input: string;
  /** Bytes consumed ("all" = every one), 0 for more, or minus the status. */
  readonly result: number | "all";
  readonly version: 0 | 1 | 2;
  /** `source:port destination:port`, or "" when none is told. */
  readonly addresses?: string;
}

const MARK = "\r\n\r\n\0\r\nQUIT\n";
const V6 = "\x20\x01\x0d\xb8" + "\0".repeat(11) + "\x01";
const ANY6 = "\0".repeat(16);
const MAPPED = "\0\x01" + "\0".repeat(4) + "\0\x02\0\x03\0\0\0\x04\0\0";

function v2(command: string, family: string, body: string, length = body.length): string {
  return MARK + command + family + String.fromCharCode(length >> 8, length & 255) + body;
}

function bad(input: string): ProxyCase {
  return { name: `not ${JSON.stringify(input)}`, input, result: -400, version: 1 };
}

/** PROXY protocol, sections 2.1 and 2.2. */
export const PROXY_CASES: readonly ProxyCase[] = [
  {
    name: "TCP4",
    input: "PROXY TCP4 1.2.3.4 5.6.7.8 1 65535\r\n",
    result: "all",
    version: 1,
    addresses: "1.2.3.4:1 5.6.7.8:65535",
  },
  {
    name: "TCP6",
    input: "PROXY TCP6 ::1 2001:db8::2 0 80\r\n",
    result: "all",
    version: 1,
    addresses: "::1:0 2001:db8::2:80",
  },
  { name: "UNKNOWN", input: "PROXY UNKNOWN\r\n", result: "all", version: 1 },
  { name: "UNKNOWN with anything", input: "PROXY UNKNOWN a b\0 c\r\n", result: "all", version: 1 },
  { name: "bytes behind it stay", input: "PROXY UNKNOWN\r\nGET /", result: 15, version: 1 },
  { name: "an incomplete line", input: "PROXY TCP4 1.2.3", result: 0, version: 1 },
  { name: "the first bytes", input: "PRO", result: 0, version: 0 },
  { name: "nothing", input: "", result: 0, version: 0 },
  { name: "another word", input: "PROPFIND", result: -400, version: 0 },
  { name: "a request", input: "GET / HTTP/1.1\r\n", result: -400, version: 0 },
  { name: "an empty line before a request", input: "\r\nGET", result: -400, version: 0 },
  ...[
    "PROXY \r\n",
    "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY unknown\r\n",
    "PROXY UNKNOWNS\r\n",
    "PROXY TCP4\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
    "PROXY TCP4 1.2.3.4  5.6.7.8 1 2\r\n",
    "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n",
    "PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n",
    "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
    "PROXY TCP4 ::1 ::2 1 2\r\n",
    "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\rX",
    `PROXY UNKNOWN ${"x".repeat(92)}\r\n`,
    `PROXY ${"x".repeat(200)}`,
  ].map(bad),
  {
    name: "a line of 107 bytes",
    input: `PROXY UNKNOWN ${"x".repeat(91)}\r\n`,
    result: "all",
    version: 1,
  },
  {
    name: "IPv4",
    input: v2("!", "\x11", "\x01\x02\x03\x04\xff\0\0\x01\x01\x00\0\x50"),
    result: "all",
    version: 2,
    addresses: "1.2.3.4:256 255.0.0.1:80",
  },
  {
    name: "IPv6, RFC 5952",
    input: v2("!", "\x21", `${V6}${ANY6}\0\x01\0\x02`),
    result: "all",
    version: 2,
    addresses: "2001:db8::1:1 :::2",
  },
  {
    name: "the longest run of zeros, RFC 5952 §4.2",
    input: v2("!", "\x21", `${MAPPED}${V6}\0\x01\0\x02`),
    result: "all",
    version: 2,
    addresses: "1::2:3:0:4:0:1 2001:db8::1:2",
  },
  {
    name: "TLVs are skipped",
    input: v2("!", "\x11", "\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02\x03\0\x01x"),
    result: "all",
    version: 2,
    addresses: "1.2.3.4:1 5.6.7.8:2",
  },
  { name: "LOCAL", input: v2(" ", "\0", ""), result: "all", version: 2 },
  { name: "LOCAL with addresses", input: v2(" ", "\x11", "abc"), result: "all", version: 2 },
  { name: "no family", input: v2("!", "\0", "abc"), result: "all", version: 2 },
  { name: "datagrams", input: v2("!", "\x12", "x".repeat(12)), result: "all", version: 2 },
  { name: "unix sockets", input: v2("!", "\x31", "x".repeat(216)), result: "all", version: 2 },
  { name: "the mark only", input: MARK, result: 0, version: 2 },
  { name: "an incomplete mark", input: MARK.slice(0, 11), result: 0, version: 0 },
  {
    name: "incomplete addresses",
    input: v2("!", "\x11", "x".repeat(11), 12),
    result: 0,
    version: 2,
  },
  { name: "too short for IPv4", input: v2("!", "\x11", "x".repeat(11)), result: -400, version: 2 },
  { name: "too short for IPv6", input: v2("!", "\x21", "x".repeat(35)), result: -400, version: 2 },
  { name: "version 3", input: v2("1", "\x11", "x".repeat(12)), result: -400, version: 2 },
  {
    name: "an unknown command",
    input: v2("\x22", "\x11", "x".repeat(12)),
    result: -400,
    version: 2,
  },
  { name: "an unknown family", input: v2("!", "\x41", "x".repeat(12)), result: -400, version: 2 },
];
