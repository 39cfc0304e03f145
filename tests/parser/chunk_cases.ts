import { HEADER_MAP, PERMIT } from "../../lib/parser/parser.ts";
import type { ParserSettings } from "../../lib/parser/parser.ts";

/** One chunked body as latin-1 text. */
export interface ChunkCase {
  readonly name: string;
  readonly input: string;
  /** Data that comes out, whether or not the body ends well. */
  readonly data: string;
  /** "done", "more" or minus the status. */
  readonly end: "done" | "more" | number;
  readonly trailers?: [name: string, value: string][];
  /** Bytes behind the body. */
  readonly rest?: string;
  readonly settings?: Partial<ParserSettings>;
}

function bad(name: string, input: string): ChunkCase {
  return { name, input, data: "", end: -400 };
}

function badTrailer(line: string): ChunkCase {
  return bad(`trailer "${line}", RFC 9110 §6.5.1`, `0\r\n${line}\r\n\r\n`);
}

/** Chunked bodies: RFC 9112 §7.1. */
export const CHUNK_CASES: readonly ChunkCase[] = [
  { name: "chunks", input: "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", data: "abcde", end: "done" },
  { name: "an empty body", input: "0\r\n\r\n", data: "", end: "done" },
  {
    name: "bytes behind the body stay",
    input: "0\r\n\r\nGET /",
    data: "",
    end: "done",
    rest: "GET /",
  },
  {
    name: "sizes in either case and with zeros",
    input: "00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n",
    data: "01234567890123456789",
    end: "done",
  },
  {
    name: "data that looks like framing",
    input: "5\r\n0\r\n\r\n\r\n0\r\n\r\n",
    data: "0\r\n\r\n",
    end: "done",
  },
  {
    name: "data is handed on before its chunk is complete",
    input: "5\r\nabc",
    data: "abc",
    end: "more",
  },
  { name: "nothing yet", input: "", data: "", end: "more" },
  { name: "no final CRLF, gunicorn#3382", input: "0\r\n", data: "", end: "more" },
  { name: "no empty line behind the trailers", input: "0\r\nX: 1\r\n", data: "", end: "more" },
  // Size, gunicorn#3047, CVE-2021-32714
  bad("no size", "\r\n"),
  bad("a sign", "+5\r\nhello\r\n"),
  bad("a minus", "-5\r\nhello\r\n"),
  bad("an underscore", "1_0\r\n"),
  bad("0x", "0x5\r\nhello\r\n"),
  bad("a space before it", " 5\r\nhello\r\n"),
  bad("a space behind it", "5 \r\nhello\r\n"),
  bad("no hex digit", "g\r\n"),
  bad("2^53", "20000000000000\r\n"),
  bad("2^64 overflows", "10000000000000005\r\nhello\r\n"),
  { name: "2^53-1", input: "1fffffffffffff\r\nabc", data: "abc", end: "more" },
  { name: "2^32 and 1", input: "100000001\r\nabc", data: "abc", end: "more" },
  // Line ends, CVE-2025-55315, CVE-2025-22871
  bad("bare LF behind the size", "5\nhello\r\n"),
  bad("bare CR behind the size", "5\rhello\r\n"),
  {
    name: "no CRLF behind the data, CVE-2025-43859",
    input: "5\r\nhello0\r\n\r\n",
    data: "hello",
    end: -400,
  },
  {
    name: "any two bytes behind the data, bun#29732",
    input: "5\r\nhelloXX0\r\n\r\n",
    data: "hello",
    end: -400,
  },
  { name: "bare LF behind the data", input: "5\r\nhello\n0\r\n\r\n", data: "hello", end: -400 },
  { name: "CR and another byte behind the data", input: "5\r\nhello\rX", data: "hello", end: -400 },
  bad("bare LF as the final line", "0\r\n\n"),
  // Extensions, RFC 9112 §7.1.1
  { name: "extensions", input: '1;a;b=c;d="e \\" f"\r\nx\r\n0;z\r\n\r\n', data: "x", end: "done" },
  {
    name: "extensions with bad whitespace",
    input: '1 ; a = b\t;\tc="d"\r\nx\r\n0\r\n\r\n',
    data: "x",
    end: "done",
  },
  {
    name: "bytes from 0x80 in a quoted extension",
    input: '1;a="\xe9"\r\nx\r\n0\r\n\r\n',
    data: "x",
    end: "done",
  },
  bad("an extension without a name", "1;\r\n"),
  bad("an extension without a value", "1;a=\r\n"),
  bad("blanks behind an extension", "1;a \r\n"),
  bad("two words in an extension", "1;a b\r\n"),
  bad("bare LF in an extension", "1;a\nb\r\n"),
  bad("bare CR in an extension, gunicorn#3556", "1;a\rb\r\n"),
  bad("bare LF in a quoted extension", '1;a="\n"\r\n'),
  bad("CRLF in a quoted extension", '1;a="\r\n"\r\n'),
  bad("an escaped CR in a quoted extension", '1;a="\\\r\n"\r\n'),
  bad("NUL in an extension", "1;a\0\r\n"),
  {
    name: "a size line of 4 KiB, CVE-2024-22019",
    input: `1;${"a".repeat(4092)}\r\nx\r\n0\r\n\r\n`,
    data: "x",
    end: "done",
  },
  bad("one more byte", `1;${"a".repeat(4093)}\r\n`),
  bad("one more byte, before the line is complete", "0".repeat(4096)),
  {
    name: "long extensions until they add up, CVE-2023-39326",
    input: `1;${"a".repeat(4000)}\r\nx\r\n`.repeat(5),
    data: "xxxx",
    end: -400,
  },
  {
    name: "many small chunks",
    input: `${"1\r\nx\r\n".repeat(9000)}0\r\n\r\n`,
    data: "x".repeat(9000),
    end: "done",
  },
  // Trailers, RFC 9112 §7.1.2
  {
    name: "trailers",
    input: "0\r\nX-Sum: a b\r\nVary: *\r\n\r\n",
    data: "",
    end: "done",
    trailers: [["x-sum", "a b"], ["vary", "*"]],
  },
  {
    name: "trailers with _ are dropped",
    input: "0\r\nX_A: 1\r\n\r\n",
    data: "",
    end: "done",
    trailers: [],
  },
  {
    name: "trailers with _ are refused",
    input: "0\r\nX_A: 1\r\n\r\n",
    data: "",
    end: -400,
    settings: { headerMap: HEADER_MAP.refuse },
  },
  {
    name: "a folded trailer, permitted",
    input: "0\r\nX: a\r\n b\r\n\r\n",
    data: "",
    end: "done",
    trailers: [["x", "a b"]],
    settings: { permit: PERMIT.obsoleteFolding },
  },
  bad("a folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
  bad("bare LF behind a trailer, CVE-2023-41419", "0\r\nX: a\n\r\n"),
  bad("a request in place of trailers, CVE-2023-40175", "0\r\nGET / HTTP/1.1\r\n"),
  ...[
    "Transfer-Encoding: chunked",
    "Content-Length: 5",
    "host: b",
    "Trailer: x",
    "Authorization: x",
    "TE: trailers",
    "Connection: close",
    "Cookie: a=b",
    "Expect: 100-continue",
    "Upgrade: x",
    "Keep-Alive: 5",
    "Content-Encoding: gzip",
    "Content-Range: bytes 1-2/3",
    "Proxy-Authorization: x",
    "Proxy-Connection: close",
    "Max-Forwards: 1",
    "Forwarded: for=a",
  ].map(badTrailer),
  {
    name: "too many trailers",
    input: "0\r\nX: 1\r\nY: 2\r\n\r\n",
    data: "",
    end: -431,
    settings: { maxFields: 1 },
  },
  {
    name: "too long a trailer",
    input: "0\r\nX: 34567890\r\n\r\n",
    data: "",
    end: -431,
    settings: { maxFieldSize: 12 },
  },
  {
    name: "too many bytes of trailers",
    input: "0\r\nX: 1\r\nY: 2\r\n\r\n",
    data: "",
    end: -431,
    settings: { maxHead: 13 },
  },
  {
    name: "trailers at the limit",
    input: "0\r\nX: 1\r\nY: 2\r\n\r\n",
    data: "",
    end: "done",
    trailers: [["x", "1"], ["y", "2"]],
    settings: { maxHead: 14 },
  },
];
