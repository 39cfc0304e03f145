import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { renderReport, renderWorkload, replaceResults } from "../../bench/report.ts";
import type { WorkloadResult } from "../../bench/results.ts";
import { renderTable } from "../../bench/table.ts";
import { WORKLOADS } from "../../bench/workloads.ts";
import { row, sample } from "./samples.ts";

const README = new URL("../../bench/README.md", import.meta.url);

test("renderTable() lines columns up, text at the left and figures at the right", () => {
  const lines = [["peer", "n"], ["a", "1,000"], ["longer", "7"]];
  assert.equal(
    renderTable(lines),
    [
      "| peer   |     n |",
      "| ------ | ----: |",
      "| a      | 1,000 |",
      "| longer |     7 |",
    ].join("\n"),
  );
});

test("renderWorkload() names peers that are missing or failed, with the reason", () => {
  const text = renderWorkload(result()).join("\n");
  assert.match(text, /^\| Deno\.serve +\| +missing \|/m);
  assert.match(text, /^- Deno\.serve: missing, no Deno$/m);
  assert.match(text, /^- nginx, `return 200`: failed, it answers 404 "gone"$/m);
});

test("renderWorkload() states what Monoceros is in proportion to each peer", () => {
  const [, table] = renderWorkload(result());
  const line = table?.split("\n").find((each) => each.includes("Bun.serve"));
  assert.deepEqual(line?.split("|").map((cell) => cell.trim()).slice(1, -1), [
    ...["Bun.serve", "100,000", "90,000", "10.00", "0.50", "2.00", "20", "26.0", "44.0"],
    ...["3 %", "50 %", "1.50 ×", "2.00 ×"],
  ]);
});

test("renderReport() states date, command, machine, targets, versions and commands", () => {
  const text = renderReport({
    date: "2026-11-23",
    command: "deno task bench",
    method: "Medians of 5 rounds.",
    machine: ["2 CPUs", "wrk 4.1.0"],
    results: [result()],
  });
  assert.ok(text.startsWith("Run of 2026-11-23 with `deno task bench`. Medians of 5 rounds.\n"));
  assert.match(text, /^- 2 CPUs\n- wrk 4\.1\.0$/m);
  assert.match(text, /\| +≥ 1\.10 × Bun\.serve \| +1\.50 × \| +2\.00 × \| +met \|/);
  assert.match(text, /^- Bun\.serve \(1\.2\.3\): `node_modules.+ bun_serve\.ts \{port\}`$/m);
});

test("replaceResults() replaces what is between the markers and nothing else", () => {
  const text = readFileSync(README, "utf8");
  const once = replaceResults(text, "new tables");
  assert.equal(replaceResults(replaceResults(text, "other tables"), "new tables"), once);
  assert.equal(once.split("new tables").length, 2);
  assert.equal(once.split("## Results")[0], text.split("## Results")[0]);
});

test("replaceResults() refuses a text without markers", () => {
  assert.throws(() => replaceResults("# Benchmark", "tables"), SyntaxError);
});

function result(): WorkloadResult {
  const workload = WORKLOADS.find(({ id }) => id === "js-hello");
  if (workload === undefined) throw new RangeError("Cannot find the workload js-hello");
  const ours = sample({ requestsPerCpuSecond: 150_000, requestsPerSecond: 180_000 });
  return {
    workload,
    rows: [
      row("js", "monoceros", ours),
      row("js", "bun-serve", sample()),
      row("js", "deno-serve", { kind: "missing", why: "no Deno" }),
      row("js", "nginx", { kind: "failed", why: 'it answers 404 "gone"' }),
    ],
  };
}
