import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { ParserSettings } from "../../lib/parser/parser.ts";
import { CHUNK_CASES } from "./chunk_cases.ts";
import { DEFAULTS, readCorpus, withHost } from "./corpus.ts";
import { FIELD_CASES } from "./field_cases.ts";
import { FRAMING_CASES } from "./framing_cases.ts";
import { PROXY_CASES } from "./proxy_cases.ts";
import { REQUEST_LINE_CASES } from "./request_line_cases.ts";

/** More are run by hand: MONOCEROS_FUZZ_COUNT=1000000. */
const COUNT = process.env["MONOCEROS_FUZZ_COUNT"] ?? "100000";
const SEED = process.env["MONOCEROS_FUZZ_SEED"] ?? "20261123";

const KIND = { head: 0, chunked: 1, proxy: 2, connection: 3 };
const RESULT_UNKNOWN = 2 ** 31 - 1;

const SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const SIMD = process.arch === "x64" ? ["-mssse3"] : [];

const folder = mkdtempSync(join(tmpdir(), "monoceros-native-"));
after(() => rmSync(folder, { recursive: true }));

const compiler = ["clang", "gcc"].find(canSanitize);
const skip = compiler === undefined ? "no C compiler with sanitizers" : false;

/** Not within a test: Bun would give that 5 seconds. */
const outputs = compiler === undefined ? [] : await fuzz(compiler);

test(
  `the native parser keeps its word for ${COUNT} mutations, by 16 bytes and by one`,
  { skip },
  () => {
    assert.match(outputs[0]!, /^\d+ cases, \d+ mutations, digest [0-9a-f]{16}\n$/);
    assert.equal(outputs[1], outputs[0]);
  },
);

/** What the builds say, with SIMD and without: their line, or their fault. */
function fuzz(compiler: string): Promise<string[]> {
  const cases = join(folder, "cases");
  writeFileSync(cases, encodeCases());
  return Promise.all([SIMD, []].map(async (flags, index) => {
    const program = join(folder, `fuzz${index}`);
    const args = ["-std=gnu11", "-w", ...SANITIZERS, ...flags, "-o", program, ...sources()];
    const fault = await outputOf(compiler, args);
    return fault || await outputOf(program, [cases, COUNT, SEED]);
  }));
}

function canSanitize(name: string): boolean {
  const source = join(folder, "probe.c");
  writeFileSync(source, "int main(void) { return 0; }\n");
  const probe = join(folder, "probe");
  return spawnSync(name, [...SANITIZERS, "-o", probe, source]).status === 0 &&
    spawnSync(probe).status === 0;
}

function sources(): string[] {
  return ["../../lib/parser/", "./native/"].flatMap((relative) => {
    const path = fileURLToPath(new URL(relative, import.meta.url));
    return readdirSync(path).filter((file) => file.endsWith(".c")).map((file) => join(path, file));
  });
}

/** All that a program writes. */
function outputOf(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => output += chunk);
    child.stderr.on("data", (chunk) => output += chunk);
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}

/** The tables and the corpus in the form that native/cases.h describes. */
function encodeCases(): Buffer {
  const heads = [...REQUEST_LINE_CASES, ...FIELD_CASES, ...FRAMING_CASES];
  const corpus = readCorpus().flatMap((one) => [one, withHost(one) ?? one]);
  return Buffer.concat([
    ...heads.map((one) => encodeText(KIND.head, one)),
    ...CHUNK_CASES.map((one) => encodeText(KIND.chunked, one)),
    ...PROXY_CASES.map((one) => encodeText(KIND.proxy, one)),
    ...corpus.map((one) => encode(KIND.connection, RESULT_UNKNOWN, one.settings, one.bytes)),
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
