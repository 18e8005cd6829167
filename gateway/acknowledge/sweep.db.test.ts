import { existsSync } from 'node:fs';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { contextOf, enterLetter, mailsOf, NOW } from '../dispatch/test-bench.ts';
import { acknowledgeHandler } from './acknowledge.ts';
import { FORGOTTEN_AFTER_MS, sweep } from './sweep.ts';
import { sweepFiles } from './sweep-files.ts';

let fresh: FreshDatabase;
let agency: number;

beforeAll(async () => {
  fresh = await freshDatabase();
  agency = await addTestAgency(fresh.db, 'agency');
});
afterAll(() => fresh.close());

const loseJobs = () => fresh.owner`DELETE FROM pgboss.job`;
const later = new Date(NOW.getTime() + FORGOTTEN_AFTER_MS + 1);
const sweepAt = (now: Date) => sweep(contextOf(fresh, { now: () => now }));

describe('the sweep', () => {
  it('queues again what lost its job, once, and not before its time', async () => {
    const unread = await enterLetter(fresh, agency, { reading: 'waiting' });
    const unanswered = await enterLetter(fresh, agency);
    const unsent = await enterLetter(fresh, agency);
    await acknowledgeHandler(contextOf(fresh))({ agencyId: agency, entryId: unsent.entryId });
    await loseJobs();
    expect(await sweepAt(NOW)).toEqual({ readings: 0, acknowledgements: 0, mails: 0 });
    expect(await sweepAt(later)).toEqual({ readings: 1, acknowledgements: 1, mails: 1 });
    const jobs = await fresh.owner<{ name: string; data: Record<string, unknown> }[]>`SELECT name, data FROM pgboss.job ORDER BY name`;
    const [mail] = await mailsOf(fresh, unsent.entryId);
    expect(jobs.map(job => ({ ...job }))).toEqual([
      { name: 'acknowledge', data: { agencyId: agency, entryId: unanswered.entryId } },
      { name: 'read-message', data: { agencyId: agency, messageId: unread.messageId } },
      { name: 'send-mail', data: { agencyId: agency, mailId: mail?.id } },
    ]);
    expect(await sweepAt(later)).toEqual({ readings: 0, acknowledgements: 0, mails: 0 });
  });

  it('finds what a crash left in the middle of sending, and what used up its tries', async () => {
    const letter = await enterLetter(fresh, agency);
    await acknowledgeHandler(contextOf(fresh))({ agencyId: agency, entryId: letter.entryId });
    await inAgency(fresh.db, agency, THE_APPLIANCE, tx => tx`UPDATE mail SET state = 'sending' WHERE entry_id = ${letter.entryId}`);
    await fresh.owner`UPDATE pgboss.job SET state = 'failed' WHERE name = 'send-mail'`;
    expect((await sweepAt(later)).mails).toBeGreaterThanOrEqual(1);
  });
});

describe('the sweep of files', () => {
  const old = async (file: string) => {
    const then = new Date(Date.now() - 2 * 3_600_000);
    await utimes(file, then, then);
  };
  const run = (hours = 0) => sweepFiles(contextOf(fresh), new Date(Date.now() + hours * 3_600_000));

  it('removes old spool files and sets old blobs aside that nobody wants; young ones and wanted ones stay', async () => {
    const [youngSpool, oldSpool] = [join(fresh.store.incoming, 'young'), join(fresh.store.incoming, 'old')];
    await writeFile(youngSpool, 'x');
    await writeFile(oldSpool, 'x');
    await old(oldSpool);
    const wanted = await enterLetter(fresh, agency);
    await old(fresh.store.pathOf(wanted.sha256));
    const young = await fresh.store.put(Buffer.from('young blob'));
    const orphan = await fresh.store.put(Buffer.from('orphan blob'));
    await old(fresh.store.pathOf(orphan.sha256));
    expect(await run()).toMatchObject({ spoolFiles: 1, setAside: 1, broughtBack: 0, removed: 0 });
    expect([existsSync(youngSpool), existsSync(oldSpool)]).toEqual([true, false]);
    expect([wanted, young, orphan].map(({ sha256 }) => existsSync(fresh.store.pathOf(sha256)))).toEqual([true, true, false]);

    // The same bytes come again before the day is over: the file is found aside and brought back.
    await inAgency(
      fresh.db,
      agency,
      THE_APPLIANCE,
      tx => tx`INSERT INTO blob (agency_id, sha256, size) VALUES (${agency}, decode(${orphan.sha256}, 'hex'), ${orphan.size})`,
    );
    expect(await run()).toMatchObject({ broughtBack: 1, removed: 0 });
    expect((await fresh.store.read(orphan.sha256)).toString()).toBe('orphan blob');
  });

  it('removes for good what nobody wanted for a day', async () => {
    const orphan = await fresh.store.put(Buffer.from('another orphan'));
    await old(fresh.store.pathOf(orphan.sha256));
    expect(await run()).toMatchObject({ setAside: 1 });
    expect(await run()).toMatchObject({ removed: 0 });
    expect(await run(25)).toMatchObject({ removed: 1 });
    expect(await fresh.store.size(orphan.sha256)).toBeNull();
  });
});
