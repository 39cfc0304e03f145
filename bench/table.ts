/**
 * Writes a Markdown table whose columns line up, so that it reads well in a terminal too.
 *
 * @param lines The first is the head; all have the same number of cells. The first column is text,
 * the others are figures and stand at the right.
 */
export function renderTable(lines: readonly (readonly string[])[]): string {
  const columns = lines[0]?.length ?? 0;
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(3, ...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":"
  );
  const padded = lines.map((cells) => cells.map((cell, column) => pad(cell, widths, column)));
  const [head, ...body] = padded;
  return [head ?? [], rule, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function pad(cell: string, widths: readonly number[], column: number): string {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
