import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { Parser, PROXY } from "../../lib/parser/parser.ts";
import { DEFAULTS } from "./corpus.ts";
import { PROXY_CASES, type ProxyCase } from "./proxy_cases.ts";

for (const one of PROXY_CASES) {
  test(`parseProxy: ${one.name}`, () => check(one));
}

function check(one: ProxyCase): void {
  const parser = new Parser(DEFAULTS);
  const bytes = Buffer.from(one.input, "latin1");
  parser.load(bytes, 0);
  let answer = 0;
  for (let end = 0; end <= bytes.length; end++) {
    const now = parser.parseProxy(0, end);
    if (answer !== 0) assert.equal(now, answer, `with ${end} bytes`);
    answer = now;
  }
  assert.equal(answer, one.result === "all" ? bytes.length : one.result);
  assert.equal(parser.proxy[PROXY.version], one.version);
  if (answer > 0) assert.equal(addressesOf(parser), one.addresses ?? "");
}

function addressesOf(parser: Parser): string {
  const { proxy, text } = parser;
  if (proxy[PROXY.family] === 0) return "";
  const part = (start: number, end: number) =>
    Buffer.from(text.subarray(proxy[start], proxy[end])).toString("latin1");
  const source = part(PROXY.sourceStart, PROXY.sourceEnd);
  const destination = part(PROXY.destinationStart, PROXY.destinationEnd);
  return `${source}:${proxy[PROXY.sourcePort]} ${destination}:${proxy[PROXY.destinationPort]}`;
}
