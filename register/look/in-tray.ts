/** The in-tray: letters routed to units, one row a route. */
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import type { EntryState, RegisterName, RouteDetail, RouteState, Secrecy, Urgency } from './entry-row.ts';

export interface InTrayFilter {
  unitId?: string;
  /** 'open' (default): waiting and confirmed. */
  state?: RouteState | 'open' | 'overdue';
  limit: number;
  /** The `next` of the page before. */
  before?: string;
}

export interface InTrayRow {
  route: RouteDetail;
  entry: {
    id: string;
    register: RegisterName;
    year: number;
    number: number;
    state: EntryState;
    subject: string;
    letterNumber: string;
    letterDate: string | null;
    fromName: string;
    fromAddress: string;
    fromAgency: string;
    urgency: Urgency;
    secrecy: Secrecy;
    receivedAt: Date;
    dueOn: string | null;
    attachmentCount: number;
    version: number;
  };
}

/** A unit officer's own units; the whole agency's for central officers and auditors. Newest first. */
export async function inTray(db: Database, officer: Officer, filter: InTrayFilter): Promise<{ items: InTrayRow[]; next: string | null }> {
  throw new Error(`not built yet ${String([db, officer, filter])}`);
}
