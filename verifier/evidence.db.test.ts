/** The evidence of a letter and acknowledgements before the verifier; and that no file of another shape is ever held for proof. */
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../register/db/transaction.ts';
import { testOfficer } from '../test/database/letters.ts';
import type { GivenFile } from './check.js';
import {
  asBytes,
  damagedPack,
  dayIn,
  dayOf,
  fileOf,
  flipped,
  makePacks,
  type Packs,
  parsed,
  rewritten,
  verdictOf,
  withFile,
} from './test-packs.ts';

let packs: Packs;

beforeAll(async () => {
  packs = await makePacks();
});
afterAll(async () => {
  await packs.world.close();
});

describe('the evidence of a letter', () => {
  const files = () => unzipSync(packs.evidenceZip);
  const packed = (name: string, change: (bytes: Uint8Array) => Uint8Array | null) => {
    const all = files();
    const bytes = change(all[name] ?? new Uint8Array());
    if (bytes === null) delete all[name];
    else all[name] = Uint8Array.from(bytes);
    return [{ name: 'evidence.zip', bytes: zipSync(all, { level: 0 }) }];
  };

  it('holds, zipped and unpacked, with the closed day in it', async () => {
    for (const given of [
      [{ name: 'evidence.zip', bytes: packs.evidenceZip }],
      Object.entries(files()).map(([name, bytes]) => ({ name: `evidence/${name}`, bytes })),
    ]) {
      const { verdict, broken, codes } = await verdictOf(given, [packs.fingerprint]);
      expect([verdict, broken]).toEqual(['holds', []]);
      expect(codes).toEqual(
        expect.arrayContaining([
          'holds files-whole',
          'holds entry-hash',
          'holds message-same',
          'holds attachment-in-message',
          'holds acts-hash',
          'holds receipt-of-entry',
          'holds entry-in-day',
          'holds same-hashes',
        ]),
      );
    }
  });

  it.each<[string, () => GivenFile[], string]>([
    ['a flipped byte in the letter', () => packed('message.eml', flipped), 'is not letter 1/2569 as it was received'],
    ['an altered attachment', () => packed('attachments/2-letter.pdf', flipped), 'attachments/2-letter.pdf is not the file'],
    ['an altered subject', () => packed('entry.json', bytes => rewritten(bytes, 'เรื่องแรก', 'เรื่องอื่น')), 'entry.json is not the file'],
    [
      'an altered time',
      () => packed('entry.json', bytes => rewritten(bytes, '"receivedAt": "2026-11-22', '"receivedAt": "2026-11-21')),
      'The entry 1/2569 was altered',
    ],
    ['a file taken out', () => packed('acknowledgement.eml', () => null), 'acknowledgement.eml is named in the list but is not here'],
    [
      'a file put in',
      () => packed('attachments/9-more.pdf', () => new Uint8Array([1])),
      'attachments/9-more.pdf is not in the signed list',
    ],
    [
      'an altered list',
      () => packed('manifest.json', bytes => rewritten(bytes, '"takenBy"', '"takenby"')),
      'manifest.json is not what manifest.sig.json signs',
    ],
    [
      'another day put in',
      () => packed('closed-day/day.json', () => fileOf(dayOf(packs, 1), 'day.json')),
      'closed-day/day.json is not the file',
    ],
    ['a byte of the ZIP', () => [{ name: 'evidence.zip', bytes: damagedPack(packs.evidenceZip) }], 'was changed after the ZIP was made'],
    [
      'a ZIP cut off',
      () => [{ name: 'evidence.zip', bytes: packs.evidenceZip.subarray(0, packs.evidenceZip.length - 30) }],
      'The ZIP evidence.zip is damaged',
    ],
  ])('%s is found and named', async (_, damage, expected) => {
    const { verdict, broken } = await verdictOf(damage());
    expect(verdict).toBe('broken');
    expect(broken.join('\n')).toContain(expected);
  });

  it('of another entry under the same number does not agree with an acknowledgement', async () => {
    const all = files();
    const entry = parsed(all['entry.json']!);
    entry.entry.hash = 'a'.repeat(64);
    const given = [{ name: 'entry/entry.json', bytes: asBytes(entry) }];
    const { verdict } = await verdictOf([...given, { name: 'ack.eml', bytes: packs.acknowledgement }]);
    expect(verdict).not.toBe('holds');
  });

  it('is logged, and given to nobody who may not open the letter', async () => {
    const { world, letters } = packs;
    const { red, blue, fresh } = world;
    const before = await takings();
    await packs.evidence(red.administrator, letters.last.entryId);
    expect(await takings()).toBe(before + 1);
    const stranger = testOfficer(red.id, 'unit', { unitIds: [red.unitIds.works] });
    for (const officer of [blue.administrator, stranger, testOfficer(0, 'provider')])
      await expect(packs.evidence(officer, letters.last.entryId)).rejects.toThrow('not-found');
    await expect(packs.evidence({ ...red.administrator, appointed: false }, letters.classified.entryId)).rejects.toThrow('not-found');
    expect(await takings()).toBe(before + 1);
    async function takings(): Promise<number> {
      const [row] = await fresh.owner<{ count: number }[]>`SELECT count(*)::integer AS count FROM act WHERE kind = 'evidence-taken'`;
      return row?.count ?? 0;
    }
  });

  it('of a classified letter brings the classified day to appointed persons alone; of another letter to nobody', async () => {
    const { world, letters } = packs;
    const classified = unzipSync(await packs.evidence(world.red.administrator, letters.classified.entryId));
    expect(Object.keys(classified)).toContain('closed-day/day-classified.json');
    const { verdict, broken } = await verdictOf([{ name: 'e.zip', bytes: zipSync(classified) }]);
    expect([verdict, broken]).toEqual(['holds', []]);
    const ordinary = unzipSync(await packs.evidence(world.red.administrator, letters.cancelled.entryId));
    expect(Object.keys(ordinary)).toContain('closed-day/day.json');
    expect(Object.keys(ordinary)).not.toContain('closed-day/day-classified.json');
  });

  it("to a unit officer comes without the day's register, and says so", async () => {
    const { world, letters } = packs;
    const { red, fresh } = world;
    await inAgency(
      fresh.db,
      red.id,
      THE_APPLIANCE,
      tx => tx`INSERT INTO route (agency_id, id, entry_id, unit_id, purpose, routed_by, routed_at)
               VALUES (${red.id}, gen_random_uuid(), ${letters.first.entryId}, ${red.unitIds.works}, 'action', 'test', ${world.clock.now})`,
    );
    const officer = testOfficer(red.id, 'unit', { unitIds: [red.unitIds.works] });
    const zip = await packs.evidence(officer, letters.first.entryId);
    expect(Object.keys(unzipSync(zip)).filter(name => name.startsWith('closed-day/'))).toEqual([
      'closed-day/seal.json',
      'closed-day/seal.sig.json',
    ]);
    const { verdict, codes, broken } = await verdictOf([{ name: 'e.zip', bytes: zip }]);
    expect(broken).toEqual([]);
    expect(codes).toEqual(expect.arrayContaining(['open day-left-out', 'holds entry-in-day']));
    expect(verdict).toBe('holds');
  });
});

