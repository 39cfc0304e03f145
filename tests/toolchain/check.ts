/** `deno task ok`: what every commit must pass. Quiet about what is in order. */
import process from "node:process";
import { denoPath } from "./paths.ts";
import { formatSummary, summarize } from "./report.ts";
import { type CommandResult, runCommand } from "./run_command.ts";
import { setUp } from "./setup.ts";
import { runSuite, type SuiteResult, unitSuites } from "./suite.ts";

/** A check of the sources by a program that says by its exit code whether they are in order. */
interface Check {
  name: string;
  args: string[];
}

const CHECKS: Check[] = [
  { name: "deno fmt", args: ["fmt", "--check"] },
  { name: "deno lint", args: ["lint"] },
  {
    name: "deno check",
    args: ["check", "--quiet", "cli.ts", "mod.ts", "lib", "workers", "tests", "bench"],
  },
  { name: "the parser's WASM is fresh", args: ["run", "-A", "lib/parser/build.ts", "--check"] },
  {
    name: "README's generated tables are fresh",
    args: ["run", "-A", "tests/toolchain/reference.ts", "--check"],
  },
];

/** Runs all checks of the sources, as a suite of which each check is a test. */
export async function runChecks(): Promise<SuiteResult> {
  const started = performance.now();
  const results = await Promise.all(CHECKS.map(runCheck));
  return {
    suite: { name: "sources", runner: "deno", files: [], withinSeconds: 0 },
    tests: CHECKS.map((check, index) => toTest(check, results[index])),
    seconds: (performance.now() - started) / 1000,
  };
}

function runCheck(check: Check): Promise<CommandResult> {
  return runCommand([denoPath(), ...check.args], { env: { NO_COLOR: "1" }, withinSeconds: 300 });
}

function toTest(check: Check, result: CommandResult | undefined): SuiteResult["tests"][number] {
  const isInOrder = result?.code === 0;
  return {
    name: check.name,
    file: "",
    outcome: isInOrder ? "passed" : "failed",
    message: isInOrder ? "" : result?.output ?? "",
    isGroup: false,
  };
}

/** The checks of the sources and the unit tests on both runtimes. */
export async function runAllChecks(): Promise<SuiteResult[]> {
  const sources = await runChecks();
  return [sources, ...await Promise.all(unitSuites().map(runSuite))];
}

if (import.meta.main) {
  await setUp();
  const summary = summarize(await runAllChecks());
  console.log(formatSummary(summary));
  process.exitCode = summary.failed.length > 0 ? 1 : 0;
}
