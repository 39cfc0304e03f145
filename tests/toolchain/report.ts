import type { TestResult } from "./junit.ts";
import type { SuiteResult } from "./suite.ts";

/** All results of a run; a test's name begins with its suite's. */
export interface Summary {
  passed: number;
  failed: TestResult[];
  skipped: TestResult[];
}

/** A failure that says more than this is cut in its middle. */
const MESSAGE_LINES = 120;

export function summarize(results: SuiteResult[]): Summary {
  const tests = results.flatMap(({ suite, tests }) =>
    tests.map((test) => ({ ...test, name: `${suite.name}: ${test.name}` }))
  );
  return {
    passed: tests.filter((test) => test.outcome === "passed").length,
    failed: tests.filter((test) => test.outcome === "failed"),
    skipped: tests.filter((test) => test.outcome === "skipped"),
  };
}

/** @returns The failures in full, the names of what was skipped, and a last line with the counts. */
export function formatSummary({ passed, failed, skipped }: Summary): string {
  const lines = failed.flatMap((test) => [`FAILED ${test.name}`, indent(test.message), ""]);
  if (skipped.length > 0) lines.push("Skipped:", ...skipped.map((test) => `  ${test.name}`), "");
  const counts = `${passed} passed, ${failed.length} failed`;
  return [...lines, skipped.length > 0 ? `${counts}, ${skipped.length} skipped` : counts].join(
    "\n",
  );
}

/** @returns One line for a suite that has just ended. */
export function formatSuite({ suite, tests, seconds }: SuiteResult): string {
  const failed = tests.filter((test) => test.outcome === "failed").length;
  const verdict = failed > 0 ? `${failed} of ${tests.length} FAILED` : `${tests.length} tests`;
  return `${suite.name}: ${verdict}, ${seconds.toFixed(1)} s`;
}

function indent(message: string): string {
  const lines = message.trimEnd().split("\n");
  const half = MESSAGE_LINES / 2;
  const shown = lines.length <= MESSAGE_LINES
    ? lines
    : [...lines.slice(0, half), `… ${lines.length - 2 * half} lines …`, ...lines.slice(-half)];
  return shown.map((line) => `    ${line}`).join("\n");
}
