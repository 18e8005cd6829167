/** The log of openings (I10). The page and the API call it before they hand out the letter or its bytes. */

import { may } from '../access.ts';
import { isId } from '../checks.ts';
import { inAgency } from '../db/transaction.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { insertAct, lockEntry } from './queries.ts';

/** Logs that a letter was opened, and by which door. Everybody who may look is logged, auditors too. */
export async function openedEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; what: 'page' | 'raw' | 'attachment' | 'api'; attachmentId?: string | undefined },
): Promise<ActOutcome> {
  if (!isId(input.entryId) || (input.attachmentId !== undefined && !isId(input.attachmentId))) return { outcome: 'not-found' };
  return await inAgency(context.db, officer.agencyId, officer, async tx => {
    const entry = await lockEntry(tx, officer, input.entryId);
    if (entry === null) return { outcome: 'not-found' };
    if (!may(officer, 'open-letter')) return { outcome: 'forbidden' };
    const detail = { what: input.what, ...(input.attachmentId === undefined ? {} : { attachmentId: input.attachmentId }) };
    await insertAct(tx, officer, context.now(), { register: entry.register, entryId: entry.id, kind: 'opened', detail });
    return { outcome: 'done' };
  });
}
