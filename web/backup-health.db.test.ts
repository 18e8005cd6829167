/** What an outside monitor hears of the copies: never well when nothing is proven, and never a figure of an agency. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrinter } from '../register/print/print.ts';
import { type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { backupHealth } from './backup-health.ts';
import type { WebContext } from './context.ts';
import { createMetrics } from './metrics.ts';

const CUT = new Date('2026-11-22T19:00:00Z');
const COPY = '20261122T190000Z-0000abcd';
const NAS = { kind: 'folder' as const, path: '/mnt/nas' };
let fresh: FreshDatabase;
let now = new Date('2026-11-22T20:00:00Z');

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.close());

function context(places = [NAS], maxAgeHours = 26): WebContext {
  const settings = { host: '', webPort: 0, webUrl: '', data: '', ownNetworks: [], backup: { places, at: '02:00', maxAgeHours } };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const printer = createPrinter();
  return {
    printer,
    db: fresh.db,
    jobs: fresh.jobs,
    store: fresh.store,
    now: () => now,
    settings,
    log,
    readiness: async () => ({ ready: true, parts: {} }),
  };
}

async function certificate(outcome: 'proven' | 'failed', copy: string, cutAt: Date): Promise<void> {
  const { sha256, size } = await fresh.store.put(Buffer.from(randomUUID()));
  await fresh.owner`INSERT INTO blob (agency_id, sha256, size) VALUES (0, decode(${sha256}, 'hex'), ${size})`;
  await fresh.owner`
    INSERT INTO certificate (agency_id, id, copy_id, place, at, outcome, summary, json_sha256, json_size)
    VALUES (0, ${randomUUID()}, ${copy}, '/mnt/nas', ${new Date(cutAt.getTime() + 60_000)}, ${outcome},
            ${fresh.owner.json({ copyCutAt: cutAt.toISOString(), entries: 5 })}, decode(${sha256}, 'hex'), ${size})`;
}

describe('/healthz/backup', () => {
  it('is not well without a place, nor before anything is proven', async () => {
    expect(await backupHealth(context([]))).toMatchObject({
      healthy: false,
      state: 'no-place',
      reason: { en: expect.stringMatching(/^no-place: /) },
    });
    expect(await backupHealth(context())).toMatchObject({
      healthy: false,
      state: 'none',
      copy: null,
      ageHours: null,
      reason: { en: expect.stringMatching(/^none: /) },
    });
    const text = await createMetrics(context()).text();
    expect(text).not.toMatch(/^saraban_backup_\w+ /m);
  });

  it('is well while a proven copy is young enough, to the minute', async () => {
    await certificate('proven', COPY, CUT);
    expect(await backupHealth(context())).toEqual({
      healthy: true,
      state: 'proven',
      lastProven: CUT.toISOString(),
      ageHours: 1,
      copy: COPY,
      reason: null,
      alarms: [],
    });
    now = new Date(CUT.getTime() + 26 * 3_600_000);
    expect((await backupHealth(context())).healthy).toBe(true);
    now = new Date(now.getTime() + 60_000);
    expect(await backupHealth(context())).toMatchObject({
      healthy: false,
      state: 'old',
      copy: COPY,
      reason: { th: expect.stringContaining('26'), en: expect.stringMatching(/^old: /) },
    });
  });

  it('a later night that failed is told, while the age of the good one decides', async () => {
    now = new Date(CUT.getTime() + 25 * 3_600_000);
    await certificate('failed', '20261123T190000Z-0000abce', new Date(CUT.getTime() + 24 * 3_600_000));
    await fresh.owner`INSERT INTO night_alarm VALUES ('not-proven', '/mnt/nas', ${now}, ${now}, 'ก', 'a')`;
    const health = await backupHealth(context());
    expect(health).toMatchObject({ healthy: true, state: 'failed', copy: COPY, alarms: ['not-proven'] });
    // Anybody may ask: no place, no count.
    expect(JSON.stringify(health)).not.toMatch(/mnt|entries/);
  });
});

it('/metrics has age, size and duration of the copies', async () => {
  await fresh.owner`INSERT INTO copy (id, kind, state, began_at, cut_at, finished_at, bytes)
                    VALUES (${COPY}, 'whole', 'made', ${CUT}, ${CUT}, ${new Date(CUT.getTime() + 90_000)}, 12345)`;
  await fresh.owner`INSERT INTO copy_at_place (copy_id, place, state, proven_at) VALUES (${COPY}, '/mnt/nas', 'proven', ${CUT})`;
  const text = await createMetrics(context()).text();
  expect(text).toContain(`saraban_backup_last_proven_timestamp_seconds ${CUT.getTime() / 1000}\n`);
  expect(text).toContain(`saraban_backup_last_proven_age_seconds ${25 * 3600}\n`);
  expect(text).toContain('saraban_backup_bytes 12345\n');
  expect(text).toContain('saraban_backup_duration_seconds 90\n');
});
