/** Between nights: what cannot go on from the last night, and places that were away while changes were made. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { enterLetter } from '../../test/database/letters.ts';
import { anEvening, changesBench, filesAt, NIGHT, night, settled } from './changes-fixture.ts';
import { makeChanges } from './make-changes.ts';
import { watchChanges } from './watch.ts';

const bench = changesBench();

describe('what only a night can go on from', () => {
  test('no night at all; a night cut before the notes began; a new table', async () => {
    expect(await makeChanges(bench.context)).toEqual({ outcome: 'no-base' });
    await anEvening(bench);
    await night(bench);
    expect(await makeChanges(bench.context)).toEqual({ outcome: 'needs-night', why: 'unwatched' });
    await watchChanges(bench.fresh.owner, true);
    expect(await makeChanges(bench.context)).toEqual({ outcome: 'needs-night', why: 'unwatched' });
    bench.clock = new Date(bench.clock.getTime() + 60_000);
    await night(bench, bench.places, '20261122T030000Z-00000002');
    await bench.fresh.owner`INSERT INTO migration (name, sha256) VALUES ('9999_later.sql', 'x')`;
    expect(await makeChanges(bench.context)).toEqual({ outcome: 'needs-night', why: 'schema' });
    await bench.fresh.owner`DELETE FROM migration WHERE name = '9999_later.sql'`;
  });

  test('more than the bound, and notes of weeks', async () => {
    await watchChanges(bench.fresh.owner, true);
    await night(bench);
    await anEvening(bench);
    expect(await makeChanges(bench.context, { bytes: 100, notes: 1e9 })).toEqual({ outcome: 'needs-night', why: 'too-much' });
    expect(await makeChanges(bench.context, { bytes: 1e9, notes: 100 })).toEqual({ outcome: 'needs-night', why: 'too-much' });
    // The notes were given up: what follows must not be taken for all there was.
    expect(await makeChanges(bench.context)).toEqual({ outcome: 'needs-night', why: 'unwatched' });
  });
});

describe('a place that is away', () => {
  test('gets what it missed afterwards, in order; without the night it gets nothing', async () => {
    const [nas = '', usb = ''] = bench.places;
    await watchChanges(bench.fresh.owner, true);
    await mkdir(usb);
    await night(bench, [usb]);
    await rename(usb, `${usb}.away`);
    await writeFile(usb, 'a file where the folder was');
    for (let at = 0; at < 2; at++) {
      await enterLetter(bench.fresh, bench.agency, `Subject: missed ${at}\r\n\r\n${randomUUID()}\r\n`);
      bench.clock = new Date(bench.clock.getTime() + 300_000);
      await settled(bench);
      expect(await makeChanges(bench.context)).toMatchObject({
        outcome: 'made',
        places: [
          { place: nas, outcome: 'no-night' },
          { place: usb, outcome: 'failed' },
        ],
      });
    }
    await rm(usb);
    await rename(`${usb}.away`, usb);
    expect(await makeChanges(bench.context)).toMatchObject({
      outcome: 'nothing',
      places: [
        { place: nas, outcome: 'no-night' },
        { place: usb, outcome: 'sent', files: 2 },
      ],
    });
    expect(await filesAt(usb)).toHaveLength(2);
    // Still waiting for the place that has no night yet.
    expect(await readdir(join(bench.fresh.folder, 'copies', 'minutes', NIGHT))).toHaveLength(2);
    await bench.fresh.owner`INSERT INTO copy_at_place (copy_id, place, state) VALUES (${NIGHT}, ${nas}, 'sent')`;
    expect(await makeChanges(bench.context)).toMatchObject({
      places: [
        { outcome: 'sent', files: 2 },
        { outcome: 'sent', files: 0 },
      ],
    });
    expect(await readdir(join(bench.fresh.folder, 'copies', 'minutes', NIGHT))).toEqual([]);
  });

  test('when a link is gone, the place waits for the next night', async () => {
    await watchChanges(bench.fresh.owner, true);
    await night(bench, bench.places.slice(1));
    await enterLetter(bench.fresh, bench.agency, `Subject: one\r\n\r\n${randomUUID()}\r\n`);
    await makeChanges(bench.context);
    await rm(join(bench.fresh.folder, 'copies', 'minutes', NIGHT), { recursive: true });
    await bench.fresh.owner`INSERT INTO copy_at_place (copy_id, place, state) VALUES (${NIGHT}, ${bench.places[0] ?? ''}, 'sent')`;
    await enterLetter(bench.fresh, bench.agency, `Subject: two\r\n\r\n${randomUUID()}\r\n`);
    bench.clock = new Date(bench.clock.getTime() + 300_000);
    expect(await makeChanges(bench.context)).toMatchObject({ outcome: 'made', places: [{ outcome: 'broken' }, { outcome: 'sent' }] });
    expect(await filesAt(bench.places[0] ?? '')).toEqual([]);
    // The next night has all of it, and the bench.places go on from there.
    bench.clock = new Date(bench.clock.getTime() + 300_000);
    const next = '20261123T020000Z-00000002';
    await night(bench, bench.places, next);
    await enterLetter(bench.fresh, bench.agency, `Subject: three\r\n\r\n${randomUUID()}\r\n`);
    expect(await makeChanges(bench.context)).toMatchObject({
      outcome: 'made',
      places: [
        { outcome: 'sent', files: 1 },
        { outcome: 'sent', files: 1 },
      ],
    });
    expect(await filesAt(bench.places[0] ?? '', next)).toHaveLength(1);
    // The notes that the night holds are gone.
    const [left] = await bench.fresh
      .owner`SELECT count(*)::integer AS n FROM changed c, copy WHERE copy.id = ${next} AND pg_visible_in_snapshot(c.at, copy.snapshot::pg_snapshot)`;
    expect(left?.n).toBe(0);
  });
});
