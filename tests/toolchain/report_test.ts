import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSummary, summarize } from "./report.ts";
import type { SuiteResult } from "./suite.ts";

function suiteOf(...outcomes: ("passed" | "failed" | "skipped")[]): SuiteResult {
  return {
    suite: { name: "unit", runner: "deno", files: [], withinSeconds: 1 },
    tests: outcomes.map((outcome, index) => ({
      name: `test ${index}`,
      file: "a_test.ts",
      outcome,
      message: outcome === "failed" ? "one\ntwo" : "",
      isGroup: false,
    })),
    seconds: 1,
  };
}

const CASES: { name: string; suites: SuiteResult[]; text: string }[] = [
  { name: "passed", suites: [suiteOf("passed"), suiteOf("passed")], text: "2 passed, 0 failed" },
  {
    name: "skipped",
    suites: [suiteOf("passed", "skipped")],
    text: "Skipped:\n  unit: test 1\n\n1 passed, 0 failed, 1 skipped",
  },
  {
    name: "failed",
    suites: [suiteOf("failed")],
    text: "FAILED unit: test 0\n    one\n    two\n\n0 passed, 1 failed",
  },
];

for (const { name, suites, text } of CASES) {
  test(`formatSummary() ends with the counts: ${name}`, () => {
    assert.equal(formatSummary(summarize(suites)), text);
  });
}
