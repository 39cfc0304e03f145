import type { Launch } from "./launch.ts";
import { PeerProcess } from "./peer_process.ts";
import { cpuSeconds, readMemory } from "./process_tree.ts";
import { type Load, type Running, runWrk } from "./wrk.ts";

/** What one measurement of one peer says. */
export interface Sample {
  /** Of the whole process tree, user and system: the main figure. */
  requestsPerCpuSecond: number;
  requestsPerSecond: number;
  /** Both are NaN under pipelining, where wrk's correction of latencies goes wrong. */
  p50Micros: number;
  p99Micros: number;
  /** From the start of the process to the first answer. */
  startMs: number;
  /** PSS of the process tree, before the first load. */
  restBytes: number;
  /** PSS of the process tree, right after the load. */
  loadedBytes: number;
  /** Private memory of the tree's largest process, before the first load. */
  restPrivateBytes: number;
  /** Share of one CPU that wrk used; near 1, requests per second are wrk's limit. */
  wrkBusy: number;
}

/** How long a peer is loaded. */
export interface Durations {
  warmUpMs: number;
  loadMs: number;
}

/**
 * Starts a peer, warms it up, loads it, and stops it again.
 *
 * @param running Holds the peer and wrk while they run, for whoever must end them from outside.
 * @throws {Error} If the peer does not start, or one request is not answered with 200.
 */
export async function measure(
  launch: Launch,
  durations: Durations,
  running: Running,
): Promise<Sample> {
  const peer = await PeerProcess.start(launch);
  running.add(peer);
  try {
    const startMs = await peer.ready();
    const rest = readMemory(peer.tree());
    const load = { url: peer.url, pipeline: launch.workload.pipeline, folder: peer.folder };
    await runWrk({ ...load, durationMs: durations.warmUpMs }, running);
    const sample = await loadPeer(peer, { ...load, durationMs: durations.loadMs }, running);
    await peer.check();
    return {
      ...sample,
      startMs,
      restBytes: rest.pssBytes,
      restPrivateBytes: rest.largestPrivateBytes,
    };
  } finally {
    await peer.stop();
    running.delete(peer);
  }
}

/**
 * Takes the median of each figure; with an even number of samples, the mean of the middle two.
 *
 * @throws {RangeError} If there is no sample.
 */
export function medianSample(samples: readonly Sample[]): Sample {
  const [first] = samples;
  if (first === undefined) throw new RangeError("Cannot take the median of no samples");
  const names = Object.keys(first) as (keyof Sample)[]; // All fields are numbers, all own.
  const medians = names.map((name) => [name, median(samples.map((sample) => sample[name]))]);
  return Object.fromEntries(medians);
}

/** Median of numbers, NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const below = sorted[Math.ceil(middle) - 1] ?? NaN;
  const above = sorted[Math.floor(middle)] ?? NaN;
  return (below + above) / 2;
}

/** Distance of the extremes as a share of the median; NaN for one value, which has no distance. */
export function spread(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

type Loaded = Omit<Sample, "startMs" | "restBytes" | "restPrivateBytes">;

async function loadPeer(peer: PeerProcess, load: Load, running: Running): Promise<Loaded> {
  const before = cpuSeconds(peer.tree());
  const report = await runWrk(load, running);
  const tree = peer.tree();
  if (report.refused > 0 || report.socketErrors > 0) {
    throw new Error(
      `of ${report.requests} answers ${report.refused} were errors, and ${report.socketErrors} failed`,
    );
  }
  const isPipelined = load.pipeline > 1;
  return {
    requestsPerCpuSecond: report.requests / (cpuSeconds(tree) - before),
    requestsPerSecond: report.requestsPerSecond,
    p50Micros: isPipelined ? NaN : report.p50Micros,
    p99Micros: isPipelined ? NaN : report.p99Micros,
    loadedBytes: readMemory(tree).pssBytes,
    wrkBusy: report.busy,
  };
}
