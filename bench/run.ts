/**
 * The benchmark: starts each peer, waits until it answers, warms it up, loads it with wrk, and takes
 * medians over rounds in which the peers alternate. See README.md in this folder.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";

import type { Launch } from "./launch.ts";
import { describeMachine, hasWrk } from "./machine.ts";
import { measure, medianSample, type Sample, spread } from "./measure.ts";
import { choosePeers, isFullRun, type Options, parseOptions, USAGE } from "./options.ts";
import type { Peer } from "./peers.ts";
import {
  findPeer,
  findPlaces,
  type PackageVersions,
  type Places,
  readPackages,
} from "./programs.ts";
import { renderReport, renderTargets, renderWorkload, replaceResults } from "./report.ts";
import type { Outcome, Row, WorkloadResult } from "./results.ts";
import type { Workload } from "./workloads.ts";
import { CONNECTIONS, type Running } from "./wrk.ts";

/** What all measurements of a run share. */
interface Bench {
  options: Options;
  places: Places;
  packages: PackageVersions;
  /** The peer and the wrk that run now, if any. */
  running: Running;
}

/** One peer in one workload, with what its rounds gave so far. */
interface Entry {
  peer: Peer;
  samples: Sample[];
  /** Set as soon as it is known not to be a measurement. */
  outcome: Exclude<Outcome, { kind: "measured" }> | undefined;
  path: string;
  version: string;
}

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options === undefined) return;
  const repository = resolve(import.meta.dirname ?? ".", "..");
  const places = findPlaces(repository, resolve(options.environment));
  const packages = readPackages(places);
  const bench: Bench = { options, places, packages, running: new Set() };
  endOnSignal(bench);
  const machine = describeMachine(places, packages);
  const results = await runAll(bench);
  print(`\n### Targets\n\n${renderTargets(results)}`);
  if (isFullRun(options)) {
    const command = ["deno task bench", ...args].join(" ");
    const date = new Date().toISOString().slice(0, 10);
    const report = renderReport({ date, command, machine, results, method: describe(options) });
    writeReport(join(repository, "bench/README.md"), report);
  }
  if (results.some(hasFailed)) process.exitCode = 1;
}

/** Undefined if there is nothing to run; what to say has then been said. */
function readOptions(args: readonly string[]): Options | undefined {
  try {
    const options = parseOptions(args);
    if (!options.help && hasWrk()) return options;
    if (options.help) print(USAGE);
    else fail("Cannot measure: wrk is not on PATH (apt-get install wrk)", 1);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), 2);
  }
  return undefined;
}

function fail(message: string, exitCode: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}

async function runAll(bench: Bench): Promise<WorkloadResult[]> {
  const results: WorkloadResult[] = [];
  for (const workload of bench.options.workloads) {
    const entries = choosePeers(workload, bench.options).map((peer) =>
      enter(peer, workload, bench)
    );
    for (let round = 0; round < bench.options.rounds; round++) {
      await runRound({ workload, entries, round, bench });
    }
    const result = { workload, rows: entries.map(finish) };
    print(`\n${renderWorkload(result).join("\n\n")}\n`);
    results.push(result);
  }
  return results;
}

/** Each round begins with another peer, so that no peer always follows the same one. */
async function runRound(
  { workload, entries, round, bench }: {
    workload: Workload;
    entries: Entry[];
    round: number;
    bench: Bench;
  },
): Promise<void> {
  const first = round % Math.max(1, entries.length);
  for (const entry of [...entries.slice(first), ...entries.slice(0, first)]) {
    if (entry.outcome !== undefined) continue;
    const launch = { peer: entry.peer, path: entry.path, workload, places: bench.places };
    await measureEntry(entry, launch, bench);
  }
}

async function measureEntry(entry: Entry, launch: Launch, bench: Bench): Promise<void> {
  const label = `${launch.workload.id} ${entry.peer.id}`;
  try {
    const sample = await measure(launch, bench.options, bench.running);
    entry.samples.push(sample);
    const perCpuSecond = Math.round(sample.requestsPerCpuSecond);
    print(`${label}: ${perCpuSecond} per CPU s, ${Math.round(sample.requestsPerSecond)}/s`);
  } catch (error) {
    // One broken peer must not cost the figures of the others; the table names it.
    const why = error instanceof Error ? error.message : String(error);
    entry.outcome = { kind: "failed", why };
    print(`${label}: failed, ${why}`);
  }
}

function enter(peer: Peer, workload: Workload, { places, packages }: Bench): Entry {
  const found = findPeer(peer, { places, packages, appPackages: workload.packages });
  const { path, version } = found.kind === "installed" ? found : { path: "", version: "" };
  return {
    peer,
    samples: [],
    outcome: found.kind === "missing" ? found : undefined,
    path,
    version,
  };
}

function finish({ peer, samples, outcome, version }: Entry): Row {
  if (outcome !== undefined) return { peer, outcome };
  const sample = medianSample(samples);
  const distance = spread(samples.map(({ requestsPerCpuSecond }) => requestsPerCpuSecond));
  return { peer, outcome: { kind: "measured", version, sample, spread: distance } };
}

function describe({ rounds, loadMs, warmUpMs }: Options): string {
  return `Medians of ${rounds} rounds of ${loadMs / 1000} s after ${
    warmUpMs / 1000
  } s of warm-up; ` +
    `wrk with 1 thread and ${CONNECTIONS} connections; one worker per peer.`;
}

function writeReport(path: string, report: string): void {
  writeFileSync(path, replaceResults(readFileSync(path, "utf8"), report));
  print(`\nWritten to ${path}`);
}

function hasFailed({ rows }: WorkloadResult): boolean {
  return rows.some(({ outcome }) => outcome.kind === "failed");
}

/** Peers live in sessions of their own, so neither Ctrl-C nor the driver's end reaches them. */
function endOnSignal({ running }: Bench): void {
  const end = () => {
    for (const child of running) child.kill();
    process.exit(1);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // Whoever read the output, such as `head`, has gone.
  process.stdout.on("error", end);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
