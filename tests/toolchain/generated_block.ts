/**
 * Replaces what stands between `<!-- NAME:begin … -->` and `<!-- NAME:end -->`.
 *
 * @throws {SyntaxError} If the markers are missing.
 */
export function replaceBlock(document: string, name: string, text: string): string {
  const pattern = new RegExp(`(<!-- ${name}:begin[^>]*-->\n).*?(<!-- ${name}:end -->)`, "s");
  if (!pattern.test(document)) {
    throw new SyntaxError(`Cannot write the block "${name}": its markers are missing`);
  }
  // The formatter would align the tables, and no generator should have to know how.
  const ignored =
    `<!-- deno-fmt-ignore-start -->\n\n${text.trim()}\n\n<!-- deno-fmt-ignore-end -->\n`;
  return document.replace(pattern, (_, begin, end) => begin + ignored + end);
}
