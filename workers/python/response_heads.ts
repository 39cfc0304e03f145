import { type FieldBlock, formatFields } from "../../lib/http/fields.ts";

/** Reason phrase and fields of an app's response. */
export interface ResponseHead {
  /** "" for the standard phrase. */
  readonly reason: string;
  readonly fields: FieldBlock;
}

/** Most apps have few different field blocks; an app that makes a new one for each response only pays for the map. */
const MAX_HEADS = 256;
/** Longer blocks are hardly ever the same twice. */
const MAX_TEXT = 2_048;

/** Reads field blocks of `response` frames. A block that came before costs one look-up: no checks, no formatting. */
export class ResponseHeads {
  readonly #heads = new Map<string, ResponseHead>();

  /**
   * @param text Field block as in `frames.ts`, bytes as latin-1.
   * @throws {TypeError} If the app gave fields that cannot be sent, see {@link formatFields}.
   */
  read(text: string): ResponseHead {
    const known = this.#heads.get(text);
    if (known !== undefined) return known;
    const head = parseHead(text);
    if (text.length <= MAX_TEXT) {
      if (this.#heads.size >= MAX_HEADS) this.#heads.clear();
      this.#heads.set(text, head);
    }
    return head;
  }
}

function parseHead(text: string): ResponseHead {
  const parts = text.split("\0");
  const pairs: [string, string][] = [];
  for (let i = 1; i < parts.length; i += 2) pairs.push([parts[i]!, parts[i + 1] ?? ""]);
  return { reason: parts[0]!, fields: formatFields(pairs) };
}
