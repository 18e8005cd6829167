/**
 * The part of verify.ts that asks whether the register is still the one that was closed (I11). Somebody with the database's password can alter an entry and make
 * its whole chain anew, and the chain alone holds again; but each closed day has the head it had, in a seal that only the agency's key can sign.
 * Days follow one another by their seals; seal, signature, rows and files say the same; books go on without gap or overlap; each head is the hash in the register.
 */
import { createHash } from 'node:crypto';
import {
  CLASSIFIED_DAY_FILE,
  DAY_FILE,
  type DayFile,
  SEAL_FILE,
  SEAL_FORMAT,
  SEAL_SIGNATURE,
  SEAL_TIMESTAMP,
  type SealFile,
} from './close/day-format.ts';
import {
  type BrokenBook,
  type ClosedDayRow,
  selectBookGaps,
  selectBrokenHeads,
  selectHashes,
  selectUnspokenDays,
  streamClosedDays,
} from './close/verify-queries.ts';
import type { Transaction } from './db/connect.ts';
import { isClosedBook } from './registers.ts';
import { knownKeys } from './seal/keys.ts';
import { checkSignature, readSignature, thingOf } from './seal/signature.ts';
import type { Store } from './store/folder.ts';

export interface DayFault {
  invariant: 'I11';
  /** 'day tambon 2026-11-22', or the entry or act that is another than the one that was closed. */
  object: string;
  problem: string;
}

export interface VerifyDaysInput {
  store: Store;
  /** Codes of the agencies looked at, by id. */
  codes: Map<number, string>;
  only: number | null;
}

/** Reads in verify's snapshot. A seal whose file is not in the store is not read: verify itself names missing files. */
export async function verifyDays(tx: Transaction, input: VerifyDaysInput): Promise<DayFault[]> {
  const faults: DayFault[] = [];
  const codeOf = (agencyId: number) => input.codes.get(agencyId) ?? String(agencyId);
  const fault = (agencyId: number, day: string, problem: string) =>
    faults.push({ invariant: 'I11', object: `day ${codeOf(agencyId)} ${day}`, problem });

  const files = new Map<string, ClosedDayRow['files']>();
  const keys = new Map<number, string[]>();
  let before: ClosedDayRow | null = null;
  for await (const rows of streamClosedDays(tx, input.only)) {
    for (const row of rows) {
      const previous: ClosedDayRow | null = before?.agencyId === row.agencyId ? before : null;
      if (row.ordinal !== (previous?.ordinal ?? 0) + 1)
        fault(row.agencyId, row.day, `is number ${row.ordinal}, after ${previous?.ordinal ?? 0}`);
      if (row.previousSealSha256 !== (previous?.sealSha256 ?? null))
        fault(row.agencyId, row.day, 'does not name the seal of the day before it');
      if (previous !== null && row.day <= previous.day) fault(row.agencyId, row.day, `does not come after ${previous.day}`);
      before = row;
      if (!keys.has(row.agencyId))
        keys.set(
          row.agencyId,
          (await knownKeys(tx, row.agencyId)).map(key => key.fingerprint),
        );
      for (const problem of await sealFaults(row, codeOf(row.agencyId), keys.get(row.agencyId) ?? [], input.store))
        fault(row.agencyId, row.day, problem);
      files.set(
        `${row.agencyId} ${row.ordinal}`,
        row.files.filter(file => file.name === DAY_FILE || file.name === CLASSIFIED_DAY_FILE),
      );
    }
  }

  for (const gap of await selectBookGaps(tx, input.only))
    fault(
      gap.agencyId,
      gap.day,
      `${gap.what} of ${gap.register} ${gap.year} begin at ${gap.first}, the day before it ended before ${gap.expected}`,
    );
  for (const book of await selectBrokenHeads(tx, input.only)) {
    const place = await alteredPlace(tx, book, files.get(`${book.agencyId} ${book.ordinal}`) ?? [], input.store);
    const kind = book.what === 'entries' ? 'entry' : 'act';
    const year = book.what === 'entries' ? `/${book.year}` : '';
    const problem = book.found === null ? 'is gone, though it was closed' : 'is another than the one that was closed';
    faults.push({
      invariant: 'I11',
      object: `${kind} ${codeOf(book.agencyId)} ${book.register} ${place}${year}`,
      problem: `${problem} on ${book.day}`,
    });
  }
  for (const day of await selectUnspokenDays(tx, input.only)) fault(day.agencyId, day.day, day.problem);
  return faults;
}

/** What is wrong with a day's seal, its signature, and the rows that should say the same. */
async function sealFaults(row: ClosedDayRow, code: string, keys: string[], store: Store): Promise<string[]> {
  const bytes = await readIfThere(store, row.sealSha256);
  const signature = await readIfThere(store, row.signatureSha256);
  if (bytes === null || signature === null) return [];
  if (createHash('sha256').update(bytes).digest('hex') !== row.sealSha256) return ['its seal was altered'];
  const faults: string[] = [];
  const signed = checkSignature(readSignature(signature), { ...thingOf(SEAL_FILE, bytes), agencyCode: code }, keys);
  if (signed.outcome !== 'holds') faults.push(`the signature of its seal does not hold (${signed.outcome})`);
  const seal = parsed<SealFile>(bytes);
  if (seal?.format !== SEAL_FORMAT) return [...faults, 'its seal cannot be read'];
  const { agency, day, ordinal, closedAt, previous } = seal;
  if (
    agency !== code ||
    day !== row.day ||
    ordinal !== row.ordinal ||
    closedAt !== row.closedAt.toISOString() ||
    previous !== row.previousSealSha256
  )
    faults.push('its row says another day than its seal');
  if (sorted(seal.books) !== sorted(row.books)) faults.push('its books are not those of its seal');
  const beside = [SEAL_FILE, SEAL_SIGNATURE, SEAL_TIMESTAMP];
  if (sorted(seal.files) !== sorted(row.files.filter(file => !beside.includes(file.name))))
    faults.push('its files are not those of its seal');
  return faults;
}

/** The first entry or act that is not as day.json has it; the last of the book when that cannot be told. */
async function alteredPlace(tx: Transaction, book: BrokenBook, files: ClosedDayRow['files'], store: Store): Promise<number> {
  const name = isClosedBook(book.register) ? CLASSIFIED_DAY_FILE : DAY_FILE;
  const file = files.find(one => one.name === name);
  const bytes = file === undefined ? null : await readIfThere(store, file.sha256);
  const closed =
    bytes === null ? null : parsed<DayFile>(bytes)?.books?.find(one => one.register === book.register && one.year === book.year);
  if (closed === null || closed === undefined) return book.last;
  const rows =
    book.what === 'entries'
      ? closed.entries.rows.map(row => [row.number, row.hash] as const)
      : closed.acts.rows.map(row => [row.ordinal, row.hash] as const);
  const now = await selectHashes(tx, book);
  return rows.find(([place, hash]) => now.get(place) !== hash)?.[0] ?? book.last;
}

async function readIfThere(store: Store, sha256: string): Promise<Buffer | null> {
  return (await store.size(sha256)) === null ? null : await store.read(sha256);
}

function parsed<T>(bytes: Buffer): T | null {
  try {
    return JSON.parse(bytes.toString('utf8')) as T;
  } catch {
    return null;
  }
}

/** Rows in one order with their keys in one order: equal texts say the same. */
function sorted(rows: object[]): string {
  return rows
    .map(row => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))))
    .sort()
    .join('\n');
}