describe('any value of the files in another shape', () => {
  /** Every place in a JSON value, as a path to it. */
  function* placesOf(value: unknown, path: string[] = []): Generator<string[]> {
    if (path.length > 0) yield path;
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) yield* placesOf(inner, [...path, key]);
  }
  const put = (value: unknown, [key, ...rest]: string[], to: unknown): unknown => {
    if (key === undefined) return to;
    const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
    copy[key] = put(copy[key], rest, to);
    return copy;
  };

  it('is never held for proof, and never thrown at', async () => {
    const pack = Object.entries(unzipSync(packs.evidenceZip)).map(([name, bytes]) => ({ name: `e/${name}`, bytes }));
    const small = pack.filter(file => file.name !== 'e/saraban-verify.html');
    for (const [files, name] of [
      [small, 'e/manifest.json'],
      [small, 'e/manifest.sig.json'],
      [small, 'e/entry.json'],
      [dayIn(packs, 1), 'day2/seal.json'],
      [dayIn(packs, 1), 'day2/seal.sig.json'],
      [dayIn(packs, 1), 'day2/day.json'],
    ] as const) {
      const json = parsed(fileOf([...files], name));
      for (const path of placesOf(json))
        for (const odd of [null, {}]) {
          const other = put(json, path, odd) as object;
          if (JSON.stringify(other) === JSON.stringify(json)) continue;
          const { verdict } = await verdictOf(withFile([...files], name, () => asBytes(other)));
          expect([name, path, odd, verdict]).not.toEqual([name, path, odd, 'holds']);
        }
    }
  });
});

