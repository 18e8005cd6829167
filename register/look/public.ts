/** The public page knows a letter by its code alone, and learns no more than this. */
import type { Database } from '../db/connect.ts';

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
  throw new Error(`not built yet ${String([db, code])}`);
}
