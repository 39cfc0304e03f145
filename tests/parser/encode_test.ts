import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import {
  type EncodedText,
  HEADER_MAP,
  Parser,
  type ParserSettings,
  PERMIT,
} from "../../lib/parser/parser.ts";
import { fields, line } from "./cases.ts";
import { DEFAULTS } from "./corpus.ts";

interface EncodeCase {
  name: string;
  input: string;
  /** The pairs in question; the others are not looked at. */
  pairs: Record<string, string | undefined>;
  settings?: Partial<ParserSettings>;
}

const PASS = { headerMap: HEADER_MAP.pass };
const FOLD = { permit: PERMIT.obsoleteFolding };
const LONG = "x-" + "long-".repeat(20) + "name";

const ENVIRON_CASES: EncodeCase[] = [
  {
    name: "the request line",
    input: line("POST /a%20b/%e4?c=%20 HTTP/1.1"),
    pairs: {
      REQUEST_METHOD: "POST",
      SERVER_PROTOCOL: "HTTP/1.1",
      RAW_URI: "/a%20b/%e4?c=%20",
      QUERY_STRING: "c=%20",
      PATH_INFO: "/a b/\xe4",
    },
  },
  {
    name: "HTTP/1.0 without a query",
    input: line("GET / HTTP/1.0", ""),
    pairs: { SERVER_PROTOCOL: "HTTP/1.0", QUERY_STRING: "", HTTP_HOST: undefined },
  },
  {
    name: "a bad escape stays",
    input: line("GET /%zz%4%41% HTTP/1.1"),
    pairs: { PATH_INFO: "/%zz%4A%" },
  },
  {
    name: "* is the path of OPTIONS *",
    input: line("OPTIONS * HTTP/1.1"),
    pairs: { PATH_INFO: "*", RAW_URI: "*" },
  },
  {
    name: "CONNECT has no path",
    input: line("CONNECT b:443 HTTP/1.1"),
    pairs: { PATH_INFO: "", RAW_URI: "b:443", HTTP_HOST: "a" },
  },
  {
    name: "the authority of absolute-form is the host, RFC 9112 §3.2.2",
    input: line("GET http://u@b:80?q HTTP/1.1"),
    pairs: { HTTP_HOST: "b:80", PATH_INFO: "/", QUERY_STRING: "q", RAW_URI: "http://u@b:80?q" },
  },
  {
    name: "fields, PEP 3333",
    input: fields(
      "Content-Type: a/b",
      "content-length: 5",
      "X-Some.Thing|1: v",
      `${LONG}: ${LONG}`,
    ),
    pairs: {
      CONTENT_TYPE: "a/b",
      CONTENT_LENGTH: "5",
      HTTP_CONTENT_TYPE: undefined,
      "HTTP_X_SOME.THING|1": "v",
      [`HTTP_${LONG.toUpperCase().replaceAll("-", "_")}`]: LONG,
    },
  },
  { name: "no length, no CONTENT_LENGTH", input: fields(), pairs: { CONTENT_LENGTH: undefined } },
  {
    name: "Transfer-Encoding stays",
    input: fields("Transfer-Encoding: chunked"),
    pairs: { HTTP_TRANSFER_ENCODING: "chunked" },
  },
  {
    name: "repeated fields are joined, RFC 9110 §5.3",
    input: fields("X-A: 1", "Cookie: c=1", "x-a: 2", "Y: 3", "cookie: d=2", "X-a:"),
    pairs: { HTTP_X_A: "1,2,", HTTP_COOKIE: "c=1; d=2", HTTP_Y: "3" },
  },
  {
    name: "Proxy is left out, CVE-2016-5385",
    input: fields("Proxy: http://evil", "pRoXy: 2"),
    pairs: { HTTP_PROXY: undefined },
  },
  {
    name: "names with _ that pass are joined like gunicorn's",
    input: fields("X-A: 1", "X_A: 2", "User-Agent: u", "user_agent: v"),
    pairs: { HTTP_X_A: "1,2", HTTP_USER_AGENT: "u,v" },
    settings: PASS,
  },
  {
    name: "Content_Length is not Content-Length, even if it passes",
    input: fields("Content-Length: 5", "Content_Length: 6", "Content_Type: x", "Content-Type: y"),
    pairs: {
      CONTENT_LENGTH: "5",
      HTTP_CONTENT_LENGTH: "6",
      CONTENT_TYPE: "y",
      HTTP_CONTENT_TYPE: "x",
    },
    settings: PASS,
  },
  {
    name: "folded lines become one, RFC 9112 §5.2",
    input: fields("X: a  b \t", "\t c", " ", " d"),
    pairs: { HTTP_X: "a  b c d" },
    settings: FOLD,
  },
  {
    name: "a casefolded method",
    input: line("Get / HTTP/1.1"),
    pairs: { REQUEST_METHOD: "GET" },
    settings: { permit: PERMIT.casefoldMethod | PERMIT.unconventionalMethod },
  },
];

