/** The scratch database: gone afterwards, and gone at the next opening when its process was killed. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../register/db/connect.ts';
import { findPostgres } from './postgres/start-postgres.ts';
import { openScratch, scratchHome, sweepScratch } from './scratch-database.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'saraban-scratch-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

describe('a scratch database', () => {
  test('is empty, its own, without flushes, and leaves nothing', async () => {
    const scratch = await openScratch(data, null);
    const db = openDatabase(scratch.connection, { role: 'owner', max: 1, name: 'test' });
    expect(await db`SELECT current_setting('fsync') AS fsync, current_database() AS name`).toMatchObject([
      { fsync: 'off', name: 'scratch' },
    ]);
    expect(await db`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`).toHaveLength(0);
    await db.end();
    // Another proof at the same time takes nothing away.
    await sweepScratch(data, null);
    expect(await readdir(scratchHome(data))).toHaveLength(1);
    const [name = ''] = await readdir(scratchHome(data));
    await scratch.close();
    await scratch.close();
    expect(await readdir(scratchHome(data))).toEqual([]);
    expect(await findPostgres(join(scratchHome(data), name))).toBeNull();
  });

  test('of a killed process is swept, its server too', async () => {
    const script = `import { openScratch } from ${JSON.stringify(new URL('./scratch-database.ts', import.meta.url).href)};
      await openScratch(${JSON.stringify(data)}, null); console.log('open'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>(resolve => child.stdout.once('data', () => resolve()));
    child.kill('SIGKILL');
    await new Promise(resolve => child.once('exit', resolve));
    const [left = ''] = await readdir(scratchHome(data));
    expect(await findPostgres(join(scratchHome(data), left))).not.toBeNull();
    await sweepScratch(data, null);
    expect(await readdir(scratchHome(data))).toEqual([]);
  });

  test('a folder that somebody is just making is left alone, an old one without an owner is not', async () => {
    const home = scratchHome(data);
    await mkdir(join(home, 'young'), { recursive: true });
    await mkdir(join(home, 'old'));
    await writeFile(join(home, 'old', 'piece'), 'x');
    await utimes(join(home, 'old'), new Date(0), new Date(0));
    await sweepScratch(data, null);
    expect(await readdir(home)).toEqual(['young']);
  });
});
