/** Rows in COPY's text format (PostgreSQL, "COPY", File Formats): one row a line, fields between tabs, backslashes escape. Pure. */

const NEWLINE = 0x0a;

/** Cuts a stream into whole rows. @throws Error when the last row has no end */
export async function* wholeRows(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  // Pieces of a row that is longer than a chunk: put together once, not with every piece.
  let rest: Buffer[] = [];
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = bytes.lastIndexOf(NEWLINE);
    if (end === -1) {
      rest.push(bytes);
      continue;
    }
    yield Buffer.concat([...rest, bytes.subarray(0, end + 1)]);
    rest = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : [];
  }
  if (rest.length > 0) throw new Error('ends in the middle of a row');
}

/** The rows of a chunk of whole rows, without their line ends. A line feed within a value is written as \n, so each one ends a row. */
export function* rowsIn(chunk: Buffer): Generator<string> {
  for (let from = 0; from < chunk.length; ) {
    const end = chunk.indexOf(NEWLINE, from);
    yield chunk.toString('utf8', from, end);
    from = end + 1;
  }
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A field's value; null for NULL. */
export function fieldValue(field: string): string | null {
  if (field === '\\N') return null;
  return field.includes('\\') ? field.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter) : field;
}
