/** The address book from and to a CSV file. From web/office/correspondents.ts and cli/book.ts. An import is taken whole or not at all. */
import { v7 as uuidv7 } from 'uuid';
import { may } from '../access.ts';
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import type { ActOutcome, Fault, Officer, RegisterContext } from '../officer.ts';
import { type CorrespondentFields, checkCorrespondent, MOST_ADDRESSES } from './correspondent.ts';
import { type LineFault, readBook, writeBook } from './csv.ts';
import { checkFree } from './keep.ts';
import { insertCorrespondent, lockBook, selectByName, selectList, updateCorrespondent } from './queries.ts';

export interface Imported {
  added: number;
  changed: number;
  same: number;
}

const MOST_FAULTS = 100;

/**
 * Takes a file over. A row whose name is in the book changes that agency: cells that are filled in replace, addresses are added to; empty cells leave what is there.
 * @returns 'invalid' with faults whose field is 'line 7', or 'file', when anything is wrong; then nothing was written
 */
export async function importBook(context: RegisterContext, officer: Officer, bytes: Buffer): Promise<ActOutcome<Imported>> {
  if (!may(officer, 'manage-correspondents')) return { outcome: 'forbidden' };
  const read = readBook(bytes);
  if (read.outcome === 'faults') return { outcome: 'invalid', faults: read.faults.map(asFault) };
  // The transaction is given up by this, so that a file with one fault changes nothing.
  const faults: Fault[] = [];
  class Wrong extends Error {}
  try {
    return await actInOffice<Imported>(context, officer, 'manage-correspondents', async (tx, at) => {
      faults.length = 0;
      await lockBook(tx, officer.agencyId);
      const count: Imported = { added: 0, changed: 0, same: 0 };
      for (const { line, fields: typed } of read.rows) {
        const checks = new Checks();
        const fields = checkCorrespondent(checks, typed);
        const before = fields.nameTh === '' ? null : await selectByName(tx, fields.nameTh);
        const id = before?.id ?? uuidv7();
        const merged = before === null ? fields : merge(before, fields);
        if (merged.addresses.length > MOST_ADDRESSES)
          checks.fault('addresses', `ที่อยู่เกิน ${MOST_ADDRESSES} รายการ`, `More than ${MOST_ADDRESSES} addresses.`);
        await checkFree(tx, checks, merged, id);
        faults.push(...checks.faults.map(({ message }) => asFault({ line, message })));
        if (faults.length >= MOST_FAULTS) break;
        if (checks.faults.length > 0) continue;
        if (before === null) await insertCorrespondent(tx, officer.agencyId, { ...merged, id, source: 'imported', at, by: officer.name });
        else if (!equal(before, merged))
          await updateCorrespondent(tx, officer.agencyId, {
            ...merged,
            id,
            source: before.source === 'typed' ? 'typed' : 'imported',
            at,
            by: officer.name,
          });
        if (before === null) count.added++;
        else if (equal(before, merged)) count.same++;
        else count.changed++;
      }
      if (faults.length > 0) throw new Wrong();
      await insertAct(tx, officer, at, { register: 'office', kind: 'correspondents-imported', detail: { ...count } });
      return { outcome: 'done', ...count };
    });
  } catch (error) {
    if (error instanceof Wrong) return { outcome: 'invalid', faults };
    throw error;
  }
}

function asFault({ line, message }: LineFault): Fault {
  return { field: line === 0 ? 'file' : `line ${line}`, message };
}

function merge(before: CorrespondentFields, given: CorrespondentFields): CorrespondentFields {
  return {
    nameTh: before.nameTh,
    nameEn: given.nameEn || before.nameEn,
    code: given.code || before.code,
    domain: given.domain || before.domain,
    phone: given.phone || before.phone,
    officer: given.officer || before.officer,
    addresses: [...new Set([...before.addresses, ...given.addresses])].sort(),
  };
}

function equal(one: CorrespondentFields, other: CorrespondentFields): boolean {
  const names = ['nameEn', 'code', 'domain', 'phone', 'officer'] as const;
  return names.every(name => one[name] === other[name]) && one.addresses.join(' ') === other.addresses.join(' ');
}

/** The whole book as CSV, UTF-8 with a byte order mark. */
export async function exportBook(db: Database, officer: Officer): Promise<string | null> {
  if (!may(officer, 'manage-correspondents')) return null;
  return await inAgency(db, officer.agencyId, officer, async tx => writeBook(await selectList(tx, [], null, 1_000_000)));
}
