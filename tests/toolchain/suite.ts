import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { killQuietly, processesWith } from "../processes.ts";
import { parseJunit, type TestResult } from "./junit.ts";
import { BUN, CACHE, denoPath, ROOT } from "./paths.ts";
import { type CommandResult, runCommand } from "./run_command.ts";

/** Test files that one runner runs in one go. */
export interface Suite {
  /** Shown before the names of its tests. */
  name: string;
  runner: "deno" | "bun";
  files: string[];
  /** The whole suite is ended, and counts as failed, when it takes longer. */
  withinSeconds: number;
}

export interface SuiteResult {
  suite: Suite;
  tests: TestResult[];
  seconds: number;
}

/** No single test may take longer, unless it says so itself. */
const TEST_SECONDS = 120;

/** @returns Paths of all `*_test.ts` of a folder of the repository, with its subfolders. */
export function findTests(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith("_test.ts")).map((name) => join(folder, name)).sort();
}

/** Tests that drive programs for seconds: sanitized C, Python. They are no part of the quick check. */
const PROGRAM_TESTS = [
  "tests/parser/native_test.ts",
  "tests/python/host_test.ts",
  "tests/workers/python/python_app_test.ts",
];
/** Of these, what runs is the same whichever runtime starts it. */
const RUNTIME_INDEPENDENT = ["tests/parser/native_test.ts", "tests/python/host_test.ts"];

/** The tests that need neither the executable nor a network: the same files for both runtimes. */
export function unitSuites(): Suite[] {
  const files = findTests("tests").filter((file) => !file.startsWith("tests/e2e/"));
  return onBoth("unit", files.filter((file) => !PROGRAM_TESTS.includes(file)));
}

/** The tests of parts that are other programs. */
export function programSuites(): Suite[] {
  return onBoth("programs", PROGRAM_TESTS);
}

function onBoth(name: string, files: string[]): Suite[] {
  const both = files.filter((file) => !RUNTIME_INDEPENDENT.includes(file));
  const withinSeconds = 300;
  return [
    { name: `${name}, Deno`, runner: "deno", files, withinSeconds },
    { name: `${name}, Bun`, runner: "bun", files: both, withinSeconds },
  ];
}

/** Runs a suite. What the runner does not report as a test, for instance a file that cannot be loaded, is a failure too. */
export async function runSuite(suite: Suite): Promise<SuiteResult> {
  const folder = join(CACHE, "reports");
  mkdirSync(folder, { recursive: true });
  const report = join(folder, `${suite.name.replace(/\W+/g, "-")}.xml`);
  rmSync(report, { force: true });
  const run = randomUUID();
  const result = await runCommand(testCommand(suite, report), {
    env: { NO_COLOR: "1", DENO: denoPath(), TEST_RUN: run },
    withinSeconds: suite.withinSeconds,
  });
  // A runner that had to be ended leaves the servers of its tests.
  processesWith(`TEST_RUN=${run}`).forEach(killQuietly);
  const tests = existsSync(report) ? parseJunit(readFileSync(report, "utf8")) : [];
  const all = [...tests.filter((test) => !test.isGroup), ...unreported(suite, tests, result)];
  return { suite, tests: all, seconds: result.seconds };
}

function testCommand(suite: Suite, report: string): string[] {
  const files = suite.files.map((file) => `./${file}`);
  if (suite.runner === "deno") {
    return [denoPath(), "test", "-A", "--no-check", `--junit-path=${report}`, ...files];
  }
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  return [BUN, "test", `--timeout=${TEST_SECONDS * 1000}`, ...reporter, ...files];
}

function unreported(suite: Suite, tests: TestResult[], result: CommandResult): TestResult[] {
  const seen = suite.runner === "deno"
    ? loadedByDeno(result.output)
    : new Set(tests.map((test) => test.file));
  const failure = (name: string, file: string): TestResult => ({
    name,
    file,
    outcome: "failed",
    message: lastLines(result.output, 100),
    isGroup: false,
  });
  const silent = suite.files.filter((file) => !seen.has(file));
  const failures = silent.map((file) => failure(`${file} reports its tests`, file));
  const isExplained = failures.length > 0 || tests.some((test) => test.outcome === "failed");
  if (result.code !== 0 && !isExplained) failures.push(failure(`exit code ${result.code}`, ""));
  return failures;
}

/** Deno reports the file in which `test()` was called, which may be another than the test file. */
function loadedByDeno(output: string): Set<string> {
  const lines = output.matchAll(/^running [1-9]\d* tests? from \.\/(\S+)$/gm);
  return new Set([...lines].map(([, file = ""]) => file));
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
