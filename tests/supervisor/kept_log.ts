import type { Log } from "../../lib/log.ts";

/** A log that keeps its lines, as `level message`. */
export class KeptLog implements Log {
  readonly lines: string[] = [];

  debug(message: string): void {
    this.lines.push(`debug ${message}`);
  }

  info(message: string): void {
    this.lines.push(`info ${message}`);
  }

  warning(message: string): void {
    this.lines.push(`warning ${message}`);
  }

  error(message: string): void {
    this.lines.push(`error ${message}`);
  }

  critical(message: string): void {
    this.lines.push(`critical ${message}`);
  }
}
