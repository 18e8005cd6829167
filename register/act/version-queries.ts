/** SQL of rules and templates: versions that are added and never changed. */
import type { Transaction } from '../db/connect.ts';

/** Two administrators who save at once wait here for each other, so that each gets a version of its own. */
async function lockAgency(tx: Transaction, agencyId: number): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(25690001, ${agencyId})`;
}

export async function insertRules(
  tx: Transaction,
  row: { agencyId: number; text: string; savedBy: string; savedAt: Date },
): Promise<number> {
  await lockAgency(tx, row.agencyId);
  const [saved] = await tx<{ version: number }[]>`
    INSERT INTO rule_set (agency_id, version, text, saved_by, saved_at)
    SELECT ${row.agencyId}, coalesce(max(version), 0) + 1, ${row.text}, ${row.savedBy}, ${row.savedAt} FROM rule_set RETURNING version`;
  if (saved === undefined) throw new Error('no version was saved');
  return saved.version;
}

export interface TemplateToInsert {
  agencyId: number;
  name: string;
  subject: string;
  bodyText: string;
  bodyHtml: string;
  savedBy: string;
  savedAt: Date;
}

export async function insertTemplate(tx: Transaction, row: TemplateToInsert): Promise<number> {
  await lockAgency(tx, row.agencyId);
  const [saved] = await tx<{ version: number }[]>`
    INSERT INTO template (agency_id, name, version, subject, body_text, body_html, saved_by, saved_at)
    SELECT ${row.agencyId}, ${row.name}, coalesce(max(version), 0) + 1, ${row.subject}, ${row.bodyText}, ${row.bodyHtml}, ${row.savedBy}, ${row.savedAt}
    FROM template WHERE name = ${row.name} RETURNING version`;
  if (saved === undefined) throw new Error('no version was saved');
  return saved.version;
}

export async function selectNames(tx: Transaction): Promise<{ units: string[]; logins: string[] }> {
  const [row] = await tx<{ units: string[]; logins: string[] }[]>`
    SELECT ARRAY(SELECT code FROM unit WHERE state = 'active') AS units, ARRAY(SELECT login FROM account WHERE state = 'active') AS logins`;
  return row ?? { units: [], logins: [] };
}
