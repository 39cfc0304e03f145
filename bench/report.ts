import { OURS, type Peer } from "./peers.ts";
import { type Row, type Run, sampleOf, type WorkloadResult } from "./results.ts";
import { renderTable } from "./table.ts";
import { divide, formatMegabytes, formatRatio, judge } from "./targets.ts";

const BEGIN = "<!-- results: begin (written by deno task bench) -->";
const END = "<!-- results: end -->";

const HEAD = [
  "peer",
  "requests per CPU s",
  "requests/s",
  "CPU µs",
  "p50 ms",
  "p99 ms",
  "start ms",
  "MB at rest",
  "MB loaded",
  "spread",
  "wrk busy",
  "Monoceros ÷ it: per CPU s",
  "per s",
];

/** Writes the whole report as Markdown. */
export function renderReport(run: Run): string {
  return [
    `Run of ${run.date} with \`${run.command}\`. ${run.method}`,
    run.machine.map((line) => `- ${line}`).join("\n"),
    "### Targets",
    renderTargets(run.results),
    ...run.results.flatMap(renderWorkload),
    "### Versions and commands",
    renderPeers(run.results),
  ].join("\n\n");
}

/** Writes one workload: a heading, its table, and what could not be measured. */
export function renderWorkload({ workload, rows }: WorkloadResult): string[] {
  const lines = rows.map((row) => renderRow(row, rows));
  const notes = rows.flatMap(({ peer, outcome }) =>
    outcome.kind === "measured" ? [] : [`- ${peer.name}: ${outcome.kind}, ${outcome.why}`]
  );
  const parts = [`### ${workload.title}`, renderTable([HEAD, ...lines])];
  return notes.length === 0 ? parts : [...parts, notes.join("\n")];
}

/** Writes the table of targets with what was measured. */
export function renderTargets(results: readonly WorkloadResult[]): string {
  const head = ["work", "target", "measured, per CPU s", "per s", "verdict"];
  const lines = results.flatMap((result) =>
    judge(result).map(({ wanted, measured, perSecond, isMet }) => {
      const verdict = isMet === undefined ? "not measured" : isMet ? "met" : "missed";
      return [result.workload.title, wanted, measured, perSecond, verdict];
    })
  );
  return renderTable([head, ...lines]);
}

/**
 * Puts a block between the markers of a text.
 *
 * @throws {SyntaxError} If the markers are not there.
 */
export function replaceResults(text: string, block: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new SyntaxError(`Cannot write results: the text must hold "${BEGIN}" and "${END}"`);
  }
  return `${text.slice(0, begin)}${BEGIN}\n\n${block}\n\n${text.slice(end)}`;
}

function renderRow({ peer, outcome }: Row, rows: readonly Row[]): string[] {
  if (outcome.kind !== "measured") {
    return [peer.name, outcome.kind, ...HEAD.slice(2).map(() => "—")];
  }
  const { sample, spread } = outcome;
  const ours = peer.id === OURS ? undefined : sampleOf(rows, OURS);
  return [
    peer.name,
    formatCount(sample.requestsPerCpuSecond),
    formatCount(sample.requestsPerSecond),
    (1e6 / sample.requestsPerCpuSecond).toFixed(2),
    formatMs(sample.p50Micros),
    formatMs(sample.p99Micros),
    sample.startMs.toFixed(0),
    formatMegabytes(sample.restBytes),
    formatMegabytes(sample.loadedBytes),
    formatPercent(spread),
    formatPercent(sample.wrkBusy),
    formatRatio(divide(ours?.requestsPerCpuSecond, sample.requestsPerCpuSecond)),
    formatRatio(divide(ours?.requestsPerSecond, sample.requestsPerSecond)),
  ];
}

function renderPeers(results: readonly WorkloadResult[]): string {
  const lines = results.flatMap(({ rows }) => rows.map(renderPeer));
  return [...new Set(lines)].join("\n");
}

function renderPeer({ peer, outcome }: Row): string {
  const version = outcome.kind === "measured" ? outcome.version : outcome.kind;
  return `- ${peer.name} (${version}): \`${commandOf(peer)}\``;
}

function commandOf({ program, args }: Peer): string {
  const name = program.in === "driver"
    ? "deno"
    : program.in === "repository"
    ? program.path
    : program.name;
  return [name, ...args.map((arg) => arg.includes(" ") ? `"${arg}"` : arg)].join(" ");
}

function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function formatMs(micros: number): string {
  return Number.isNaN(micros) ? "—" : (micros / 1000).toFixed(2);
}

function formatPercent(share: number): string {
  return Number.isNaN(share) ? "—" : `${(share * 100).toFixed(0)} %`;
}
