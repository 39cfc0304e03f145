/** Typing errors above this share of a name's length make it another name. */
const MAX_ERROR_SHARE = 0.4;

/**
 * Finds what the writer of an unknown name most likely meant.
 *
 * @returns Null when nothing is near.
 */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  const wanted = normalize(name);
  if (wanted === "") return null;
  let nearest: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length * MAX_ERROR_SHARE)) + 1;
  for (const candidate of candidates) {
    const distance = distanceOf(wanted, normalize(candidate));
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest ?? onlyExtension(wanted, candidates);
}

/** The candidate that goes on where the name ends, if there is just one: `--graceful` means `--graceful-timeout`. */
function onlyExtension(wanted: string, candidates: readonly string[]): string | null {
  const extensions = candidates.filter((candidate) => normalize(candidate).startsWith(wanted));
  return extensions.length === 1 ? extensions[0] ?? null : null;
}

/** Case, dashes and underscores are what people confuse first. */
function normalize(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}

/** Levenshtein's distance: inserted, left out and replaced characters. */
function distanceOf(first: string, second: string): number {
  let above = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (let row = 1; row <= first.length; row++) {
    const current = [row];
    for (let column = 1; column <= second.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (first[row - 1] === second[column - 1] ? 0 : 1);
      const inserted = Math.min(above[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, inserted));
    }
    above = current;
  }
  return above[second.length] ?? 0;
}
