/**
 * Brings the database to the shape this program expects: numbered SQL files, each once, in order, under one advisory lock.
 * The job queue's own tables follow (register/jobs/queues.ts), so that the application's role never needs to create anything.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { type ConnectionOptions, type Database, openDatabase } from './connect.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
// Any constant will do, as long as every Saraban uses the same: two starting at once must wait for each other.
const LOCK = 25640526;

interface Migration {
  name: string;
  text: string;
  sha256: string;
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter(name => /^\d{4}_.*\.sql$/.test(name)).sort();
  return await Promise.all(
    names.map(async name => {
      const text = await readFile(new URL(name, FOLDER), 'utf8');
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Applies what is missing. Safe to run at every start and by several processes at once.
 * @returns the names of the files applied now, in order.
 * @throws Failure `newer-database` when the database was migrated by a newer program, `changed-migration` when a file that was applied has since been changed.
 */
export async function migrate(connection: ConnectionOptions): Promise<{ applied: string[] }> {
  const migrations = await readMigrations();
  const db = openDatabase(connection, { role: 'owner', max: 1, name: 'migrate' });
  try {
    return await db.begin(async tx => {
      await tx`SELECT pg_advisory_xact_lock(${LOCK})`;
      await tx`CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
      const done = new Map(
        (await tx<{ name: string; sha256: string }[]>`SELECT name, sha256 FROM migration`).map(row => [row.name, row.sha256]),
      );
      refuseNewer([...done.keys()], migrations);
      const applied: string[] = [];
      for (const migration of migrations) {
        const before = done.get(migration.name);
        if (before !== undefined && before !== migration.sha256) throw changedMigration(migration.name);
        if (before !== undefined) continue;
        await tx.unsafe(migration.text);
        await tx`INSERT INTO migration (name, sha256) VALUES (${migration.name}, ${migration.sha256})`;
        applied.push(migration.name);
      }
      return { applied };
    });
  } finally {
    await db.end({ timeout: 5 });
  }
}

/**
 * The same refusal without a migration: for a program that joins a database somebody else made ready, perhaps a newer program.
 * @throws Failure `newer-database`
 */
export async function refuseNewerDatabase(connection: ConnectionOptions): Promise<void> {
  const db = openDatabase(connection, { role: 'owner', max: 1, name: 'check' });
  try {
    const [there] = await db<{ there: boolean }[]>`SELECT to_regclass('migration') IS NOT NULL AS there`;
    if (there?.there !== true) return;
    const done = await db<{ name: string }[]>`SELECT name FROM migration ORDER BY name`;
    refuseNewer(
      done.map(row => row.name),
      await readMigrations(),
    );
  } finally {
    await db.end({ timeout: 5 });
  }
}

function refuseNewer(done: string[], migrations: Migration[]): void {
  const known = new Set(migrations.map(migration => migration.name));
  const unknown = done.find(name => !known.has(name));
  if (unknown === undefined) return;
  throw new Failure({
    code: 'newer-database',
    temporary: false,
    message: `the database has the migration ${unknown}, which this program does not know`,
    userMessage: {
      th: 'ฐานข้อมูลนี้สร้างด้วย Saraban รุ่นใหม่กว่าโปรแกรมที่กำลังเปิด โปรดใช้โปรแกรมรุ่นใหม่กว่า',
      en: 'This database was made by a newer Saraban than the one you are starting. Start the newer program.',
    },
  });
}

function changedMigration(name: string): Failure {
  return new Failure({
    code: 'changed-migration',
    temporary: false,
    message: `the migration ${name} was changed after it had been applied`,
    userMessage: {
      th: `ไฟล์ ${name} ถูกแก้ไขหลังจากใช้กับฐานข้อมูลแล้ว โปรดติดตั้งโปรแกรมใหม่ให้ตรงรุ่น`,
      en: `The file ${name} was changed after it had been applied. Install the program again as it was released.`,
    },
  });
}

/** Whether the trigrams of Thai words exist under this database's LC_CTYPE. */
export async function hearsThai(db: Database): Promise<boolean> {
  const [row] = await db<{ trigrams: number }[]>`SELECT cardinality(show_trgm('สำนักงาน')) AS trigrams`;
  return (row?.trigrams ?? 0) > 0;
}
