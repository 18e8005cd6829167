/** SQL of the facts of a letter. The trigger record_fact_changes keeps their history. */
import type { Transaction } from './db/connect.ts';
import type { Facts } from './look/entry-row.ts';

const COLUMNS: Record<keyof Facts, string> = {
  subject: 'subject',
  addressee: 'addressee',
  fromAgency: 'from_agency',
  letterNumber: 'letter_number',
  letterDate: 'letter_date',
  urgency: 'urgency',
  secrecy: 'secrecy',
  circular: 'circular',
  kind: 'kind',
  dueOn: 'due_on',
  remark: 'remark',
};

/** Writes facts and the guesses that remain. @returns the entry's new version */
export async function updateFacts(
  tx: Transaction,
  entryId: string,
  facts: Partial<Facts>,
  guesses: Record<string, unknown>,
): Promise<number> {
  const columns = Object.fromEntries(Object.entries(facts).map(([name, value]) => [COLUMNS[name as keyof Facts], value]));
  const [row] = await tx<{ version: number }[]>`
    UPDATE entry SET ${tx({ ...columns, guesses: tx.json(guesses as never) } as never)} WHERE id = ${entryId} RETURNING version`;
  if (row === undefined) throw new Error(`entry ${entryId} vanished under its lock`);
  return row.version;
}
