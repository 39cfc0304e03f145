import assert from "node:assert/strict";
import { test } from "node:test";

import { choosePeers, isFullRun, parseOptions } from "../../bench/options.ts";
import { PEERS } from "../../bench/peers.ts";
import { WORKLOADS } from "../../bench/workloads.ts";

const FULL: readonly [string[], boolean][] = [
  [[], true],
  [["--rounds", "7", "--seconds", "10"], true],
  [["--quick"], false],
  [["--only", "js"], false],
  [["--only", "js,wsgi,asgi"], true],
  [["--peers", "monoceros"], false],
  [["--rounds", "1"], false],
  [["--seconds", "1"], false],
];

for (const [args, expected] of FULL) {
  test(`isFullRun() of "${args.join(" ")}" is ${expected}`, () => {
    assert.equal(isFullRun(parseOptions(args)), expected);
  });
}

const WRONG: readonly [string[], RegExp][] = [
  [["--only", "php"], /Cannot use --only "php": known are js, wsgi, asgi, js-hello, /],
  [["--peers", "uvicorn,apache"], /Cannot use --peers "apache": known are monoceros, /],
  [["--seconds", "0"], /Cannot use --seconds "0": it must be a number from 1 to 3600/],
  [["--rounds", "many"], /Cannot use --rounds "many"/],
  [["--fast"], /--fast/],
];

for (const [args, message] of WRONG) {
  test(`parseOptions() refuses "${args.join(" ")}"`, () => {
    assert.throws(() => parseOptions(args), message);
  });
}

test("--only takes groups and workloads", () => {
  const { workloads } = parseOptions(["--only", "js-hello,asgi"]);
  assert.deepEqual(workloads.map(({ id }) => id), ["js-hello", "asgi-hello", "fastapi-hello"]);
});

test("a quick run leaves the slow rows out unless they are asked for", () => {
  const [workload] = WORKLOADS;
  assert.ok(workload !== undefined);
  const names = (args: string[]) => choosePeers(workload, parseOptions(args)).map(({ id }) => id);
  assert.ok(names([]).includes("monoceros-deno"));
  assert.ok(!names(["--quick"]).includes("monoceros-deno"));
  assert.deepEqual(names(["--quick", "--peers", "monoceros-deno"]), ["monoceros-deno"]);
});

test("each peer is there once per group, and every target names a peer of its group", () => {
  const keys = PEERS.flatMap(({ id, groups }) => groups.map((group) => `${group} ${id}`));
  assert.equal(new Set(keys).size, keys.length);
  for (const { group, targets } of WORKLOADS) {
    for (const target of targets) {
      if (target.kind !== "start") assert.ok(keys.includes(`${group} ${target.against}`));
    }
  }
});
