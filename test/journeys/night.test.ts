/**
 * A night of the real appliance: its process is killed in the middle of the first copy and heals; at two o'clock the next is made, proven and shown;
 * what comes in after that follows within the minutes.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../register/db/connect.ts';
import { type Appliance, kill, startAppliance } from '../appliance.ts';

// Long enough before two for a copy, its death and its repair, also where each process takes seconds to begin.
const START = '2026-11-23T01:59:40+07:00';
const TWO = new Date('2026-11-23T02:00:00+07:00');
const PATIENCE = { timeout: 90_000, interval: 200 };
const ENTRY = join(import.meta.dirname, '../../cli/saraban.js');

let home: string;
let appliance: Appliance;
let db: Database;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'saraban-night-'));
  const settings = {
    SARABAN_BACKUP_PLACES: join(home, 'nas'),
    // So slow that the first copy takes seconds: time enough to be killed in its middle.
    SARABAN_BACKUP_BANDWIDTH: '60K',
    SARABAN_BACKUP_EVERY: '1',
    SARABAN_CLOCK: START,
    SARABAN_TEST: '1',
  };
  appliance = await startAppliance(join(home, 'data'), settings);
  db = await appliance.owner();
}, 60_000);
afterAll(async () => {
  await appliance.stop();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

interface Row {
  id: string;
  state: string;
  began: Date;
  at: string | null;
}

async function nights(): Promise<Row[]> {
  return await db<Row[]>`
    SELECT id, state, began_at AS began, (SELECT p.state FROM copy_at_place p WHERE p.copy_id = copy.id) AS at FROM copy WHERE kind = 'whole' ORDER BY began_at`;
}

async function backup(...args: string[]): Promise<Record<string, unknown>> {
  const env = { ...process.env, SARABAN_DATA: appliance.folder, SARABAN_CONF: '/dev/null', SARABAN_BACKUP_PLACES: join(home, 'nas') };
  const { stdout } = await promisify(execFile)(process.execPath, [ENTRY, 'backup', ...args, '--json'], { env });
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('killed in the middle of a copy, the next run makes it whole and proves it', { timeout: 100_000 }, async () => {
  await expect
    .poll(async () => (await db`SELECT FROM copy WHERE state = 'running' AND step IN ('letters', 'sending')`).length, PATIENCE)
    .toBe(1);
  expect((await fetch(`${appliance.webUrl}/healthz/backup`)).status).toBe(503);
  const [before] = appliance.pids().night;
  kill(appliance.pids().night);
  await expect.poll(async () => (await nights()).find(night => night.at === 'proven')?.state, PATIENCE).toBe('made');
  expect((await nights()).map(night => night.state).sort()).toEqual(['failed', 'made']);
  expect(appliance.pids().night).not.toContain(before);
  // The place holds one night: half a copy is none.
  expect(await readdir(join(home, 'nas', 'nights'))).toHaveLength(1);
});

test('at two o’clock a copy is made, proven, and shown', { timeout: 100_000 }, async () => {
  const atTwo = async () => (await nights()).find(night => night.began >= TWO);
  await expect.poll(async () => (await atTwo())?.at, PATIENCE).toBe('proven');
  const night = await atTwo();
  const health = async () => {
    const response = await fetch(`${appliance.webUrl}/healthz/backup`);
    return [response.status, await response.json()];
  };
  await expect
    .poll(health, PATIENCE)
    .toEqual([
      200,
      { state: 'proven', lastProven: expect.any(String), ageHours: expect.any(Number), copy: night?.id, reason: null, alarms: [] },
    ]);
  const listed = await backup('list');
  expect(listed).toMatchObject({
    copies: expect.arrayContaining([
      expect.objectContaining({ id: night?.id, state: 'made', places: [expect.objectContaining({ state: 'proven' })] }),
    ]),
    places: [expect.objectContaining({ proven: night?.id })],
  });
  const certificates =
    await db`SELECT agency_id FROM certificate WHERE copy_id = ${night?.id ?? ''} AND outcome = 'proven' ORDER BY agency_id`;
  expect(certificates.map(row => row.agency_id)).toEqual([0, 1]);
});

test('what is written after the night is in the place within the minutes', { timeout: 100_000 }, async () => {
  await db`UPDATE agency SET phone = '02 000 0000' WHERE id = 1`.catch(() => db`UPDATE agency SET name_en = 'Changed' WHERE id = 1`);
  const since = (await nights()).at(-1)?.id ?? '';
  await expect
    .poll(
      async () =>
        (
          await db`SELECT FROM copy c JOIN copy_at_place p ON p.copy_id = c.id WHERE c.kind = 'changes' AND c.base_id = ${since} AND p.state = 'sent'`
        ).length,
      PATIENCE,
    )
    .toBeGreaterThan(0);
  expect((await readdir(join(home, 'nas', 'minutes', since))).length).toBeGreaterThan(0);
  expect((await appliance.verify()).faults).toEqual([]);
});
