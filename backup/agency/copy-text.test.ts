import { describe, expect, it } from 'vitest';
import { fieldValue, rowsIn, wholeRows } from './copy-text.ts';

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function rowsOf(...texts: string[]): Promise<string[]> {
  const rows: string[] = [];
  for await (const chunk of wholeRows(chunks(...texts))) rows.push(...rowsIn(chunk));
  return rows;
}

describe('rows of COPY text', () => {
  it.each([
    ['in one chunk', ['a\t1\nb\t2\n']],
    ['cut anywhere', ['a', '\t1', '\n', 'b\t2', '\n']],
    ['two at once and a piece', ['a\t1\nb', '\t2\n']],
  ])('%s', async (_, texts) => {
    expect(await rowsOf(...texts)).toEqual(['a\t1', 'b\t2']);
  });

  it('none of nothing, and an empty row of a table without columns', async () => {
    expect(await rowsOf()).toEqual([]);
    expect(await rowsOf('\n')).toEqual(['']);
  });

  it('a letter of Thai cut between its bytes is whole again', async () => {
    const bytes = Buffer.from('กอง\n');
    const cut = async function* () {
      yield bytes.subarray(0, 4);
      yield bytes.subarray(4);
    };
    const rows: string[] = [];
    for await (const chunk of wholeRows(cut())) rows.push(...rowsIn(chunk));
    expect(rows).toEqual(['กอง']);
  });

  it('a row without its end is an error', async () => {
    await expect(rowsOf('a\t1\nb')).rejects.toThrow('middle of a row');
  });
});

describe('a field', () => {
  it.each([
    ['\\N', null],
    ['', ''],
    ['plain', 'plain'],
    ['a\\tb\\nc', 'a\tb\nc'],
    ['\\\\x00ff', '\\x00ff'],
    ['\\\\N', '\\N'],
  ])('%j is %j', (field, value) => {
    expect(fieldValue(field)).toBe(value);
  });
});
