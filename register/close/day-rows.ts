/** Rows of the register as a closed day shows them: to everybody who may see days, or to appointed persons alone. Row by row, for a day may hold many. */
import type { Transaction } from '../db/connect.ts';
import type { RegisterName } from '../look/entry-row.ts';
import type { FormRow } from '../print/data.ts';
import { isClosedBook, isReceived } from '../registers.ts';
import type { CutBook } from './cut.ts';
import type { DayAct, DayChange, DayEntry, Withheld } from './day-format.ts';
import { type ChangeMark, type ClosedActRow, type ClosedEntryRow, streamActs, streamChanges, streamEntries } from './queries.ts';

export type Part = 'open' | 'classified';

const hex = (hash: Buffer) => hash.toString('hex');

/** Of an ordinary book: all, the classified withheld; of its classified part those alone. Of a classified book: none in the open part, all in the other. */
export async function* entryRows(tx: Transaction, book: CutBook, part: Part): AsyncGenerator<DayEntry | Withheld<'number'>> {
  const { register } = book;
  if (register === 'office' || (part === 'open' && isClosedBook(register))) return;
  for await (const row of rowsOf(tx, book)) {
    const classified = row.secrecy !== 'normal';
    if (part === 'classified' && !classified && !isClosedBook(register)) continue;
    if (part === 'open' && classified)
      yield { number: row.number, withheld: true, previousHash: hex(row.previousHash), hash: hex(row.hash) };
    else yield dayEntry(row);
  }
}

export async function* actRows(tx: Transaction, book: CutBook, part: Part): AsyncGenerator<DayAct | Withheld<'ordinal'>> {
  const closed = isClosedBook(book.register);
  if ((part === 'open' && closed) || book.lastAct < book.firstAct) return;
  for await (const rows of streamActs(tx, { register: book.register, first: book.firstAct, last: book.lastAct })) {
    for (const row of rows) {
      if (part === 'classified' && !row.classified && !closed) continue;
      if (part === 'open' && row.classified)
        yield { ordinal: row.ordinal, withheld: true, previousHash: hex(row.previousHash), hash: hex(row.hash) };
      else yield dayAct(row);
    }
  }
}

export async function* changeRows(tx: Transaction, mark: ChangeMark, until: Date | null, part: Part): AsyncGenerator<DayChange> {
  for await (const rows of streamChanges(tx, mark, until)) {
    for (const { id: _id, classified, at, ...change } of rows)
      if (classified === (part === 'classified')) yield { ...change, at: at.toISOString() };
  }
}

/** Rows of form 13 or 14. Of a withheld letter the form for everybody has the number and nothing else. */
export async function formRows(tx: Transaction, book: CutBook, part: Part, agency: { nameTh: string }): Promise<FormRow[]> {
  const rows: FormRow[] = [];
  for await (const row of rowsOf(tx, book)) {
    const classified = row.secrecy !== 'normal' && !isClosedBook(book.register);
    if (part === 'open' && classified) rows.push(withheldRow(row));
    else if (part === 'open' || classified || isClosedBook(book.register))
      rows.push(formRow(row, isReceived(book.register as RegisterName), agency));
  }
  return rows;
}

async function* rowsOf(tx: Transaction, book: CutBook): AsyncGenerator<ClosedEntryRow> {
  if (book.register === 'office' || book.last < book.first) return;
  const { register, year, first, last } = book;
  for await (const rows of streamEntries(tx, { register, year, first, last })) yield* rows;
}

function dayEntry(row: ClosedEntryRow): DayEntry {
  return {
    number: row.number,
    previousHash: hex(row.previousHash),
    hash: hex(row.hash),
    id: row.id,
    rawSha256: row.rawSha256 === null ? null : hex(row.rawSha256),
    receivedAt: row.receivedAt.toISOString(),
    enteredAt: row.enteredAt.toISOString(),
    envelopeFrom: row.envelopeFrom,
    fromName: row.fromName,
    fromAddress: row.fromAddress,
    facts: {
      subject: row.subject,
      letterNumber: row.letterNumber,
      letterDate: row.letterDate,
      from: fromOf(row),
      to: row.addressee,
      urgency: row.urgency,
      secrecy: row.secrecy,
      circular: row.circular,
      kind: row.kind,
      dueOn: row.dueOn,
      remark: row.remark,
      state: row.state,
      stateReason: row.stateReason,
      units: row.units,
      movedFrom:
        row.movedRegister === null ? null : { register: row.movedRegister, year: row.movedYear ?? 0, number: row.movedNumber ?? 0 },
    },
  };
}

function dayAct({ previousHash, hash, at, classified: _classified, ...act }: ClosedActRow): DayAct {
  return { ...act, previousHash: hex(previousHash), hash: hex(hash), at: at.toISOString() };
}

/** จาก, as the register's page shows it. */
function fromOf(row: ClosedEntryRow): string {
  return row.fromAgency || row.fromName || row.fromAddress || row.envelopeFrom;
}

function formRow(row: ClosedEntryRow, received: boolean, agency: { nameTh: string }): FormRow {
  const ended = row.state === 'cancelled' || row.state === 'returned' ? { state: row.state, reason: row.stateReason } : null;
  return {
    number: row.number,
    at: received ? row.receivedAt : row.enteredAt,
    letterNumber: row.letterNumber,
    letterDate: row.letterDate,
    from: fromOf(row) || (received ? '' : agency.nameTh),
    to: row.addressee || (received ? agency.nameTh : ''),
    subject: row.subject,
    action: row.units.join(', '),
    remark: row.remark,
    ended: ended as FormRow['ended'],
  };
}

const WITHHELD = '(หนังสือชั้นความลับ)';

function withheldRow(row: ClosedEntryRow): FormRow {
  return {
    number: row.number,
    at: row.enteredAt,
    letterNumber: '',
    letterDate: null,
    from: '',
    to: '',
    subject: WITHHELD,
    action: '',
    remark: '',
    ended: null,
  };
}
