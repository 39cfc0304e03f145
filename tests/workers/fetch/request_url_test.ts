import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusedRequest, requestUrl } from "../../../workers/fetch/request_url.ts";
import { FakeExchange } from "../fake_exchange.ts";

const CASES: [name: string, authority: string, target: string, url: string][] = [
  ["plain", "example.com", "/a?b=1", "http://example.com/a?b=1"],
  ["port", "example.com:8080", "/", "http://example.com:8080/"],
  ["high port", "127.0.0.1:54321", "/", "http://127.0.0.1:54321/"],
  ["default port is dropped", "example.com:80", "/", "http://example.com/"],
  ["host is put in lower case", "Example.COM", "/", "http://example.com/"],
  ["IPv6", "[::1]:8000", "/", "http://[::1]:8000/"],
  ["octal IPv4", "0177.0.0.1", "/", "http://127.0.0.1/"],
  ["short IPv4", "127.1", "/", "http://127.0.0.1/"],
  ["no host", "", "/", "http://127.0.0.1:8000/"],
  ["dot segments", "example.com", "/a/../b/./c", "http://example.com/b/c"],
  ["encoded dot segments", "example.com", "/a/%2e%2E/b", "http://example.com/b"],
  ["dots in names stay", "example.com", "/a.b/..c", "http://example.com/a.b/..c"],
  ["dots in the query stay", "example.com", "/?a/../b", "http://example.com/?a/../b"],
  ["two slashes are a path", "example.com", "//evil.com/a", "http://example.com//evil.com/a"],
  ["quote in the query", "example.com", "/?a='", "http://example.com/?a=%27"],
  ["percent stays", "example.com", "/%41%zz", "http://example.com/%41%zz"],
  ["absolute-form", "other.com", "http://other.com/a", "http://other.com/a"],
  ["absolute-form keeps its scheme", "other.com", "https://other.com/a", "https://other.com/a"],
  ["asterisk-form", "example.com", "*", "http://example.com/*"],
];

for (const [name, authority, target, url] of CASES) {
  test(`requestUrl() of ${name}`, () => {
    const { head, endpoints } = new FakeExchange({ authority, target });
    assert.equal(requestUrl(head, endpoints), url);
    assert.equal(new Request(url).url, url, "it is written as the standard writes it");
  });
}

test("requestUrl() names localhost for a unix socket without a host", () => {
  const { head, endpoints } = new FakeExchange({
    authority: "",
    endpoints: { serverHost: "/run/app.sock", serverPort: 0 },
  });
  assert.equal(requestUrl(head, endpoints), "http://localhost/");
});

for (
  const authority of ["example.com:99999", "xn--a", "a b", "user@example.com", "user:pw@a.com"]
) {
  test(`requestUrl() refuses the host "${authority}" with 400`, () => {
    const { head, endpoints } = new FakeExchange({ authority });
    assert.throws(
      () => requestUrl(head, endpoints),
      (error) => error instanceof RefusedRequest && error.status === 400,
    );
  });
}
