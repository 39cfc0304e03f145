/**
 * Nanoseconds the parser takes for one browser-like request head: `deno run -A bench/parser.ts`, or
 * the same with Bun. Of several rounds the median is shown, and the least: what the others, which had
 * to share the machine, would have been without.
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { Parser } from "../lib/parser/parser.ts";

const ROUNDS = 25;
const CALLS = 50_000;

const HEAD = Buffer.from(
  "GET /articles/2026/parsing?page=2&sort=new HTTP/1.1\r\n" +
    "Host: www.example.com\r\n" +
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0\r\n" +
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n" +
    "Accept-Language: en-US,en;q=0.5\r\n" +
    "Accept-Encoding: gzip, deflate, br, zstd\r\n" +
    "Connection: keep-alive\r\n" +
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n" +
    "Upgrade-Insecure-Requests: 1\r\n" +
    "Sec-Fetch-Dest: document\r\n" +
    "Sec-Fetch-Mode: navigate\r\n\r\n",
);
const PLAIN = Buffer.from("GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n");

interface Work {
  name: string;
  run(parser: Parser): void;
}

const WORKS: Work[] = [
  { name: `load ${HEAD.length} bytes`, run: (parser) => parser.load(HEAD, 0) },
  { name: "parse head, 10 fields", run: (parser) => parser.parseHead(0, HEAD.length) },
  {
    name: "load and parse",
    run: (parser) => {
      parser.load(HEAD, 0);
      parser.parseHead(0, HEAD.length);
    },
  },
  { name: "encode for WSGI", run: (parser) => parser.encodeEnviron() },
  { name: "encode for ASGI", run: (parser) => parser.encodeScope() },
  {
    name: `load and parse ${PLAIN.length} bytes, 1 field`,
    run: (parser) => {
      parser.load(PLAIN, 0);
      parser.parseHead(0, PLAIN.length);
    },
  },
];

function main(): void {
  const parser = new Parser({
    maxRequestLine: 8190,
    maxFields: 100,
    maxFieldSize: 8190,
    maxHead: 65_536,
    headerMap: 0,
    permit: 0,
  });
  const runtime = process.versions.bun
    ? `Bun ${process.versions.bun}`
    : `Deno ${process.versions.deno}`;
  console.log(`${runtime}, ${ROUNDS} rounds of ${CALLS} calls`);
  parser.load(HEAD, 0);
  if (parser.parseHead(0, HEAD.length) !== HEAD.length) throw new Error("Cannot parse the sample");
  for (const work of WORKS) {
    const rounds = measure(work, parser);
    const [least, median] = [rounds[0]!, rounds[ROUNDS >> 1]!].map((ns) =>
      ns.toFixed(0).padStart(6)
    );
    console.log(`${work.name.padEnd(36)} ${median} ns, least ${least} ns`);
  }
}

/** Nanoseconds a call, of each round, sorted. */
function measure(work: Work, parser: Parser): number[] {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < CALLS; call++) work.run(parser);
    rounds.push(Number(process.hrtime.bigint() - start) / CALLS);
  }
  return rounds.sort((a, b) => a - b);
}

main();
