import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { ParserSettings } from "../../lib/parser/parser.ts";
import { CHUNK_CASES } from "./chunk_cases.ts";
import { DEFAULTS, readCorpus } from "./corpus.ts";
import { FIELD_CASES } from "./field_cases.ts";
import { FRAMING_CASES } from "./framing_cases.ts";
import { PROXY_CASES } from "./proxy_cases.ts";
import { REQUEST_LINE_CASES } from "./request_line_cases.ts";

/** More are run by hand: MONOCEROS_FUZZ_COUNT=1000000. */
const COUNT = process.env["MONOCEROS_FUZZ_COUNT"] ?? "20000";
const SEED = process.env["MONOCEROS_FUZZ_SEED"] ?? "20261123";

const KIND = { head: 0, chunked: 1, proxy: 2, connection: 3 };
const RESULT_UNKNOWN = 2 ** 31 - 1;

const SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const SIMD = process.arch === "x64" ? ["-mssse3"] : [];

const folder = mkdtempSync(join(tmpdir(), "monoceros-native-"));
after(() => rmSync(folder, { recursive: true }));

const compiler = ["clang", "gcc"].find(canSanitize);
const skip = compiler === undefined ? "no C compiler with sanitizers" : false;

test(`the native parser keeps its word for ${COUNT} mutations, 16 bytes at a time and one`, {
  skip,
}, () => {
  const cases = join(folder, "cases");
  writeFileSync(cases, encodeCases());
  const byBlocks = run(build("blocks", SIMD), cases);
  const byBytes = run(build("bytes", []), cases);
  assert.match(byBlocks, /^\d+ cases, \d+ mutations, digest [0-9a-f]{16}\n$/);
  assert.equal(byBytes, byBlocks);
});

function canSanitize(name: string): boolean {
  const source = join(folder, "probe.c");
  writeFileSync(source, "int main(void) { return 0; }\n");
  const probe = join(folder, "probe");
  return spawnSync(name, [...SANITIZERS, "-o", probe, source]).status === 0 &&
    spawnSync(probe).status === 0;
}

function build(name: string, flags: string[]): string {
  const program = join(folder, name);
  const sources = ["../../lib/parser/", "./native/"].flatMap((relative) => {
    const path = fileURLToPath(new URL(relative, import.meta.url));
    return readdirSync(path).filter((file) => file.endsWith(".c")).map((file) => join(path, file));
  });
  const args = [
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    ...SANITIZERS,
    ...flags,
    "-o",
    program,
    ...sources,
  ];
  const built = spawnSync(compiler!, args, { encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
  return program;
}

function run(program: string, cases: string): string {
  const done = spawnSync(program, [cases, COUNT, SEED], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

/** The tables and the corpus in the form that native/cases.h describes. */
function encodeCases(): Buffer {
  const heads = [...REQUEST_LINE_CASES, ...FIELD_CASES, ...FRAMING_CASES];
  return Buffer.concat([
    ...heads.map((one) => encodeText(KIND.head, one)),
    ...CHUNK_CASES.map((one) => encodeText(KIND.chunked, one)),
    ...PROXY_CASES.map((one) => encodeText(KIND.proxy, one)),
    ...readCorpus().map((one) => encode(KIND.connection, RESULT_UNKNOWN, one.settings, one.bytes)),
  ]);
}

interface TextCase {
  readonly input: string;
  readonly result?: number | "all";
  readonly settings?: Partial<ParserSettings>;
}

function encodeText(kind: number, one: TextCase): Buffer {
  const bytes = Buffer.from(one.input, "latin1");
  const result = one.result === "all" ? bytes.length : one.result ?? RESULT_UNKNOWN;
  return encode(kind, result, { ...DEFAULTS, ...one.settings }, bytes);
}

function encode(kind: number, result: number, limits: ParserSettings, bytes: Uint8Array): Buffer {
  const { maxRequestLine, maxFields, maxFieldSize, maxHead, headerMap, permit } = limits;
  const settings = [maxRequestLine, maxFields, maxFieldSize, maxHead, headerMap, permit];
  const header = Buffer.alloc(36);
  [kind, result, ...settings, bytes.length].forEach((value, i) =>
    header.writeInt32LE(value, 4 * i)
  );
  return Buffer.concat([header, bytes]);
}
