/** First bytes by which a coding is known; `br` has none. */
const SIGNATURES: Readonly<Record<string, (bytes: Uint8Array) => boolean>> = {
  // RFC 1952 §2.3.1
  gzip: ([first, second]) => first === 0x1f && second === 0x8b,
  "x-gzip": ([first, second]) => first === 0x1f && second === 0x8b,
  // RFC 1950 §2.2: method 8, and both bytes are a multiple of 31.
  deflate: ([first = 0, second = 0]) => first % 16 === 8 && (first * 256 + second) % 31 === 0,
  // RFC 8878 §3.1.1
  zstd: ([first, second, third, fourth]) =>
    first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd,
};

/**
 * Whether a streamed body is no more in the coding that its `content-encoding` tells: `fetch()` decodes what it receives,
 * and leaves the fields of the coded form in its response (Fetch §4.6 "handle content codings").
 *
 * @param first First chunk of the body.
 * @param isFetched Whether the body is a result of `fetch()` as it is: says it for `br`, which only Bun's
 * `decompress: false` leaves as it was.
 */
export function isDecoded(coding: string, first: Uint8Array, isFetched: boolean): boolean {
  const isCoded = SIGNATURES[coding.trim().toLowerCase()];
  if (isCoded !== undefined) return !isCoded(first);
  return isFetched && coding.trim().toLowerCase() === "br";
}
