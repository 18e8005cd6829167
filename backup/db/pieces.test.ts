import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cutIntoPieces, PIECE_SIZES, type PieceSizes } from './pieces.ts';

const SMALL: PieceSizes = { least: 2_000, expected: 2_000, most: 16_000 };

function row(number: number, width = 60): string {
  return `${number}\t${createHash('sha256').update(String(number)).digest('hex').repeat(4).slice(0, width)}\n`;
}

async function* chunked(rows: string[], each = 7): AsyncGenerator<Buffer> {
  for (let at = 0; at < rows.length; at += each) yield Buffer.from(rows.slice(at, at + each).join(''));
}

async function cut(rows: string[], sizes = SMALL, each = 7) {
  const kept = new Map<string, Buffer>();
  const { rows: count, pieces } = await cutIntoPieces(
    chunked(rows, each),
    async (piece, sha256) => {
      kept.set(sha256, piece);
    },
    sizes,
  );
  return { count, pieces, kept, bytes: Buffer.concat(pieces.map(piece => kept.get(piece.sha256) as Buffer)) };
}

const many = (count: number, width?: number) => Array.from({ length: count }, (_, at) => row(at, width));

test('put together, the pieces are the bytes; each is whole rows, named by its hash', async () => {
  const rows = many(5_000);
  const { count, pieces, kept, bytes } = await cut(rows);
  expect(count).toBe(5_000);
  expect(bytes.toString()).toBe(rows.join(''));
  for (const piece of pieces) {
    const held = kept.get(piece.sha256) as Buffer;
    expect(held.length).toBe(piece.size);
    expect(held.at(-1)).toBe(0x0a);
    expect(createHash('sha256').update(held).digest('hex')).toBe(piece.sha256);
  }
});

test('how the rows come in makes no difference', async () => {
  const rows = many(2_000);
  const one = await cut(rows, SMALL, 1);
  expect((await cut(rows, SMALL, 1_000)).pieces).toEqual(one.pieces);
  expect((await cut(rows, SMALL, 2_000)).pieces).toEqual(one.pieces);
});

test.each([40, 200])('sizes keep their bounds and their average, rows of %i bytes', async width => {
  const { pieces } = await cut(many(20_000, width));
  for (const piece of pieces.slice(0, -1)) {
    expect(piece.size).toBeGreaterThanOrEqual(SMALL.least);
    expect(piece.size).toBeLessThanOrEqual(SMALL.most);
  }
  const average = pieces.reduce((sum, piece) => sum + piece.size, 0) / pieces.length;
  expect(average).toBeGreaterThan(3_000);
  expect(average).toBeLessThan(5_500);
});

describe('a change in the middle changes the pieces around it alone', () => {
  const rows = many(20_000);
  const changes: [string, (rows: string[]) => string[]][] = [
    ['a row more', all => all.toSpliced(9_000, 0, 'new\trow\n')],
    ['a row less', all => all.toSpliced(9_000, 1)],
    ['a row changed', all => all.toSpliced(9_000, 1, 'another\trow\n')],
    ['a row at the front', all => ['first\trow\n', ...all]],
    ['a row at the end', all => [...all, 'last\trow\n']],
  ];
  test.each(changes)('%s', async (_, change) => {
    const before = new Set((await cut(rows)).pieces.map(piece => piece.sha256));
    const after = (await cut(change(rows))).pieces;
    const fresh = after.filter(piece => !before.has(piece.sha256));
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.length).toBeLessThanOrEqual(4);
    expect(after.length).toBeGreaterThan(300);
  });
});

test('rows that are all alike are cut at the most, and put together again', async () => {
  const rows = Array.from({ length: 3_000 }, () => 'always the same row of forty characters..\n');
  const { pieces, bytes } = await cut(rows);
  expect(bytes.toString()).toBe(rows.join(''));
  for (const piece of pieces) expect(piece.size).toBeLessThanOrEqual(SMALL.most);
});

test('a row larger than the most is a piece by itself', async () => {
  const large = `${'x'.repeat(50_000)}\n`;
  const { pieces, bytes } = await cut([...many(10), large, ...many(10)]);
  expect(bytes.toString()).toBe([...many(10), large, ...many(10)].join(''));
  expect(pieces.map(piece => piece.size)).toContain(large.length);
});

test('no rows, no pieces', async () => {
  expect(await cut([])).toMatchObject({ count: 0, pieces: [] });
});

test('half a row is a fault, not a piece', async () => {
  async function* half() {
    yield Buffer.from('1\tone\n2\ttw');
  }
  await expect(cutIntoPieces(half(), async () => {}, SMALL)).rejects.toThrow('middle of a row');
});

test('the usual pieces are about a mebibyte', async () => {
  const { pieces } = await cut(many(60_000, 250), PIECE_SIZES, 500);
  const average = pieces.reduce((sum, piece) => sum + piece.size, 0) / pieces.length;
  expect(average).toBeGreaterThan(600_000);
  expect(average).toBeLessThan(2_000_000);
});
