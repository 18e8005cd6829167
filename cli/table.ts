/** Rows as aligned columns for a terminal. */

/**
 * @param head the columns' names
 * @param rows as many cells each
 * @param none what is said when there is no row
 */
export function table(head: string[], rows: string[][], none: string): string {
  if (rows.length === 0) return none;
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map(line => columns(line[column] ?? ''))));
  return lines
    .map(line =>
      line
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - columns(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

// Thai vowels and tone marks above and below take no column of their own.
function columns(text: string): number {
  return [...text.replace(/\p{Mn}/gu, '')].length;
}
