import type { Sample } from "./measure.ts";
import type { Peer } from "./peers.ts";
import type { Workload } from "./workloads.ts";

/** What became of one peer in one workload. */
export type Outcome =
  | {
    kind: "measured";
    version: string;
    /** Medians of all rounds. */
    sample: Sample;
    /** How far the rounds' requests per CPU second lie apart, as a share of the median. */
    spread: number;
  }
  | { kind: "missing"; why: string }
  | { kind: "failed"; why: string };

/** One line of a table. */
export interface Row {
  peer: Peer;
  outcome: Outcome;
}

/** One table. */
export interface WorkloadResult {
  workload: Workload;
  rows: readonly Row[];
}

/** Everything that the report states. */
export interface Run {
  /** As YYYY-MM-DD. */
  date: string;
  command: string;
  /** How it was measured, in one sentence. */
  method: string;
  /** One line each: processor, kernel, tools, commit. */
  machine: readonly string[];
  results: readonly WorkloadResult[];
}

/** What a peer did in a workload, or undefined if it did not run or failed. */
export function sampleOf(rows: readonly Row[], id: string): Sample | undefined {
  const outcome = rows.find(({ peer }) => peer.id === id)?.outcome;
  return outcome?.kind === "measured" ? outcome.sample : undefined;
}
