/** SQL of the mail templates: the agency's own versions. */
import type { Transaction } from '../db/connect.ts';

export interface TemplateVersion {
  version: number;
  subject: string;
  bodyText: string;
  bodyHtml: string;
}

/** The newest version of the current agency, or null when it never edited this one. */
export async function selectNewestTemplate(tx: Transaction, name: string): Promise<TemplateVersion | null> {
  const [row] = await tx<TemplateVersion[]>`
    SELECT version, subject, body_text AS "bodyText", body_html AS "bodyHtml" FROM template
    WHERE agency_id = current_agency() AND name = ${name} ORDER BY version DESC LIMIT 1`;
  return row ?? null;
}
