/**
 * `deno task test`: set-up, build, checks and all tests. Its last line is `N passed, N failed`, with
 * `, N skipped` when something could not be tested here.
 *
 * With words after it, only the end-to-end test files with one of them in their name are run:
 * `deno task test reload`.
 */
import process from "node:process";
import { compile } from "./build.ts";
import { runAllChecks } from "./check.ts";
import { EXECUTABLE } from "./paths.ts";
import { formatSuite, formatSummary, summarize } from "./report.ts";
import { setUp } from "./setup.ts";
import { findTests, programSuites, runSuite, type SuiteResult } from "./suite.ts";

const words = process.argv.slice(2);
await setUp({ forTests: true });

const results: SuiteResult[] = [];
const isBuilt = await keepBuild();
if (words.length === 0) {
  for (const result of await runAllChecks()) keep(result);
  for (const result of await Promise.all(programSuites().map(runSuite))) keep(result);
}
for (const file of isBuilt ? findTests("tests/e2e") : []) {
  if (words.length > 0 && !words.some((word) => file.includes(word))) continue;
  const name = file.replace(/^tests\//, "").replace(/_test\.ts$/, "");
  keep(await runSuite({ name, runner: "deno", files: [file], withinSeconds: 600 }));
}

const summary = summarize(results);
console.log(`\n${formatSummary(summary)}`);
process.exitCode = summary.failed.length > 0 ? 1 : 0;

/** A program that cannot be built is a failure like others. */
async function keepBuild(): Promise<boolean> {
  const started = performance.now();
  const message = await compile("cli.ts", EXECUTABLE).then(() => "", (error) => String(error));
  const outcome = message === "" ? "passed" : "failed";
  keep({
    suite: { name: "build", runner: "deno", files: [], withinSeconds: 0 },
    tests: [{ name: "dist/monoceros", file: "cli.ts", outcome, message, isGroup: false }],
    seconds: (performance.now() - started) / 1000,
  });
  return message === "";
}

function keep(result: SuiteResult): void {
  console.log(formatSuite(result));
  results.push(result);
}