describe('an acknowledgement', () => {
  const mail = () => ({ name: 'ตอบรับ.eml', bytes: packs.acknowledgement });

  it('holds with the letter, and with an attachment of it', async () => {
    for (const given of [
      { name: 'sent.eml', bytes: packs.raw },
      { name: 'my.pdf', bytes: new Uint8Array(Buffer.from('%PDF-1.4 one')) },
    ]) {
      const { verdict, broken, codes } = await verdictOf([mail(), given], [packs.fingerprint]);
      expect([verdict, broken]).toEqual(['holds', []]);
      expect(codes).toContain(given.name === 'my.pdf' ? 'holds receipt-attachment' : 'holds receipt-message');
    }
  });

  it('says which file is not what was received', async () => {
    const letter = await verdictOf([mail(), { name: 'sent.eml', bytes: flipped(packs.raw, 20) }]);
    expect(letter.broken.join()).toContain('sent.eml is not letter 1/2569 as it was received');
    expect(letter.codes).toContain('note receipt-inside-same');
    const file = await verdictOf([mail(), { name: 'letter.pdf', bytes: new Uint8Array(Buffer.from('%PDF-1.4 two')) }]);
    expect(file.broken.join()).toContain('letter.pdf has the name of an attachment of letter 1/2569');
  });

  it('does not hold when its JSON was altered, and is unproven without a signature', async () => {
    const text = Buffer.from(packs.acknowledgement).toString('latin1');
    const [, encoded = ''] = /acknowledgement\.json[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/.exec(text) ?? [];
    const json = Buffer.from(encoded, 'base64');
    const signature = /acknowledgement\.sig\.json[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/.exec(text)?.[1] ?? '';
    const alone = [{ name: 'acknowledgement.json', bytes: new Uint8Array(json) }];
    const signed = { name: 'acknowledgement.sig.json', bytes: new Uint8Array(Buffer.from(signature, 'base64')) };
    expect((await verdictOf([...alone, signed])).verdict).toBe('holds');
    expect((await verdictOf(alone)).verdict).toBe('unproven');
    const altered = [{ name: 'acknowledgement.json', bytes: rewritten(alone[0]!.bytes, '"number": 1', '"number": 9') }, signed];
    expect((await verdictOf(altered)).broken.join()).toContain('acknowledgement.json is not what acknowledgement.sig.json signs');
  });

  it('and the day that the register was closed with must agree', async () => {
    const { verdict, codes } = await verdictOf([mail(), ...dayIn(packs, 0)]);
    expect(verdict).toBe('holds');
    expect(codes).toContain('holds same-hashes');
    const other = withFile(dayIn(packs, 0), 'day1/day.json', bytes => {
      const json = parsed(bytes);
      json.books[0].entries.rows[0].hash = 'b'.repeat(64);
      return asBytes(json);
    });
    const rewrittenRegister = await verdictOf([mail(), ...other]);
    expect(rewrittenRegister.broken.join('\n')).toContain('the register was written anew, or one of the two is forged');
  });
});
