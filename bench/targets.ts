import { OURS, PEERS } from "./peers.ts";
import { type Row, sampleOf, type WorkloadResult } from "./results.ts";
import type { Target } from "./workloads.ts";

/** Whether a target is reached, with the measured values as text. */
export interface Verdict {
  /** The target in words. */
  wanted: string;
  /** The figure that decides. */
  measured: string;
  /** The same ratio in requests per second, for those who look at throughput. */
  perSecond: string;
  /** Undefined if one side was not measured. */
  isMet: boolean | undefined;
}

/** Judges every target of a workload. */
export function judge({ workload, rows }: WorkloadResult): Verdict[] {
  return workload.targets.map((target) => judgeOne(target, rows));
}

function judgeOne(target: Target, rows: readonly Row[]): Verdict {
  const ours = sampleOf(rows, OURS);
  switch (target.kind) {
    case "ratio": {
      const theirs = sampleOf(rows, target.against);
      const ratio = divide(ours?.requestsPerCpuSecond, theirs?.requestsPerCpuSecond);
      return {
        wanted: `≥ ${target.least.toFixed(2)} × ${peerName(target.against)}`,
        measured: formatRatio(ratio),
        perSecond: formatRatio(divide(ours?.requestsPerSecond, theirs?.requestsPerSecond)),
        isMet: ratio === undefined ? undefined : ratio >= target.least,
      };
    }
    case "start":
      return {
        wanted: `start to first answer ≤ ${target.atMostMs} ms`,
        measured: ours === undefined ? "—" : `${Math.round(ours.startMs)} ms`,
        perSecond: "",
        isMet: ours === undefined ? undefined : ours.startMs <= target.atMostMs,
      };
    case "private-memory": {
      const theirs = sampleOf(rows, target.against);
      const more = subtract(ours?.restPrivateBytes, theirs?.restPrivateBytes);
      const wanted = formatMegabytes(target.atMostBytes);
      return {
        wanted: `private memory at rest ≤ ${peerName(target.against)} + ${wanted} MB`,
        measured: more === undefined ? "—" : `${more < 0 ? "" : "+ "}${formatMegabytes(more)} MB`,
        perSecond: "",
        isMet: more === undefined ? undefined : more <= target.atMostBytes,
      };
    }
    default:
      return target satisfies never;
  }
}

/** A ratio with two decimals and a sign of multiplication; a dash if there is none. */
export function formatRatio(ratio: number | undefined): string {
  return ratio === undefined ? "—" : `${ratio.toFixed(2)} ×`;
}

/** Bytes as megabytes with one decimal. */
export function formatMegabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** Quotient of two figures that may be unknown. */
export function divide(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function subtract(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b;
}

function peerName(id: string): string {
  return PEERS.find((peer) => peer.id === id)?.name ?? id;
}
