/**
 * Puts a copy of changes into a register that was restored from the night it continues (and from the copies of changes before it).
 * backup/restore fetches, decrypts and checks the file; this writes the rows. The blobs are the caller's to put into the store: `blobsIn` names them.
 */
import { Readable } from 'node:stream';
import type { Database, Transaction } from '../../register/db/connect.ts';
import { codeOf } from '../../register/failure.ts';
import { copyIn, LoadFault, piecesOf } from '../db/load.ts';
import type { Manifest, ObjectRef } from '../format.ts';
import { AFTER_CHANGES, applyTable, BEFORE_CHANGES, setSequence } from './apply-sql.ts';

/**
 * All in one transaction: after a fault the register is as it was.
 * @param db - as the tables' owner; no superuser needed
 * @param readObject - the bytes of one of the file's objects; they are hashed again here
 * @throws LoadFault naming the table or the piece that is not as the manifest says
 */
export async function applyChanges(db: Database, manifest: Manifest, readObject: (sha256: string) => Promise<Buffer>): Promise<void> {
  if (manifest.kind !== 'changes') throw new LoadFault(`copy ${manifest.id}`, 'is not a copy of changes');
  await db.begin(async tx => {
    await tx.unsafe(BEFORE_CHANGES);
    for (const table of manifest.tables) await applyTo(tx, table, readObject);
    for (const sequence of manifest.sequences) await tx.unsafe(setSequence(sequence));
    try {
      await tx.unsafe(AFTER_CHANGES);
    } catch (error) {
      throw new LoadFault(`copy ${manifest.id}`, `does not fit the register it was applied to (${codeOf(error) || 'unknown'})`, error);
    }
  });
}

async function applyTo(tx: Transaction, table: Manifest['tables'][number], readObject: (sha256: string) => Promise<Buffer>): Promise<void> {
  const { prepare, copyCame, copyGone, replace } = applyTable(table);
  let rows = 0;
  const count = (lines: number) => {
    rows += lines;
  };
  try {
    await tx.unsafe(prepare);
    await copyIn(tx, copyCame, table.name, piecesOf(table, { tables: [table], sequences: [], readPiece: readObject }, count));
    const gone = (table.deleted ?? []).map(line => `${line}\n`).join('');
    if (gone !== '') await copyIn(tx, copyGone, table.name, Readable.from([Buffer.from(gone, 'utf8')]));
    await tx.unsafe(replace);
  } catch (error) {
    throw error instanceof LoadFault
      ? error
      : new LoadFault(`table ${table.name}`, `its rows cannot be replaced (${codeOf(error) || 'unknown'})`, error);
  }
  if (rows !== table.rows) throw new LoadFault(`table ${table.name}`, `has ${rows} rows, the copy says ${table.rows}`);
}

/** The blobs that came with a copy of changes, from its rows of the table blob; each is one of the file's objects. */
export async function blobsIn(manifest: Manifest, readObject: (sha256: string) => Promise<Buffer>): Promise<ObjectRef[]> {
  const table = manifest.tables.find(one => one.name === 'blob');
  if (table === undefined) return [];
  const [hash, size] = [table.columns.indexOf('sha256'), table.columns.indexOf('size')];
  const blobs = new Map<string, ObjectRef>();
  for (const piece of table.pieces) {
    for (const line of (await readObject(piece.sha256)).toString('utf8').split('\n')) {
      const fields = line.split('\t');
      // bytea in COPY's text format: \\x and hex digits.
      const sha256 = (fields[hash] ?? '').replace(/^\\\\x/, '');
      if (/^[0-9a-f]{64}$/.test(sha256)) blobs.set(sha256, { sha256, size: Number(fields[size]) });
    }
  }
  return [...blobs.values()];
}
