import { readdirSync, readFileSync } from "node:fs";

/** What Linux says about one process in `/proc/PID/stat` (proc(5)). */
export interface ProcessStat {
  pid: number;
  parent: number;
  session: number;
  /** It has ended, and only waits for its parent to look. */
  isZombie: boolean;
  /** When it started, in clock ticks after boot; with the pid it names a process for good. */
  startTicks: number;
  /** CPU time of its own, user and system. */
  ownTicks: number;
  /** CPU time of those of its children that have ended and were waited for. */
  endedChildrenTicks: number;
}

/** Memory of a process or of a tree of them. */
export interface Memory {
  /** Proportional set size, summed: pages shared by n processes count as 1/n in each. */
  pssBytes: number;
  /** Private pages of the process that has most of them. */
  largestPrivateBytes: number;
}

/** Clock ticks per second in `/proc`: USER_HZ, which is 100 on every architecture Bun runs on. */
export const TICKS_PER_SECOND = 100;

/**
 * Reads one line of `/proc/PID/stat`.
 *
 * The second field is the command's name in parentheses and may hold blanks and parentheses itself,
 * so fields are counted from the last closing one.
 */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(")") + 2).trim().split(" ");
  // proc(5) numbers fields from 1, and the first one here, the state, is its third.
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(text),
    parent: field(4),
    session: field(6),
    isZombie: fields[0] === "Z",
    ownTicks: field(14) + field(15),
    endedChildrenTicks: field(16) + field(17),
    startTicks: field(22),
  };
}

/** Reads every process of the machine that can be read; those that end meanwhile are left out. */
export function readProcesses(): ProcessStat[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => readProc(`${pid}/stat`)).filter((text) => text !== "").map(parseStat);
}

/**
 * Picks a process, its descendants, and everything in the session that it leads, because a
 * descendant whose parent has ended is no descendant any more.
 */
export function treeOf(root: number, processes: readonly ProcessStat[]): ProcessStat[] {
  const members = new Map<number, ProcessStat>();
  const add = (process: ProcessStat) => {
    if (members.has(process.pid)) return;
    members.set(process.pid, process);
    processes.filter((other) => other.parent === process.pid).forEach(add);
  };
  processes.filter(({ pid, session }) => pid === root || session === root).forEach(add);
  return [...members.values()];
}

/** CPU seconds, user and system, that a tree has used so far, ended processes included. */
export function cpuSeconds(tree: readonly ProcessStat[]): number {
  const ticks = tree.map((process) => process.ownTicks + process.endedChildrenTicks);
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}

/** Memory that a tree has now. */
export function readMemory(tree: readonly ProcessStat[]): Memory {
  const each = tree.map(({ pid }) => parseMemory(readProc(`${pid}/smaps_rollup`)));
  return {
    pssBytes: each.reduce((sum, memory) => sum + memory.pssBytes, 0),
    largestPrivateBytes: Math.max(0, ...each.map((memory) => memory.largestPrivateBytes)),
  };
}

/** Reads the text of `/proc/PID/smaps_rollup`; the empty text is no memory. */
export function parseMemory(text: string): Memory {
  const bytes = (name: string) =>
    1024 * Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
  return {
    pssBytes: bytes("Pss"),
    largestPrivateBytes: bytes("Private_Clean") + bytes("Private_Dirty"),
  };
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    // The process has ended since the folder was listed; it has no CPU or memory to add.
    return "";
  }
}
