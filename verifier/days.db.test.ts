/** Closed days before the verifier: whole, damaged in each way that somebody may try, made anew with another key. */
import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GivenFile } from './check.js';
import {
  asBytes,
  chainOf,
  dayIn,
  dayOf,
  fileOf,
  flipped,
  inFolder,
  makePacks,
  type Packs,
  parsed,
  rewritten,
  signedAs,
  verdictOf,
  withFile,
} from './test-packs.ts';

let packs: Packs;
let chain: GivenFile[];

beforeAll(async () => {
  packs = await makePacks();
  chain = chainOf(packs);
});
afterAll(async () => {
  await packs.world.close();
});

describe('closed days', () => {
  it('hold, one alone and in a chain, and the key is shown', async () => {
    const one = await verdictOf(dayOf(packs, 1));
    expect([one.verdict, one.broken]).toEqual(['holds', []]);
    expect(one.codes).toContain('open one-day-only');
    const all = await verdictOf(chain, [packs.fingerprint]);
    expect([all.verdict, all.broken]).toEqual(['holds', []]);
    expect(all.codes).toEqual(
      expect.arrayContaining(['holds days-follow', 'holds days-joined', 'holds signed-by-given', 'note book-cancelled']),
    );
    expect([...all.report.keys.keys()]).toEqual([packs.fingerprint]);
  });

  it('hold in a heap without folders, and zipped, each way packed', async () => {
    const heap = await verdictOf([...dayOf(packs, 0), ...dayOf(packs, 1)]);
    expect([heap.verdict, heap.broken]).toEqual(['holds', []]);
    for (const level of [0, 6] as const) {
      const inner = (index: number) => zipSync(Object.fromEntries(dayOf(packs, index).map(file => [file.name, file.bytes])), { level });
      const zips = await verdictOf([
        { name: '22.zip', bytes: inner(0) },
        { name: 'rest.zip', bytes: zipSync({ '23.zip': inner(1), 'x/24.zip': inner(2) }, { level }) },
      ]);
      expect([zips.verdict, zips.broken]).toEqual(['holds', []]);
      expect(zips.codes).toContain('holds days-joined');
    }
  });

  it('hold without the classified part, and say that it was not given', async () => {
    const open = await verdictOf(withFile(dayIn(packs, 1), 'day2/day-classified.json', () => null));
    expect([open.verdict, open.broken]).toEqual(['holds', []]);
    expect(open.codes).toEqual(expect.arrayContaining(['open seal-file-classified', 'open book-not-given']));
    expect(Buffer.from(fileOf(dayOf(packs, 1), 'day.json')).toString()).not.toContain('confidential');
  });

  it.each<[string, () => GivenFile[] | Promise<GivenFile[]>, string[]]>([
    [
      'an altered subject',
      () => withFile(chain, 'day2/day.json', bytes => rewritten(bytes, 'เรื่องที่สอง', 'เรื่องที่สาม')),
      ['seal-file-differs: day.json'],
    ],
    [
      'an altered sender',
      () => withFile(chain, 'day1/day.json', bytes => rewritten(bytes, '"fromAddress":"somchai', '"fromAddress":"somying')),
      ['seal-file-differs: day.json is not', 'book-altered: receive register 2569: number 1 was altered'],
    ],
    [
      'an altered act',
      () => withFile(chain, 'day1/day.json', bytes => rewritten(bytes, '"kind":"confirmed"', '"kind":"cancelled"')),
      ['acts-altered: receive register 2569: act 1 was altered', 'seal-file-differs: day.json'],
    ],
    [
      'an entry removed',
      () =>
        withFile(chain, 'day2/day.json', bytes => {
          const json = parsed(bytes);
          json.books[0].entries.rows = [];
          return asBytes(json);
        }),
      ['seal-file-differs: day.json', 'book-cut: receive register 2569: the seal goes up to number 2'],
    ],
    ['a flipped byte in the seal', () => withFile(chain, 'day1/seal.json', flipped), ['signature-of-other']],
    [
      'a day missing',
      () => [...dayIn(packs, 0), ...dayIn(packs, 2)],
      ['days-missing: Closing no. 2 is missing (between 2026-11-22 and 2026-11-24)'],
    ],
    [
      'files exchanged between days',
      () =>
        withFile(
          withFile(chain, 'day1/day.json', () => fileOf(dayOf(packs, 2), 'day.json')),
          'day3/day.json',
          () => fileOf(dayOf(packs, 0), 'day.json'),
        ),
      ['seal-file-of-other-day: day.json belongs to 2026-11-24', 'seal-file-of-other-day: day.json belongs to 2026-11-22'],
    ],
    [
      'the signature of another file',
      () => withFile(chain, 'day1/seal.sig.json', () => fileOf(dayOf(packs, 1), 'seal.sig.json')),
      ['signature-of-other: seal.json is not what seal.sig.json signs'],
    ],
    ['no signature', () => withFile(chain, 'day3/seal.sig.json', () => null), ['unsigned: There is no signature of seal.json']],
    [
      'a forged signature',
      () => withFile(chain, 'day1/seal.sig.json', bytes => rewritten(bytes, '"at": "2026', '"at": "2025')),
      ['signature-signature: The signature in seal.sig.json is not valid'],
    ],
    [
      'a day made anew with the same key',
      async () => {
        const seal = rewritten(fileOf(dayOf(packs, 0), 'seal.json'), '"missing":[]', '"missing":["x"]');
        const signature = await signedAs(packs, 'seal.json', seal);
        return withFile(
          withFile(chain, 'day1/seal.json', () => seal),
          'day1/seal.sig.json',
          () => signature,
        );
      },
      ['days-unlinked: 2026-11-23 does not name the seal of 2026-11-22'],
    ],
    [
      'a number left out between days',
      async () => {
        const json = parsed(fileOf(dayOf(packs, 2), 'seal.json'));
        json.books[0].first = 4;
        const seal = asBytes(json);
        const signature = await signedAs(packs, 'seal.json', seal);
        return withFile(
          withFile(chain, 'day3/seal.json', () => seal),
          'day3/seal.sig.json',
          () => signature,
        );
      },
      ['days-numbers: receive register 2569: 2026-11-24 begins at number 4, but the day before ended at 2.', 'book-range'],
    ],
  ])('%s is found and named', async (_, damage, expected) => {
    const { verdict, broken } = await verdictOf(await damage());
    expect(verdict).toBe('broken');
    for (const found of expected) expect(broken.join('\n')).toContain(found);
  });

  it('a chain made anew with another key holds in itself, is told apart by the fingerprint, and stands out beside the old days', async () => {
    await packs.retire();
    const other = await packs.fingerprintNow();
    expect(other).not.toBe(packs.fingerprint);
    const anew = await Promise.all(
      [0, 1, 2].map(async index => {
        const seal = rewritten(fileOf(dayOf(packs, index), 'seal.json'), packs.fingerprint, other);
        return index > 0 ? { seal, index } : { seal, index };
      }),
    );
    // Each names the new seal of the day before, as a forger would make them.
    let previous: string | null = null;
    const forged: GivenFile[] = [];
    for (const { seal, index } of anew) {
      const json = { ...parsed(seal), previous };
      const bytes = asBytes(json);
      previous = createHash('sha256').update(bytes).digest('hex');
      const files = dayOf(packs, index).filter(file => !file.name.startsWith('seal') && file.name !== 'day.json');
      const register = asBytes({ ...parsed(fileOf(dayOf(packs, index), 'day.json')), previousSeal: json.previous });
      const sealed = asBytes({
        ...json,
        files: json.files.map((file: { name: string }) =>
          file.name === 'day.json' ? { ...file, sha256: createHash('sha256').update(register).digest('hex'), size: register.length } : file,
        ),
      });
      previous = createHash('sha256').update(sealed).digest('hex');
      forged.push(
        ...inFolder(`forged${index}`, [
          ...files,
          { name: 'day.json', bytes: register },
          { name: 'seal.json', bytes: sealed },
          { name: 'seal.sig.json', bytes: await signedAs(packs, 'seal.json', sealed) },
        ]),
      );
    }
    const withoutClassified = forged.filter(file => !file.name.endsWith('classified.json'));
    expect((await verdictOf(withoutClassified)).verdict).toBe('holds');
    const known = await verdictOf(withoutClassified, [packs.fingerprint]);
    expect(known.verdict).toBe('broken');
    expect(known.broken[0]).toContain('key-other: seal.json was signed with another key than the one you named');
    const both = await verdictOf([...chain, ...withoutClassified]);
    expect(both.broken.join('\n')).toContain('There are two different seals of closing no. 1');
    const half = await verdictOf([
      ...dayIn(packs, 0),
      ...dayIn(packs, 1),
      ...withoutClassified.filter(file => file.name.startsWith('forged2')),
    ]);
    expect(half.verdict).toBe('broken');
    expect(half.codes).toContain('unproven days-keys');
  });
});
