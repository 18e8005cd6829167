/** The public page knows a letter by its code alone, and learns no more than this. */
import type { Database } from '../db/connect.ts';
import { inTransaction, THE_APPLIANCE, useAgency } from '../db/transaction.ts';
import { findByCode, selectPublicEntry } from './public-queries.ts';

export interface PublicEntry {
  agencyTh: string;
  agencyEn: string;
  number: number;
  year: number;
  receivedAt: Date;
  state: 'received' | 'passed-on' | 'being-handled' | 'answered' | 'closed' | 'returned' | 'cancelled';
  /** Of the raw bytes; null for an entry without a received message. */
  sha256: string | null;
  /** Of the agency: how the page writes times and numbers. */
  timeZone: string;
  calendar: 'buddhist' | 'gregory';
  numerals: 'arabic' | 'thai';
}

/** @param code - as written in the acknowledgement; anything that is no code is answered with null */
export async function publicEntry(db: Database, code: string): Promise<PublicEntry | null> {
  const wanted = readCode(code);
  if (wanted === null) return null;
  return await inTransaction(db, async tx => {
    const found = await findByCode(tx, wanted);
    if (found === null) return null;
    await useAgency(tx, found.agencyId, THE_APPLIANCE);
    const row = await selectPublicEntry(tx, found.entryId);
    if (row === null) return null;
    const { entryState, answered, ...shown } = row;
    return { ...shown, state: entryState === 'closed' && answered ? 'answered' : STATES[entryState] };
  });
}

const STATES = {
  entered: 'received',
  confirmed: 'received',
  routed: 'passed-on',
  acting: 'being-handled',
  closed: 'closed',
  returned: 'returned',
  cancelled: 'cancelled',
} as const;

/** A code as a person may have typed it: capitals, blanks and hyphens, and the letters that Crockford's base 32 leaves out for looking like digits. */
function readCode(code: string): string | null {
  if (typeof code !== 'string' || code.length > 60) return null;
  const plain = code.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1');
  return /^[0-9a-hjkmnp-tv-z]{26}$/.test(plain) ? plain : null;
}
