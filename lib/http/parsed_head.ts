import type { Buffer } from "node:buffer";
import { latin1 } from "../latin1.ts";
import {
  type EncodedText,
  FIELD,
  FIELD_NAMES,
  FIELD_SIZE,
  FLAG,
  HEAD,
  METHODS,
  type Parser,
  unfold,
} from "../parser/parser.ts";
import type { RequestHead } from "./request_head.ts";

const FIELD_IDS: ReadonlyMap<string, number> = new Map(
  FIELD_NAMES.map((name, id) => [name, id] as const).filter(([name]) => name !== ""),
);

/**
 * A request head that reads its parts when they are asked for.
 *
 * While it is the parser's latest head, positions come straight from the parser's output. When it is asked
 * later, it has its bytes parsed again: a request whose app reads little costs nothing for what it does not read.
 */
export class ParsedHead implements RequestHead {
  readonly minorVersion: 0 | 1;
  readonly #parser: Parser;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  /** Takes the head that `parser` has just found at `bytes[start..end)`. */
  constructor(parser: Parser, bytes: Buffer, start: number, end: number) {
    this.#parser = parser;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.minorVersion = parser.head[HEAD.minorVersion] === 0 ? 0 : 1;
    parser.current = this;
  }

  get method(): string {
    const head = this.#positions();
    return METHODS[head[HEAD.methodId]!] ||
      this.#text(head[HEAD.methodStart]!, head[HEAD.methodEnd]!);
  }

  get target(): string {
    const head = this.#positions();
    return this.#text(head[HEAD.targetStart]!, head[HEAD.targetEnd]!);
  }

  get path(): string {
    const head = this.#positions();
    return this.#text(head[HEAD.pathStart]!, head[HEAD.pathEnd]!);
  }

  get query(): string {
    const head = this.#positions();
    return this.#text(head[HEAD.queryStart]!, head[HEAD.queryEnd]!);
  }

  get authority(): string {
    const head = this.#positions();
    return this.#text(head[HEAD.authorityStart]!, head[HEAD.authorityEnd]!);
  }

  field(name: string): string | undefined {
    const head = this.#positions();
    const end = HEAD.fields + head[HEAD.fieldCount]! * FIELD_SIZE;
    const id = FIELD_IDS.get(name) ?? 0;
    for (let at = HEAD.fields; at < end; at += FIELD_SIZE) {
      const isIt = id !== 0 ? head[at + FIELD.id] === id : this.#fieldName(head, at) === name;
      if (isIt) return this.#fieldValue(head, at);
    }
    return undefined;
  }

  fields(): [name: string, value: string][] {
    const head = this.#positions();
    const end = HEAD.fields + head[HEAD.fieldCount]! * FIELD_SIZE;
    const all: [string, string][] = [];
    for (let at = HEAD.fields; at < end; at += FIELD_SIZE) {
      all.push([this.#fieldName(head, at), this.#fieldValue(head, at)]);
    }
    return all;
  }

  encodeEnviron(): EncodedText {
    this.#positions();
    return this.#parser.encodeEnviron();
  }

  encodeScope(): EncodedText {
    this.#positions();
    return this.#parser.encodeScope();
  }

  #fieldName(head: Int32Array, at: number): string {
    const id = head[at + FIELD.id]!;
    if (id !== 0) return FIELD_NAMES[id]!;
    return this.#text(head[at + FIELD.nameStart]!, head[at + FIELD.nameEnd]!).toLowerCase();
  }

  #fieldValue(head: Int32Array, at: number): string {
    const value = this.#text(head[at + FIELD.valueStart]!, head[at + FIELD.valueEnd]!);
    return (head[HEAD.flags]! & FLAG.folded) === 0 ? value : unfold(value);
  }

  /** Positions count from the start of `#bytes`, also after parsing again. */
  #positions(): Int32Array {
    const parser = this.#parser;
    if (parser.current !== this) {
      parser.loadPart(this.#bytes, this.#start, this.#end);
      parser.parseHead(this.#start, this.#end);
      parser.current = this;
    }
    return parser.head;
  }

  #text(start: number, end: number): string {
    return latin1(this.#bytes, start, end);
  }
}
