import { type FieldBlock, formatFields } from "../../lib/http/fields.ts";

/** Sets of fields that are kept; apps have a few dozens, more means that values differ by request. */
const MAX_NODES = 512;
/** Longer values are seldom the same twice. */
const MAX_VALUE_LENGTH = 256;

const TEXT_TYPE: [string, string] = ["Content-Type", "text/plain;charset=UTF-8"];

/** One set of response fields, formatted once for each kind of body. */
export class FieldSet {
  readonly #pairs: readonly (readonly [string, string])[];
  readonly #followers = new Map<string, Map<string, FieldSet>>();
  #bare: FieldBlock | null = null;
  #text: FieldBlock | null = null;
  #headers: Headers | null = null;

  constructor(pairs: readonly (readonly [string, string])[]) {
    this.#pairs = pairs;
  }

  /** For a body without a type of its own. */
  get bare(): FieldBlock {
    return this.#bare ??= formatFields(this.#pairs);
  }

  /** For a string: its type is the standard's, unless the app names one (Fetch §6.2). */
  get text(): FieldBlock {
    return this.#text ??= this.#hasType() ? this.bare : formatFields([...this.#pairs, TEXT_TYPE]);
  }

  /** The same for the native `Response`, which copies it: 300 ns less than from a plain object of three fields. */
  get headers(): Headers {
    return this.#headers ??= new Headers(this.#pairs.map(([name, value]) => [name, value]));
  }

  /** The set that has one more field; undefined when it is not known yet. */
  follower(name: string, value: string): FieldSet | undefined {
    return this.#followers.get(name)?.get(value);
  }

  /** @param isKept Whether to remember the new set. */
  grow(name: string, value: string, { isKept }: { isKept: boolean }): FieldSet {
    const grown = new FieldSet([...this.#pairs, [name, value]]);
    if (isKept) {
      const byValue = this.#followers.get(name) ?? new Map<string, FieldSet>();
      this.#followers.set(name, byValue.set(value, grown));
    }
    return grown;
  }

  #hasType(): boolean {
    return this.#pairs.some(([name]) => name.toLowerCase() === "content-type");
  }
}

/**
 * Finds the field set of a `headers` object without formatting it again: 30 ns instead of 500 ns for the usual
 * `{ "content-type": "application/json" }` (`bench/fetch_app.ts`).
 */
export class FieldCache {
  #root = new FieldSet([]);
  #size = 0;

  /** @returns Null if `headers` is not a plain object of strings. */
  find(headers: object): FieldSet | null {
    const prototype = Object.getPrototypeOf(headers);
    if (prototype !== Object.prototype && prototype !== null) return null;
    let set = this.#root;
    // Any plain object may be read as a record; its values are checked below.
    const record = headers as Record<string, unknown>;
    for (const name in record) {
      const value = record[name];
      if (typeof value !== "string") return null;
      set = set.follower(name, value) ?? this.#grow(set, name, value);
    }
    return set;
  }

  #grow(set: FieldSet, name: string, value: string): FieldSet {
    if (value.length > MAX_VALUE_LENGTH) return set.grow(name, value, { isKept: false });
    // Sets of values that never come again would fill the cache for ever, so it starts anew.
    if (this.#size === MAX_NODES) {
      this.#root = new FieldSet([]);
      this.#size = 0;
    }
    this.#size++;
    return set.grow(name, value, { isKept: true });
  }
}
