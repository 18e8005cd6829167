/** SQL of scan-message.ts. */
import type { Transaction } from '../db/connect.ts';
import type { RegisterName } from '../look/entry-row.ts';

export interface MessageToScan {
  id: string;
  sha256: string;
  entryId: string | null;
  register: RegisterName | null;
  scan: 'none' | 'clean' | 'infected' | 'not-scanned';
}

export async function selectMessageToScan(tx: Transaction, messageId: string): Promise<MessageToScan | null> {
  const [row] = await tx<MessageToScan[]>`
    SELECT m.id, encode(m.sha256, 'hex') AS sha256, m.entry_id AS "entryId", e.register, m.scan
    FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
    WHERE m.id = ${messageId} AND m.disposition <> 'duplicate'`;
  return row ?? null;
}

export async function lockMessageToScan(tx: Transaction, messageId: string): Promise<MessageToScan | null> {
  await tx`SELECT id FROM message WHERE id = ${messageId} FOR UPDATE`;
  return await selectMessageToScan(tx, messageId);
}

/** What is to be seen on the letter's page goes among the notes of its intake, which a later reading does not replace; one note of the scanner at a time. */
export async function updateScan(
  tx: Transaction,
  messageId: string,
  scan: { result: 'clean' | 'infected' | 'not-scanned'; name: string; at: Date },
): Promise<void> {
  const notes = scan.result === 'clean' ? [] : [{ code: scan.result, detail: scan.name }];
  await tx`
    UPDATE message SET intake_notes = (SELECT coalesce(jsonb_agg(n), '[]') FROM jsonb_array_elements(intake_notes) AS n WHERE n->>'code' NOT IN ('infected', 'not-scanned'))
        || ${tx.json(notes)}, scan = ${scan.result}, scan_name = ${scan.name}, scanned_at = ${scan.at}, attention = attention OR ${scan.result === 'infected'}
    WHERE id = ${messageId}`;
}
