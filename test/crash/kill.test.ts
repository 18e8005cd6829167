/**
 * kill -9 of the gateway, of PostgreSQL, of everything, at random moments under load (I1, I2, I3, I4, I6): every 250 has its entry, its bytes and its
 * number; no gap, no second number; what got no 250 gets the same number when it is sent again; then `verify`.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFolderStore } from '../../register/store/folder.ts';
import { type Appliance, gone, kill, startAppliance, testFolder } from '../appliance.ts';
import { startSender } from './load.ts';

const TO = 'saraban@tambon.example';
let place: Awaited<ReturnType<typeof testFolder>>;
let appliance: Appliance;

beforeAll(async () => {
  place = await testFolder();
  appliance = await startAppliance(place.folder);
});
afterAll(async () => {
  await appliance.stop();
  await place.remove();
});

/** Waits until so many more letters were promised: the moment of the kill depends on the load, not on a clock. */
async function until(promised: unknown[], more: number): Promise<void> {
  const goal = promised.length + more;
  while (promised.length < goal) await new Promise(resolve => setTimeout(resolve, 5));
}

async function holdAgainstRegister(promised: { sha256: string; number: number; year: number }[]): Promise<void> {
  const owner = await appliance.owner();
  const rows = await owner<
    { sha256: string; number: number; year: number }[]
  >`SELECT encode(raw_sha256, 'hex') AS sha256, number, year FROM entry ORDER BY number`;
  expect(rows.map(row => row.number)).toEqual(rows.map((_, index) => index + 1));
  const byHash = new Map(rows.map(row => [row.sha256, row]));
  expect(byHash.size).toBe(rows.length);
  const store = await openFolderStore(join(place.folder, 'blobs'));
  for (const promise of promised) {
    expect(byHash.get(promise.sha256)).toMatchObject({ number: promise.number, year: promise.year });
    expect(
      createHash('sha256')
        .update(await store.read(promise.sha256))
        .digest('hex'),
    ).toBe(promise.sha256);
  }
  expect((await appliance.verify()).faults).toEqual([]);
}

describe('killed under load', () => {
  it('keeps every promise when the gateway is killed, again and again', async () => {
    const sender = startSender({ connections: 6, to: TO, name: 'gateway', portNow: () => appliance.smtpPort });
    for (let round = 0; round < 4; round++) {
      await until(sender.promised, 10 + Math.floor(Math.random() * 25));
      kill(appliance.pids().gateway);
    }
    await until(sender.promised, 10);
    await sender.finish();
    await holdAgainstRegister(sender.promised);
  });

  it('keeps every promise when PostgreSQL is killed', async () => {
    const sender = startSender({ connections: 6, to: TO, name: 'postgres', portNow: () => appliance.smtpPort });
    for (let round = 0; round < 2; round++) {
      await until(sender.promised, 10 + Math.floor(Math.random() * 25));
      kill(appliance.pids().postgres);
    }
    await until(sender.promised, 10);
    await sender.finish();
    await holdAgainstRegister(sender.promised);
  });

  it('keeps every promise when everything is killed at once and started again', async () => {
    const sender = startSender({ connections: 6, to: TO, name: 'all', portNow: () => appliance.smtpPort });
    for (let round = 0; round < 2; round++) {
      await until(sender.promised, 10 + Math.floor(Math.random() * 25));
      const { supervisor, gateway, worker, web, night, postgres } = appliance.pids();
      const all = [supervisor, ...gateway, ...worker, ...web, ...night, ...postgres];
      kill(all);
      await gone(all);
      appliance = await startAppliance(place.folder);
    }
    await until(sender.promised, 10);
    await sender.finish();
    await holdAgainstRegister(sender.promised);
  });

  it('recovers when the supervisor alone is killed', async () => {
    const { supervisor, gateway, worker, web, night } = appliance.pids();
    kill([supervisor]);
    await gone([supervisor, ...gateway, ...worker, ...web, ...night]);
    appliance = await startAppliance(place.folder);
    const sender = startSender({ connections: 2, to: TO, name: 'supervisor', portNow: () => appliance.smtpPort });
    await until(sender.promised, 5);
    await sender.finish();
    await holdAgainstRegister(sender.promised);
  });

  it('acknowledges each letter at most once, and settles every one, when the worker is killed meanwhile', async () => {
    const owner = await appliance.owner();
    const [open] = await owner<
      { count: number }[]
    >`SELECT count(*)::integer AS count FROM acknowledgement WHERE state IN ('waiting', 'queued')`;
    expect(open).toBeDefined();
    for (let round = 0; round < 3; round++) {
      kill(appliance.pids().worker);
      await expect.poll(() => appliance.pids().worker.length, { timeout: 20_000 }).toBe(1);
    }
    await expect
      .poll(async () => (await owner`SELECT 1 FROM acknowledgement WHERE state IN ('waiting', 'queued') LIMIT 1`).length, {
        timeout: 180_000,
        interval: 500,
      })
      .toBe(0);
    const twice = await owner`SELECT entry_id FROM mail WHERE kind = 'acknowledgement' GROUP BY entry_id HAVING count(*) > 1`;
    expect(twice).toHaveLength(0);
    const [sent] = await owner<
      { count: number }[]
    >`SELECT count(*)::integer AS count FROM mail WHERE kind = 'acknowledgement' AND state = 'sent'`;
    expect((await readdir(join(place.folder, 'outbox'), { recursive: true })).filter(name => name.endsWith('.eml'))).toHaveLength(
      sent?.count ?? -1,
    );
  }, 240_000);
});
