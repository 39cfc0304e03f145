import { FLAG } from "../../lib/parser/parser.ts";
import { fields, line, type ParserCase } from "./cases.ts";

const { keepAlive, chunked, expectContinue, upgrade } = FLAG;

function old(...lines: string[]): string {
  return line("GET / HTTP/1.0", lines.map((one) => `${one}\r\n`).join(""));
}

/** What the fields say about the message: RFC 9112 §6 and §9.3, RFC 9110 §7.6.1, §7.8 and §10.1.1. */
export const FRAMING_CASES: readonly ParserCase[] = [
  // Content-Length, RFC 9110 §8.6
  { name: "no body", input: fields(), result: "all", contentLength: 0 },
  { name: "Content-Length", input: fields("Content-Length: 12"), result: "all", contentLength: 12 },
  {
    name: "Content-Length in any case",
    input: fields("cOnTeNt-LeNgTh:12"),
    result: "all",
    contentLength: 12,
  },
  {
    name: "Content-Length with leading zeros",
    input: fields(`Content-Length: ${"0".repeat(30)}5`),
    result: "all",
    contentLength: 5,
  },
  {
    name: "the largest Content-Length",
    input: fields("Content-Length: 9007199254740991"),
    result: "all",
    contentLength: Number.MAX_SAFE_INTEGER,
  },
  {
    name: "Content-Length of 2^32",
    input: fields("Content-Length: 4294967296"),
    result: "all",
    contentLength: 2 ** 32,
  },
  {
    name: "Content-Length of 2^31",
    input: fields("Content-Length: 2147483648"),
    result: "all",
    contentLength: 2 ** 31,
  },
  { name: "a larger one", input: fields("Content-Length: 9007199254740992"), result: -400 },
  {
    name: "one that overflows 64 bits",
    input: fields(`Content-Length: ${"9".repeat(40)}`),
    result: -400,
  },
  ...["", "+1", "-1", "-0", "0x10", "1_0", "1 0", "1,1", "1, 1", "1.0", "1e3", "a", "\xb2", "1;a"]
    .map((value): ParserCase => (
      {
        name: `Content-Length "${value}", gunicorn#3047, CVE-2022-24761`,
        input: fields(`Content-Length: ${value}`),
        result: -400,
      }
    )),
  {
    name: "two Content-Lengths, RFC 9112 §6.3",
    input: fields("Content-Length: 5", "Content-Length: 6"),
    result: -400,
  },
  {
    name: "two equal Content-Lengths, uwsgi#2775",
    input: fields("Content-Length: 5", "content-length: 5"),
    result: -400,
  },
  // Transfer-Encoding, RFC 9112 §6.1 and §6.3
  {
    name: "chunked",
    input: fields("Transfer-Encoding: chunked"),
    result: "all",
    flags: keepAlive | chunked,
    contentLength: 0,
  },
  {
    name: "chunked in any case, CVE-2026-23527",
    input: fields("transfer-encoding: CHUNKED"),
    result: "all",
    flags: keepAlive | chunked,
  },
  {
    name: "Transfer-Encoding with Content-Length",
    input: fields("Transfer-Encoding: chunked", "Content-Length: 3"),
    result: -400,
  },
  {
    name: "Content-Length with Transfer-Encoding",
    input: fields("Content-Length: 3", "Transfer-Encoding: chunked"),
    result: -400,
  },
  {
    name: "an unknown coding does not fall back to Content-Length, CVE-2024-6827",
    input: fields("Content-Length: 3", "Transfer-Encoding: x"),
    result: -400,
  },
  { name: "chunked on HTTP/1.0", input: old("Transfer-Encoding: chunked"), result: -400 },
  { name: "an unknown coding", input: fields("Transfer-Encoding: x"), result: -501 },
  { name: "identity", input: fields("Transfer-Encoding: identity"), result: -501 },
  { name: "gzip, chunked", input: fields("Transfer-Encoding: gzip, chunked"), result: -501 },
  {
    name: "gzip and chunked in two lines",
    input: fields("Transfer-Encoding: gzip", "Transfer-Encoding: chunked"),
    result: -501,
  },
  {
    name: "chunked twice, CVE-2024-1135",
    input: fields("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    result: -400,
  },
  ...[
    "",
    ",",
    "chunked,",
    ",chunked",
    "chunked, chunked",
    "chunked, gzip",
    "chunked;a=b",
    "gzip;q=1, chunked",
    '"chunked"',
    "chunked chunked",
    "xchunked;",
    "chun\tked",
    "\xa0chunked",
  ].map((value): ParserCase => (
    {
      name: `Transfer-Encoding "${value}", CVE-2019-16786, CVE-2022-32213`,
      input: fields(`Transfer-Encoding: ${value}`),
      result: -400,
    }
  )),
  {
    name: "Transfer-Encoding with a vertical tab, CVE-2019-16789",
    input: fields("Transfer-Encoding: \x0bchunked"),
    result: -400,
  },
  {
    name: "Transfer-Encoding with blanks around it",
    input: fields("Transfer-Encoding: \tchunked \t"),
    result: "all",
    flags: keepAlive | chunked,
  },
  // Content-Type
  {
    name: "two Content-Types, gunicorn#3366",
    input: fields("Content-Type: a/b", "Content-Type: a/b"),
    result: -400,
  },
  // Connection, RFC 9112 §9.3
  { name: "HTTP/1.1 persists", input: fields(), result: "all", flags: keepAlive },
  { name: "close", input: fields("Connection: close"), result: "all", flags: 0 },
  { name: "close in any case", input: fields("Connection: CLOSE"), result: "all", flags: 0 },
  { name: "close in a list", input: fields("Connection: x ,\tclose"), result: "all", flags: 0 },
  {
    name: "close in a second line",
    input: fields("Connection: keep-alive", "Connection: close"),
    result: "all",
    flags: 0,
  },
  { name: "close wins", input: fields("Connection: close, keep-alive"), result: "all", flags: 0 },
  {
    name: "close is a whole word",
    input: fields("Connection: closed, xclose"),
    result: "all",
    flags: keepAlive,
  },
  {
    name: "empty list members, RFC 9110 §5.6.1",
    input: fields("Connection: ,, ,close,"),
    result: "all",
    flags: 0,
  },
  { name: "an empty Connection", input: fields("Connection:"), result: "all", flags: keepAlive },
  { name: "HTTP/1.0 does not persist", input: old(), result: "all", flags: 0 },
  {
    name: "HTTP/1.0 with keep-alive",
    input: old("Connection: Keep-Alive"),
    result: "all",
    flags: keepAlive,
  },
  {
    name: "HTTP/1.0 with keep-alive in a list",
    input: old("Connection: x, keep-alive"),
    result: "all",
    flags: keepAlive,
  },
  {
    name: "HTTP/1.0 with keep-alive and close",
    input: old("Connection: keep-alive, close"),
    result: "all",
    flags: 0,
  },
  // Upgrade, RFC 9110 §7.8
  {
    name: "upgrade",
    input: fields("Connection: keep-alive, Upgrade", "Upgrade: websocket"),
    result: "all",
    flags: keepAlive | upgrade,
  },
  {
    name: "Upgrade without the option",
    input: fields("Upgrade: websocket"),
    result: "all",
    flags: keepAlive,
  },
  {
    name: "the option without Upgrade",
    input: fields("Connection: upgrade"),
    result: "all",
    flags: keepAlive,
  },
  {
    name: "upgrade on HTTP/1.0",
    input: old("Connection: upgrade", "Upgrade: x"),
    result: "all",
    flags: 0,
  },
  // Expect, RFC 9110 §10.1.1
  {
    name: "100-continue",
    input: fields("Content-Length: 1", "Expect: 100-continue"),
    result: "all",
    flags: keepAlive | expectContinue,
  },
  {
    name: "100-Continue with chunked",
    input: fields("Transfer-Encoding: chunked", "Expect: 100-Continue"),
    result: "all",
    flags: keepAlive | chunked | expectContinue,
  },
  {
    name: "100-continue without a body",
    input: fields("Expect: 100-continue"),
    result: "all",
    flags: keepAlive,
  },
  {
    name: "100-continue with an empty body",
    input: fields("Expect: 100-continue", "Content-Length: 0"),
    result: "all",
    flags: keepAlive,
  },
  { name: "another expectation", input: fields("Expect: 200-ok"), result: -417 },
  { name: "another expectation beside it", input: fields("Expect: 100-continue, x"), result: -417 },
  {
    name: "an expectation on HTTP/1.0 is ignored",
    input: old("Content-Length: 1", "Expect: x"),
    result: "all",
    flags: 0,
  },
  {
    name: "a bad head is told before an expectation",
    input: line("GET / HTTP/1.1", "Expect: x\r\n"),
    result: -400,
  },
];
