import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cpuSeconds,
  parseMemory,
  parseStat,
  type ProcessStat,
  treeOf,
} from "../../bench/process_tree.ts";

function line(pid: number, command: string): string {
  return `${pid} (${command}) S 7921 7927 7926 0 -1 4194560 107 0 1 0 11 12 13 14 20 0 1 0 138908 ` +
    "2990080 390 18446744073709551615\n";
}

function processStat(pid: number, parent: number, session: number): ProcessStat {
  return {
    pid,
    parent,
    session,
    isZombie: false,
    startTicks: 0,
    ownTicks: 0,
    endedChildrenTicks: 0,
  };
}

for (const command of ["sleep", "two words", "a) S 1 2 (b", ""]) {
  test(`parseStat() reads the fields behind the command's name "${command}"`, () => {
    assert.deepEqual(parseStat(line(7927, command)), {
      pid: 7927,
      parent: 7921,
      session: 7926,
      isZombie: false,
      ownTicks: 23,
      endedChildrenTicks: 27,
      startTicks: 138908,
    });
  });
}

test("parseStat() knows a process that has ended", () => {
  assert.equal(parseStat(line(1, "S").replace(") S", ") Z")).isZombie, true);
});

test("cpuSeconds() adds processes and their ended children", () => {
  assert.equal(cpuSeconds([parseStat(line(1, "a")), parseStat(line(2, "b"))]), 1);
});

test("treeOf() takes descendants, and orphans of the session that the root leads", () => {
  const processes = [
    processStat(10, 1, 10),
    processStat(11, 10, 10),
    processStat(12, 11, 12), // a grandchild with a session of its own
    processStat(13, 1, 10), // its parent has ended
    processStat(14, 1, 14), // a stranger
    processStat(1, 0, 1),
  ];
  assert.deepEqual(treeOf(10, processes).map(({ pid }) => pid).sort(), [10, 11, 12, 13]);
});

test("parseMemory() reads PSS and private pages in bytes", () => {
  const text = "55d0-7ffd ---p 00000000 00:00 0 [rollup]\nRss:  900 kB\nPss:    300 kB\n" +
    "Pss_Dirty:  7 kB\nPrivate_Clean:  20 kB\nPrivate_Dirty:    80 kB\n";
  assert.deepEqual(parseMemory(text), { pssBytes: 307_200, largestPrivateBytes: 102_400 });
});

test("parseMemory() of a process that has ended is nothing", () => {
  assert.deepEqual(parseMemory(""), { pssBytes: 0, largestPrivateBytes: 0 });
});
