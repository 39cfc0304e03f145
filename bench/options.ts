import { parseArgs } from "node:util";

import { type Peer, PEERS } from "./peers.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

/** What the command line asks for. */
export interface Options {
  workloads: readonly Workload[];
  /** Ids; undefined means all that the mode has. */
  peers: readonly string[] | undefined;
  isQuick: boolean;
  rounds: number;
  warmUpMs: number;
  loadMs: number;
  /** Folder of the Python virtual environment. */
  environment: string;
  help: boolean;
}

/** Sizes of a run whose table is written to the README, and of a quick look (under a minute). */
const FULL = { rounds: 5, warmUpMs: 4_000, loadMs: 2_500 };
const QUICK = { rounds: 1, warmUpMs: 1_000, loadMs: 1_000 };

/** The text of `--help`. */
export const USAGE = `Usage: deno task bench [options]

  --quick          one round of one second for each peer, under a minute in all
  --only NAMES     ${[...groups(), ...ids(WORKLOADS)].join(", ")}
  --peers NAMES    ${ids(PEERS).join(", ")}
  --seconds N      length of a load (default ${FULL.loadMs / 1000})
  --rounds N       loads per peer, of which the median is taken (default ${FULL.rounds})
  --venv FOLDER    Python environment of the peers (default .venv)

NAMES are separated by commas. bench/README.md is written by full runs only.`;

/**
 * Reads the command line.
 *
 * @throws {TypeError} If a flag is unknown.
 * @throws {RangeError} If a value is not one that the flag can have.
 */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      peers: { type: "string" },
      seconds: { type: "string" },
      rounds: { type: "string" },
      venv: { type: "string", default: ".venv" },
      help: { type: "boolean", default: false },
    },
  });
  const sizes = values.quick ? QUICK : FULL;
  const only = parseNames("--only", values.only, [...groups(), ...ids(WORKLOADS)]);
  return {
    workloads: WORKLOADS.filter(({ id, group }) =>
      only === undefined || only.includes(id) || only.includes(group)
    ),
    peers: parseNames("--peers", values.peers, ids(PEERS)),
    isQuick: values.quick,
    rounds: Math.round(parseNumber("--rounds", values.rounds) ?? sizes.rounds),
    warmUpMs: sizes.warmUpMs,
    loadMs: (parseNumber("--seconds", values.seconds) ?? sizes.loadMs / 1000) * 1000,
    environment: values.venv,
    help: values.help,
  };
}

/** Whether a run measures everything, long enough for its table to be kept. */
export function isFullRun(options: Options): boolean {
  return !options.isQuick && options.peers === undefined &&
    options.workloads.length === WORKLOADS.length &&
    options.rounds >= FULL.rounds && options.loadMs >= FULL.loadMs;
}

/** The peers that take part in a workload of this run. */
export function choosePeers(workload: Workload, options: Options): Peer[] {
  return PEERS.filter((peer) => {
    if (!peer.groups.includes(workload.group)) return false;
    if (options.peers !== undefined) return options.peers.includes(peer.id);
    return !(options.isQuick && peer.onlyInFullRuns);
  });
}

function parseNames(flag: string, text: string | undefined, known: readonly string[]) {
  const names = text?.split(",").map((name) => name.trim());
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new RangeError(`Cannot use ${flag} "${unknown}": known are ${known.join(", ")}`);
}

function parseNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value >= 1 && value <= 3600) return value;
  throw new RangeError(`Cannot use ${flag} "${text}": it must be a number from 1 to 3600`);
}

function groups(): string[] {
  return [...new Set(WORKLOADS.map(({ group }) => group))];
}

function ids(entries: readonly { id: string }[]): string[] {
  return [...new Set(entries.map(({ id }) => id))];
}
