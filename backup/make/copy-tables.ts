/**
 * The tables of the snapshot, cut into pieces; those that places lack go into packs. Pieces wait for each other until there is a batch, so that asking
 * who has them is a query a batch and not one a piece.
 */
import { readFile } from 'node:fs/promises';
import type { Transaction } from '../../register/db/connect.ts';
import { cutIntoPieces } from '../db/pieces.ts';
import { copyOut, selectRows, tableShapes } from '../db/tables.ts';
import type { Manifest, ObjectRef, TableCopy } from '../format.ts';
import type { Place } from '../place/place.ts';
import type { CopyContext } from './context.ts';
import type { Packer } from './packer.ts';
import type { ProgressKeeper } from './progress.ts';
import { selectHeld, selectMigrations } from './queries.ts';

const BATCH_BYTES = 32 * 1024 * 1024;
const MIGRATIONS = new URL('../../register/db/migrations/', import.meta.url);

export interface CopiedTables {
  tables: TableCopy[];
  migrations: Manifest['migrations'];
  /** The text of each migration, for the night file. */
  schema: { name: string; text: Buffer }[];
  newPieces: number;
}

/** @param tx - the snapshot */
export async function copyTables(
  context: Pick<CopyContext, 'db' | 'signal'>,
  tx: Transaction,
  packer: Packer,
  places: Place[],
  progress: ProgressKeeper,
): Promise<CopiedTables> {
  const batch = openBatch(context, packer, places, progress);
  const tables: TableCopy[] = [];
  for (const shape of await tableShapes(tx)) {
    context.signal?.throwIfAborted();
    const { rows, pieces } = await cutIntoPieces(copyOut(tx, selectRows(shape)), (piece, sha256) =>
      batch.add({ sha256, size: piece.length }, piece),
    );
    tables.push({ name: shape.name, columns: shape.columns, key: shape.key, rows, pieces });
  }
  const schema: CopiedTables['schema'] = [];
  const migrations: CopiedTables['migrations'] = [];
  for (const { name, sha256 } of await selectMigrations(tx)) {
    // migrate() refuses a database whose migrations are not those of the program, so the file is the one that was applied.
    const text = await readFile(new URL(name, MIGRATIONS));
    schema.push({ name, text });
    migrations.push({ name, sha256, size: text.length });
    await batch.add({ sha256, size: text.length }, text);
  }
  await batch.flush();
  return { tables, migrations, schema, newPieces: batch.lacking() };
}

function openBatch(context: Pick<CopyContext, 'db'>, packer: Packer, places: Place[], progress: ProgressKeeper) {
  const names = places.map(place => place.name);
  const all = 2 ** places.length - 1;
  // Pieces of this night that are in a pack already, though no place is noted to have it yet.
  const packed = new Set<string>();
  let waiting: { object: ObjectRef; bytes: Buffer }[] = [];
  let size = 0;

  const flush = async () => {
    if (waiting.length === 0) return;
    const taken = waiting;
    waiting = [];
    size = 0;
    const rows = await selectHeld(
      context.db,
      'tables',
      taken.map(one => one.object.sha256),
      names,
    );
    const held = new Map(rows.map(row => [row.sha256, row.held]));
    const lacking = taken.filter(({ object }) => (held.get(object.sha256) ?? 0) !== all && !packed.has(object.sha256));
    progress.expect(lacking.reduce((sum, one) => sum + one.object.size, 0));
    for (const { object, bytes } of lacking) {
      if (packed.has(object.sha256)) continue;
      packed.add(object.sha256);
      await packer.add(object, held.get(object.sha256) ?? 0, bytes);
    }
  };
  return {
    async add(object: ObjectRef, bytes: Buffer) {
      waiting.push({ object, bytes });
      size += bytes.length;
      if (size >= BATCH_BYTES) await flush();
    },
    flush,
    lacking: () => packed.size,
  };
}
