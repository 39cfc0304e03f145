import type { Sample } from "../../bench/measure.ts";
import { PEERS } from "../../bench/peers.ts";
import type { Outcome, Row } from "../../bench/results.ts";
import type { Group } from "../../bench/workloads.ts";

/** A sample of round figures, with those that a test is about. */
export function sample(figures: Partial<Sample> = {}): Sample {
  return {
    requestsPerCpuSecond: 100_000,
    requestsPerSecond: 90_000,
    p50Micros: 500,
    p99Micros: 2_000,
    startMs: 20,
    restBytes: 26_000_000,
    loadedBytes: 44_000_000,
    restPrivateBytes: 5_000_000,
    wrkBusy: 0.5,
    ...figures,
  };
}

/** A row of the peer with this id in this group. */
export function row(group: Group, id: string, outcome: Outcome | Sample): Row {
  const peer = PEERS.find((one) => one.id === id && one.groups.includes(group));
  if (peer === undefined) throw new RangeError(`Cannot find a peer "${id}" for ${group}`);
  if ("kind" in outcome) return { peer, outcome };
  return { peer, outcome: { kind: "measured", version: "1.2.3", sample: outcome, spread: 0.03 } };
}
