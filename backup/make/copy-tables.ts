/**
 * The tables of the snapshot, cut into pieces; those that places lack go into packs. Pieces wait for each other until there is a batch, so that asking
 * who has them is a query a batch and not one a piece.
 */
import { readFile } from 'node:fs/promises';
import type { Transaction } from '../../register/db/connect.ts';
import { cutIntoPieces } from '../db/pieces.ts';
import { copyOut, selectRows, type TableShape, tableShapes } from '../db/tables.ts';
import type { Manifest, ObjectRef, TableCopy } from '../format.ts';
import type { Place } from '../place/place.ts';
import type { CopyContext } from './context.ts';
import type { Packer } from './packer.ts';
import type { ProgressKeeper } from './progress.ts';
import { exportSnapshot, selectHeld, selectMigrations, selectTableSizes, useSnapshot } from './queries.ts';

const BATCH_BYTES = 32 * 1024 * 1024;
const MIGRATIONS = new URL('../../register/db/migrations/', import.meta.url);

export interface CopiedTables {
  tables: TableCopy[];
  migrations: Manifest['migrations'];
  /** The text of each migration, for the night file. */
  schema: { name: string; text: Buffer }[];
  newPieces: number;
}

// More would only wait for the disk and for the one thread that packs.
const READERS = 3;
// What the copy needs besides: the maker's own connection, and one for questions and progress.
const OTHER_CONNECTIONS = 2;

/** @param tx - the snapshot; other connections of the pool, where it has them, read other tables in the same snapshot meanwhile */
export async function copyTables(
  context: Pick<CopyContext, 'db' | 'signal'>,
  tx: Transaction,
  packer: Packer,
  places: Place[],
  progress: ProgressKeeper,
): Promise<CopiedTables> {
  const batch = openBatch(context, packer, places, progress);
  const shapes = await tableShapes(tx);
  const tables = await readTables(context, tx, shapes, batch);
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

type Batch = ReturnType<typeof openBatch>;

async function readTables(
  context: Pick<CopyContext, 'db' | 'signal'>,
  tx: Transaction,
  shapes: TableShape[],
  batch: Batch,
): Promise<TableCopy[]> {
  const sizes = new Map((await selectTableSizes(tx)).map(row => [row.name, row.bytes]));
  // The largest first, so that none is left to be read alone at the end.
  const waiting = [...shapes].sort((a, b) => (sizes.get(b.name) ?? 0) - (sizes.get(a.name) ?? 0));
  const done = new Map<string, TableCopy>();
  let failed = false;
  const readSome = async (reader: Transaction) => {
    try {
      for (let shape = waiting.shift(); shape !== undefined && !failed; shape = waiting.shift()) {
        context.signal?.throwIfAborted();
        const { rows, pieces } = await cutIntoPieces(copyOut(reader, selectRows(shape)), (piece, sha256) => {
          if (failed) throw new Error('another table could not be read');
          return batch.add({ sha256, size: piece.length }, piece);
        });
        done.set(shape.name, { name: shape.name, columns: shape.columns, key: shape.key, rows, pieces });
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const beside = Math.max(0, Math.min(READERS - 1, (context.db.options.max ?? 0) - OTHER_CONNECTIONS));
  const snapshot = beside === 0 ? null : await exportSnapshot(tx);
  const others = Array.from({ length: beside }, () =>
    context.db.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async reader => {
      await useSnapshot(reader, snapshot as string);
      await readSome(reader);
    }),
  );
  // All have to end before the snapshot does, and before what they packed is given up; the first error is the reason, the others follow from it.
  let reason: { error: unknown } | null = null;
  await Promise.all(
    [readSome(tx), ...others].map(reading =>
      reading.catch(error => {
        reason ??= { error };
      }),
    ),
  );
  if (reason !== null) throw (reason as { error: unknown }).error;
  return shapes.map(shape => done.get(shape.name) as TableCopy);
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
  // Several readers bring pieces, and a pack is written by one at a time.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    add: (object: ObjectRef, bytes: Buffer) =>
      inTurn(async () => {
        waiting.push({ object, bytes });
        size += bytes.length;
        if (size >= BATCH_BYTES) await flush();
      }),
    flush: () => inTurn(flush),
    lacking: () => packed.size,
  };
}
