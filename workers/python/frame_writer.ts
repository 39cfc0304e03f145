import { Buffer } from "node:buffer";
import type { EncodedText } from "../../lib/parser/parser.ts";
import { FRAME, HEADER_SIZE } from "./frames.ts";

/** A `request` frame in parts, so that they are copied once, into the output. */
export interface RequestFrame {
  id: number;
  /** {@link FLAG} bits. */
  flags: number;
  /** What goes before the parser's names and values; each list ends with NUL. */
  prefix: EncodedText;
  head: EncodedText;
  body: Uint8Array;
}

/** Room for a batch of small requests. */
const INITIAL_SIZE = 65_536;
/** After a large body has been sent its buffer is given back. */
const KEPT_SIZE = 1_048_576;

/**
 * Writes frames into one growing buffer and sends all frames of an event-loop turn at once.
 *
 * One write a turn instead of one a frame saves the app process a wake-up and both sides a system call for each request.
 */
export class FrameWriter {
  readonly #write: (bytes: Uint8Array) => number;
  #buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
  #start = 0;
  #end = 0;
  #isScheduled = false;
  /** The socket refused bytes: nothing is written until it drains. */
  #isBlocked = false;

  /** @param write Like `Socket.write`. */
  constructor(write: (bytes: Uint8Array) => number) {
    this.#write = write;
  }

  /** Bytes that the socket has not taken. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  request(frame: RequestFrame): void {
    const { prefix, head, body } = frame;
    const names = prefix.names.length + head.names.length;
    const values = prefix.values.length + head.values.length;
    this.#header(FRAME.request, frame.id, names + values + body.length);
    const at = this.#end - HEADER_SIZE;
    this.#buffer[at + 9] = frame.flags;
    writeUint32(this.#buffer, at + 12, names);
    writeUint32(this.#buffer, at + 16, values);
    this.#bytes(prefix.names);
    this.#bytes(head.names);
    this.#bytes(prefix.values);
    this.#bytes(head.values);
    if (body.length > 0) this.#bytes(body);
  }

  /** A `body` frame. */
  body(id: number, flags: number, bytes: Uint8Array): void {
    this.#header(FRAME.body, id, bytes.length);
    this.#buffer[this.#end - HEADER_SIZE + 9] = flags;
    this.#bytes(bytes);
  }

  /** A frame with nothing but `a`: `disconnect`, `credit`, `ping`. */
  signal(type: number, id: number, a = 0): void {
    this.#header(type, id, 0);
    writeUint32(this.#buffer, this.#end - 8, a);
  }

  boot(json: Uint8Array): void {
    this.#header(FRAME.boot, 0, json.length);
    this.#bytes(json);
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.#isBlocked = false;
    this.flush();
  }

  /** Sends now what waits for the end of the turn. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#isBlocked || this.#start === this.#end) return;
    const taken = this.#write(this.#buffer.subarray(this.#start, this.#end));
    // A closed socket takes no more; its owner hears of that by `closed`.
    this.#start = taken < 0 ? this.#end : this.#start + taken;
    if (this.#start < this.#end) {
      this.#isBlocked = true;
      return;
    }
    this.#start = this.#end = 0;
    if (this.#buffer.length > KEPT_SIZE) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
  }

  #header(type: number, id: number, length: number): void {
    this.#reserve(HEADER_SIZE + length);
    const buffer = this.#buffer;
    const at = this.#end;
    writeUint32(buffer, at, length);
    writeUint32(buffer, at + 4, id);
    buffer[at + 8] = type;
    for (let i = at + 9; i < at + HEADER_SIZE; i++) buffer[i] = 0;
    this.#end = at + HEADER_SIZE;
    if (this.#isScheduled || this.#isBlocked) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }

  #bytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #reserve(size: number): void {
    if (this.#end + size <= this.#buffer.length) return;
    const pending = this.#end - this.#start;
    let capacity = this.#buffer.length;
    while (capacity < pending + size) capacity *= 2;
    const target = Buffer.allocUnsafeSlow(capacity);
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#start = 0;
    this.#end = pending;
  }
}

function writeUint32(buffer: Buffer, at: number, value: number): void {
  buffer[at] = value;
  buffer[at + 1] = value >>> 8;
  buffer[at + 2] = value >>> 16;
  buffer[at + 3] = value >>> 24;
}
