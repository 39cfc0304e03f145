import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import process from "node:process";

import { readProcesses, TICKS_PER_SECOND } from "./process_tree.ts";

/** What wrk is told to do. */
export interface Load {
  url: string;
  durationMs: number;
  /** Requests that a connection sends before it waits for their answers. */
  pipeline: number;
  /** Where the script for pipelining is put. */
  folder: string;
}

/** What must be ended if the driver is told to end. */
export type Running = Set<{ kill(): void }>;

/** What wrk reports. */
export interface WrkReport {
  requests: number;
  requestsPerSecond: number;
  p50Micros: number;
  p99Micros: number;
  /** Answers with a status from 400 on. */
  refused: number;
  /** Failed connects, reads, writes, and answers that took more than two seconds. */
  socketErrors: number;
}

/** Connections that a load keeps open; one thread drives them all. */
export const CONNECTIONS = 64;

/** Header fields as a browser sends them: ten with Host, which wrk adds; some 500 bytes. */
export const BROWSER_FIELDS: readonly (readonly [string, string])[] = [
  [
    "User-Agent",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
  ],
  [
    "Accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  ],
  ["Accept-Language", "en-US,en;q=0.9,de;q=0.8"],
  ["Accept-Encoding", "gzip, deflate, br, zstd"],
  ["Referer", "http://127.0.0.1/start"],
  ["Cookie", "session=4f1c2a9be07d4c5f8a31; theme=dark; consent=1"],
  ["Sec-Fetch-Dest", "document"],
  ["Sec-Fetch-Mode", "navigate"],
  ["Upgrade-Insecure-Requests", "1"],
];

const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6 };

/**
 * Runs wrk and waits for its report.
 *
 * @returns The report, and the share of one CPU that wrk itself used: near 1, requests per second
 * are wrk's limit and not the server's.
 */
export async function runWrk(load: Load, running: Running): Promise<WrkReport & { busy: number }> {
  const before = endedChildrenSeconds();
  const started = performance.now();
  const child = spawn("wrk", wrkArgs(load), { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  // wrk counts in whole seconds; an interrupt ends it early and it still reports.
  const timer = setTimeout(() => child.kill("SIGINT"), load.durationMs);
  const output: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  // Not its exit code but a whole report says that it went well: Deno gives an interrupted child
  // the signal as its end even if the child exits with 0.
  await once(child, "close");
  clearTimeout(timer);
  running.delete(child);
  const seconds = (performance.now() - started) / 1000;
  return { ...parseWrk(output.join("")), busy: (endedChildrenSeconds() - before) / seconds };
}

/**
 * Reads what `wrk --latency` prints.
 *
 * @throws {SyntaxError} If a figure is missing.
 */
export function parseWrk(text: string): WrkReport {
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  return {
    requests: Number(find(text, /^\s*(\d+) requests in /m)),
    requestsPerSecond: Number(find(text, /^Requests\/sec:\s+([\d.]+)/m)),
    p50Micros: parseMicros(find(text, /^\s+50%\s+(\S+)$/m)),
    p99Micros: parseMicros(find(text, /^\s+99%\s+(\S+)$/m)),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
    socketErrors: (errors ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0),
  };
}

function find(text: string, pattern: RegExp): string {
  const value = pattern.exec(text)?.[1];
  if (value === undefined) {
    throw new SyntaxError(`Cannot read wrk's report: no match for ${pattern} in "${text}"`);
  }
  return value;
}

function parseMicros(text: string): number {
  const [, value, unit] = /^([\d.]+)([a-z]+)$/.exec(text) ?? [];
  return Math.round(Number(value) * (UNITS[unit ?? ""] ?? NaN));
}

function wrkArgs({ url, durationMs, pipeline, folder }: Load): string[] {
  // One second more than the timer, so that the interrupt always decides.
  const seconds = Math.ceil(durationMs / 1000) + 1;
  const fields = BROWSER_FIELDS.flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const script = pipeline === 1 ? [] : ["-s", writePipelineScript(folder, pipeline)];
  return ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", ...fields, ...script, url];
}

/** wrk sends whatever `request` returns and counts the requests in it by itself. */
function writePipelineScript(folder: string, pipeline: number): string {
  const path = `${folder}/pipeline.lua`;
  const lines = [
    "local batch",
    `function init() batch = wrk.format("GET"):rep(${pipeline}) end`,
    "function request() return batch end",
  ];
  writeFileSync(path, lines.join("\n"));
  return path;
}

/** CPU seconds of the driver's children that have ended: across one run of wrk, those of wrk. */
function endedChildrenSeconds(): number {
  const self = readProcesses().find(({ pid }) => pid === process.pid);
  return (self?.endedChildrenTicks ?? 0) / TICKS_PER_SECOND;
}
