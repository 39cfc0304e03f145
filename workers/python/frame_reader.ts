import { Buffer } from "node:buffer";
import { HEADER_SIZE, MAX_PAYLOAD } from "./frames.ts";

/** A frame that has come, see `frames.ts`. The object is used again for the next frame; `bytes` may be kept. */
export interface Frame {
  id: number;
  type: number;
  flags: number;
  status: number;
  a: number;
  b: number;
  /** The payload is `bytes[start..end)`. */
  bytes: Buffer;
  start: number;
  end: number;
}

const NO_BYTES = Buffer.alloc(0);

/**
 * Cuts a byte stream into frames.
 *
 * Frames that lie whole in a chunk are read in place; one that is cut is copied once, into a buffer of its size.
 */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #frame: Frame = {
    id: 0,
    type: 0,
    flags: 0,
    status: 0,
    a: 0,
    b: 0,
    bytes: NO_BYTES,
    start: 0,
    end: 0,
  };
  /** The beginning of a cut frame: room for its header, then for all of it. */
  #partial: Buffer | null = null;
  #filled = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /**
   * Takes the next bytes of the stream and hands on the frames that they complete.
   *
   * @throws {RangeError} If a frame is longer than any can be: the stream cannot be followed any more.
   */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = this.#partial === null ? 0 : this.#complete(bytes, 0);
    while (bytes.length - at >= HEADER_SIZE) {
      const size = HEADER_SIZE + payloadLength(bytes, at);
      if (bytes.length - at < size) break;
      this.#emit(bytes, at, size);
      at += size;
    }
    if (at < bytes.length) this.#keep(bytes, at);
  }

  /** @returns Where the bytes of the next frame begin. */
  #complete(bytes: Buffer, from: number): number {
    let at = this.#fill(bytes, from);
    if (this.#partial!.length === HEADER_SIZE && this.#filled === HEADER_SIZE) {
      const size = HEADER_SIZE + payloadLength(this.#partial!, 0);
      this.#grow(size);
      at = this.#fill(bytes, at);
    }
    const frame = this.#partial!;
    if (this.#filled === frame.length && this.#filled > 0) {
      this.#partial = null;
      this.#emit(frame, 0, frame.length);
    }
    return at;
  }

  #fill(bytes: Buffer, from: number): number {
    const taken = bytes.copy(this.#partial!, this.#filled, from);
    this.#filled += taken;
    return from + taken;
  }

  #grow(size: number): void {
    const header = this.#partial!;
    this.#partial = Buffer.allocUnsafeSlow(size);
    header.copy(this.#partial, 0, 0, this.#filled);
  }

  #keep(bytes: Buffer, at: number): void {
    const hasHeader = bytes.length - at >= HEADER_SIZE;
    const size = hasHeader ? HEADER_SIZE + payloadLength(bytes, at) : HEADER_SIZE;
    this.#partial = Buffer.allocUnsafeSlow(size);
    this.#filled = 0;
    this.#fill(bytes, at);
  }

  #emit(bytes: Buffer, at: number, size: number): void {
    const frame = this.#frame;
    frame.id = readUint32(bytes, at + 4);
    frame.type = bytes[at + 8]!;
    frame.flags = bytes[at + 9]!;
    frame.status = bytes[at + 10]! | (bytes[at + 11]! << 8);
    frame.a = readUint32(bytes, at + 12);
    frame.b = readUint32(bytes, at + 16);
    frame.bytes = bytes;
    frame.start = at + HEADER_SIZE;
    frame.end = at + size;
    this.#onFrame(frame);
  }
}

/** The payload as bytes that may be kept. */
export function payload(frame: Frame): Uint8Array {
  return frame.bytes.subarray(frame.start, frame.end);
}

/** The payload as UTF-8 text. */
export function payloadText(frame: Frame): string {
  return frame.bytes.toString("utf8", frame.start, frame.end);
}

function payloadLength(bytes: Buffer, at: number): number {
  const length = readUint32(bytes, at);
  if (length > MAX_PAYLOAD) {
    throw new RangeError(
      `Cannot read a frame of ${length} bytes: the largest payload is ${MAX_PAYLOAD} bytes`,
    );
  }
  return length;
}

function readUint32(bytes: Buffer, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>>
    0;
}
