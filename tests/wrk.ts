import { type ChildProcess, spawn } from "node:child_process";

/** What wrk counted. */
export interface LoadResult {
  requests: number;
  connectErrors: number;
  readErrors: number;
  writeErrors: number;
  timeouts: number;
  /** Responses with another status than 2xx and 3xx. */
  badStatuses: number;
}

/** wrk must not end by itself before the test has done what it does under load. */
const LONGEST_SECONDS = 300;

/** A load of wrk that lasts until it is ended. */
export class Load {
  #child: ChildProcess;
  #output = "";
  #ended: Promise<void>;

  constructor(url: string, connections: number) {
    const args = ["-t1", `-c${connections}`, `-d${LONGEST_SECONDS}`, "--timeout", "10s", url];
    this.#child = spawn("wrk", args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.on("data", (chunk) => this.#output += chunk);
    this.#child.stderr?.on("data", (chunk) => this.#output += chunk);
    this.#ended = new Promise((resolve) => this.#child.on("close", () => resolve()));
  }

  /** Ends the load. @throws {Error} If wrk could not do its work. */
  async end(): Promise<LoadResult> {
    this.#child.kill("SIGINT");
    await this.#ended;
    return parseWrk(this.#output);
  }

  /** Ends wrk when a test has failed meanwhile. */
  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }
}

/**
 * Reads wrk's report. wrk leaves out the lines whose numbers are all zero.
 *
 * @throws {Error} If it is no report.
 */
export function parseWrk(output: string): LoadResult {
  const [, requests] = /(\d+) requests in/.exec(output) ?? [];
  if (requests === undefined) throw new Error(`Cannot read wrk's report:\n${output}`);
  const errors = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output) ?? [];
  const [, bad] = /Non-2xx or 3xx responses: (\d+)/.exec(output) ?? [];
  return {
    requests: Number(requests),
    connectErrors: Number(errors[1] ?? 0),
    readErrors: Number(errors[2] ?? 0),
    writeErrors: Number(errors[3] ?? 0),
    timeouts: Number(errors[4] ?? 0),
    badStatuses: Number(bad ?? 0),
  };
}
