/**
 * The same letter again under other bytes: the same attachments from the same domain, or the same sender, letter number and letter date. (The same
 * bytes, and the same Message-ID, were seen when it was entered: enter.ts.) Called by finish-reading.ts in its transaction, after attachments and
 * facts are written. The entry keeps its number and is flagged; an officer links or dismisses it (act/duplicate.ts).
 * Which mistake is worse: a duplicate that nobody flagged is worked on twice; a flag too many costs one press.
 */
import { createHash } from 'node:crypto';
import type { Transaction } from './db/connect.ts';
import {
  type DuplicateReason,
  flagEntry,
  lockKey,
  type PartOfSet,
  selectAttachmentParts,
  selectSame,
  selectToCompare,
  updateAttachmentSet,
} from './duplicate-queries.ts';

/** Letters are sent again within days, but a reminder may come a year later with the old letter beneath it. */
const DAYS_APART = 400;
/** A file smaller than this is an empty form, a signature or a calendar entry: many letters carry the same. */
const LEAST_BYTES = 1_024;
/** An image smaller than this is a letterhead or an emblem; a scanned page is larger. */
const LEAST_IMAGE_BYTES = 65_536;

/**
 * Flags the entry when an earlier one looks the same, and later ones that were read before it. A decision that was made stays.
 * @returns how many entries were flagged
 */
export async function flagDuplicates(tx: Transaction, entryId: string): Promise<number> {
  await updateAttachmentSet(tx, entryId, attachmentSet(await selectAttachmentParts(tx, entryId)));
  const entry = await selectToCompare(tx, entryId);
  if (entry === null) return 0;
  const reasons: DuplicateReason[] = [];
  // In this order always, so that two readings with both keys in common do not wait in a circle.
  if (entry.attachmentSet !== null) reasons.push('attachments');
  if (entry.letterNumber !== '') reasons.push('letter-number');
  for (const reason of reasons) {
    await lockKey(tx, entry.agencyId, `${reason} ${reason === 'attachments' ? entry.attachmentSet : entry.letterNumber}`);
  }
  let flagged = 0;
  for (const reason of reasons) {
    for (const pair of await selectSame(tx, entryId, reason, DAYS_APART)) {
      if (await flagEntry(tx, pair, reason)) flagged++;
    }
  }
  return flagged;
}

/** One hash over the set of attachments, whatever their order and names. Null when none of them says much. */
export function attachmentSet(parts: PartOfSet[]): string | null {
  const telling = parts.some(part => part.size > (part.contentType.startsWith('image/') ? LEAST_IMAGE_BYTES : LEAST_BYTES));
  if (!telling) return null;
  return createHash('sha256')
    .update([...new Set(parts.map(part => part.sha256))].sort().join('\n'))
    .digest('hex');
}
