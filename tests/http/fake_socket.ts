import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Socket } from "../../lib/socket.ts";

/** The server's end of a connection, in memory. It takes as many bytes a call as `takes` says, all when that is empty. */
export class FakeSocket implements Socket {
  readonly writes: Buffer[] = [];
  takes: number[] = [];
  isPaused = false;
  /** `fin`, `end` or `terminate`, in order. */
  readonly ends: string[] = [];
  readonly remoteAddress = "192.0.2.7";
  readonly remotePort = 40_000;

  write(data: Uint8Array | string): number {
    // Runtimes send text as UTF-8, so anything else than ASCII would become other bytes.
    if (typeof data === "string") assert.match(data, /^[\0-\x7f]*$/);
    const bytes = Buffer.from(data as string, "latin1");
    const taken = Math.min(this.takes.shift() ?? bytes.length, bytes.length);
    if (taken > 0) this.writes.push(bytes.subarray(0, taken));
    return taken;
  }

  /** All that was sent. */
  get sent(): string {
    return Buffer.concat(this.writes).toString("latin1");
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  shutdown(): void {
    this.ends.push("fin");
  }

  end(): void {
    this.ends.push("end");
  }

  terminate(): void {
    this.ends.push("terminate");
  }
}
