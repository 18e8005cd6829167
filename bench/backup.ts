/**
 * How long a night takes, the first and the second with a hundred new letters, beside restic on the same data and target in one run: for many letters, and for a
 * database of many entries. restic cannot read a database, so its time holds what it needs to: every table written out by PostgreSQL itself (COPY … TO a file, the
 * fastest way there is). Ours makes, encrypts and sends the copy; the proof, which restic has no like of, is timed by itself.
 */
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDatabase } from '../register/db/connect.ts';
import { openFolderStore } from '../register/store/folder.ts';
import { addBlobs, addEntries } from './backup-data.ts';
import type { NightFigure } from './backup-one.ts';
import { type Bench, withBench } from './setting.ts';

const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 1_000_000);
const BLOBS = Number(process.env.BENCH_BLOBS ?? 20_000);
const NEW_LETTERS = 100;
const ONE = fileURLToPath(new URL('./backup-one.ts', import.meta.url));
const run = promisify(execFile);

interface Peer {
  seconds: number;
  peakMiB: number;
}

export async function benchBackup(): Promise<void> {
  const rows: Record<string, string | number>[] = [];
  for (const [name, blobs, entries] of [
    [`${BLOBS} letters`, BLOBS, 1_000],
    [`${ENTRIES} entries`, 0, ENTRIES],
  ] as const) {
    await withBench(async bench => {
      const owner = openDatabase(bench.connection, { role: 'owner', max: 2, name: 'bench' });
      const store = await openFolderStore(join(bench.folder, 'blobs'));
      await addEntries(owner, bench, store, 1, entries);
      await addBlobs(owner, bench, store, 0, blobs);
      await owner.unsafe('ANALYZE');
      const copies = join(bench.folder, 'there');
      const peer = restic(bench);
      await mkdir(copies);
      for (const night of ['first', 'second'] as const) {
        if (night === 'second') {
          await addEntries(owner, bench, store, entries + 1, NEW_LETTERS);
          await addBlobs(owner, bench, store, blobs, NEW_LETTERS);
        }
        const theirs = await peer();
        const ours = await one('copy', bench, copies);
        rows.push({
          data: name,
          night,
          s: ours.seconds.toFixed(1),
          'restic s': theirs?.seconds.toFixed(1) ?? '-',
          'of restic': theirs === null ? '-' : (ours.seconds / theirs.seconds).toFixed(2),
          'sent MB': (ours.newBytes / 1e6).toFixed(1),
          'peak MiB': Math.round(ours.peakMiB),
          'restic peak MiB': theirs === null ? '-' : Math.round(theirs.peakMiB),
        });
        if (night === 'first') continue;
        const proof = await one('proof', bench, copies, ours.copyId);
        if (proof.outcome !== 'proven') throw new Error(`the proof says ${proof.outcome}`);
        rows.push({ data: name, night: 'its proof', s: proof.seconds.toFixed(1), 'peak MiB': Math.round(proof.peakMiB) });
      }
      await owner.end();
    });
  }
  console.table(rows);
  console.log(
    'of restic: our time divided by theirs, below 1.00 we are faster. The proof fetches everything back, restores it and verifies it; restic has none.',
  );
}

async function one(what: 'copy' | 'proof', bench: Bench, place: string, copyId = ''): Promise<NightFigure> {
  const { stdout } = await run(process.execPath, [ONE, what, bench.folder, place, JSON.stringify(bench.connection), copyId], {
    maxBuffer: 1 << 20,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as NightFigure;
}

/** @returns one backup by restic, or null without it */
function restic(bench: Bench): () => Promise<Peer | null> {
  const there = spawnSync('restic', ['version'], { stdio: 'ignore' }).status === 0;
  if (!there) {
    console.log('restic is not installed: apt-get install restic');
    return async () => null;
  }
  const dump = join(bench.folder, 'dump');
  const env = {
    ...process.env,
    RESTIC_REPOSITORY: join(bench.folder, 'restic'),
    RESTIC_PASSWORD: 'bench',
    RESTIC_CACHE_DIR: join(bench.folder, 'restic-cache'),
  };
  let begun = false;
  return async () => {
    if (!begun) await run('restic', ['init', '--repository-version', '2'], { env });
    begun = true;
    const owner = openDatabase(bench.connection, { role: 'owner', max: 1, name: 'bench' });
    await mkdir(dump, { recursive: true });
    // PostgreSQL writes these files, as a user of its own.
    await chmod(bench.folder, 0o711);
    await chmod(dump, 0o777);
    const began = performance.now();
    const tables = await owner<
      { name: string }[]
    >`SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`;
    for (const { name } of tables) await owner.unsafe(`COPY "${name}" TO '${join(dump, name)}'`);
    // GNU time says the memory of a child; without it there is none to say.
    const { stderr } = await run('/usr/bin/time', ['-f', 'peak %M', 'restic', 'backup', '--quiet', join(bench.folder, 'blobs'), dump], {
      env,
      maxBuffer: 1 << 20,
    });
    const seconds = (performance.now() - began) / 1000;
    await owner.end();
    await rm(dump, { recursive: true, force: true });
    return { seconds, peakMiB: Number(/peak (\d+)/.exec(stderr)?.[1] ?? 0) / 1024 };
  };
}