for (const one of ENVIRON_CASES) {
  test(`encodeEnviron: ${one.name}`, () => {
    const parser = parsed(one.input, one.settings);
    const environ = new Map(pairsOf(parser.encodeEnviron()));
    for (const [name, value] of Object.entries(one.pairs)) {
      assert.equal(environ.get(name), value, name);
    }
  });
}

test("encodeEnviron: names come in their order, each once", () => {
  const parser = parsed(fields("B: 1", "A: 2", "b: 3", "Content-Type: t"));
  assert.deepEqual(pairsOf(parser.encodeEnviron()).map(([name]) => name), [
    "REQUEST_METHOD",
    "SERVER_PROTOCOL",
    "RAW_URI",
    "QUERY_STRING",
    "PATH_INFO",
    "HTTP_HOST",
    "HTTP_B",
    "HTTP_A",
    "CONTENT_TYPE",
  ]);
});

test("encodeScope: the request line, then fields as they came", () => {
  const parser = parsed(line("GET /a%2f?b HTTP/1.1", "HOST: a\r\nX-B: 1\r\nx-b: 2\r\nX-C:\r\n"));
  assert.deepEqual(pairsOf(parser.encodeScope()), [
    ["method", "GET"],
    ["target_path", "/a%2f"],
    ["query", "b"],
    ["http_version", "1.1"],
    ["path", "/a/"],
    ["host", "a"],
    ["x-b", "1"],
    ["x-b", "2"],
    ["x-c", ""],
  ]);
});

test("encodeEnviron: a head with as many fields as fit", () => {
  const many = Array.from({ length: 8000 }, (_, index) => `A${index}: ${index}`);
  const parser = parsed(fields(...many), { maxFields: 0 });
  const environ = pairsOf(parser.encodeEnviron());
  assert.equal(environ.length, 6 + 8000);
  assert.deepEqual(environ.at(-1), ["HTTP_A7999", "7999"]);
});

test("encodeEnviron: a head as long as the input area", () => {
  const target = "/" + "%41".repeat(340_000);
  const none = { maxRequestLine: 0, maxFieldSize: 0 };
  const parser = parsed(line(`GET ${target} HTTP/1.1`), none);
  assert.equal(new Map(pairsOf(parser.encodeEnviron())).get("PATH_INFO")!.length, 340_001);
  const host = "a".repeat(1_040_000);
  const absolute = parsed(line(`GET http://${host}/ HTTP/1.1`), none);
  assert.equal(new Map(pairsOf(absolute.encodeEnviron())).get("HTTP_HOST"), host);
});

function parsed(input: string, settings: Partial<ParserSettings> = {}): Parser {
  const parser = new Parser({ ...DEFAULTS, ...settings });
  const bytes = Buffer.from(input, "latin1");
  parser.load(bytes, 0);
  assert.equal(parser.parseHead(0, bytes.length), bytes.length);
  return parser;
}

function pairsOf(encoded: EncodedText): [string, string][] {
  const names = Buffer.from(encoded.names).toString("latin1").split("\0");
  const values = Buffer.from(encoded.values).toString("latin1").split("\0");
  assert.equal(names.length, values.length);
  return names.map((name, index) => [name, values[index]!]);
}
