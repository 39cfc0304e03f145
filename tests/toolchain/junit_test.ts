import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJunit } from "./junit.ts";

const DENO = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="2" errors="0" time="0.441">
    <testsuite name="./t/a_test.ts" tests="4" disabled="1" errors="0" failures="2">
        <testcase name="passes &lt;&amp;&gt;" classname="./t/a_test.ts" time="0.001" line="3" col="1">
        </testcase>
        <testcase name="fails" classname="./t/a_test.ts" time="0.003" line="4" col="1">
            <failure message="Uncaught AssertionError: 1 !== 2
">AssertionError: one
    at NodeTestContext.&lt;anonymous&gt; (file:///t/a_test.ts:4:30)</failure>
        </testcase>
        <testcase name="skipped" classname="./t/a_test.ts" time="0.000" line="5" col="1">
            <skipped/>
        </testcase>
        <testcase name="group" classname="./t/a_test.ts" time="0.003" line="9" col="1">
            <failure message="1 test step failed">1 test step failed.</failure>
        </testcase>
        <testcase name="group &gt; inner" classname="./t/a_test.ts" time="0.000" line="9" col="129">
            <failure message="Uncaught Error: zz">Error: zz</failure>
        </testcase>
    </testsuite>
</testsuites>`;

const BUN = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="3" assertions="0" failures="1" skipped="1" time="0.2">
  <testsuite name="t/a_test.ts" file="t/a_test.ts" tests="3" failures="1" skipped="1" hostname="vm">
    <testcase name="passes" classname="" time="0.001" file="t/a_test.ts" line="3" assertions="0" />
    <testcase name="skipped" classname="" time="0" file="t/a_test.ts" line="5" assertions="0">
      <skipped />
    </testcase>
    <testsuite name="group" file="t/a_test.ts" line="10" tests="1" failures="1" hostname="vm">
      <testcase name="inner" classname="group" time="0.001" file="t/a_test.ts" line="10">
        <failure type="AssertionError" message="differs">AssertionError: a&#10;b</failure>
      </testcase>
    </testsuite>
  </testsuite>
</testsuites>`;

const OUTCOMES: [name: string, outcome: string, isGroup: boolean][] = [
  ["passes <&>", "passed", false],
  ["fails", "failed", false],
  ["skipped", "skipped", false],
  ["group", "failed", true],
  ["group > inner", "failed", false],
];

test("parseJunit() reads what deno test reports", () => {
  const results = parseJunit(DENO);
  assert.deepEqual(results.map((r) => [r.name, r.outcome, r.isGroup]), OUTCOMES);
  assert.ok(results.every((result) => result.file === "t/a_test.ts"));
  assert.match(results[1]?.message ?? "", /^AssertionError: one\n {4}at .*<anonymous>/);
});

test("parseJunit() reads what bun test reports", () => {
  const results = parseJunit(BUN);
  assert.deepEqual(results.map((r) => [r.name, r.outcome]), [
    ["passes", "passed"],
    ["skipped", "skipped"],
    ["group > inner", "failed"],
  ]);
  assert.equal(results[2]?.message, "AssertionError: a\nb");
});
