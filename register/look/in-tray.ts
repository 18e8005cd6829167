/** The in-tray: letters routed to units, one row a route. */
import { may } from '../access.ts';
import { isId } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import { boundedLimit, pageOf, readCursor } from './cursor.ts';
import { looking } from './entry-queries.ts';
import type { EntryState, RegisterName, RouteDetail, RouteState, Secrecy, Urgency } from './entry-row.ts';
import { selectInTray } from './in-tray-queries.ts';
import { asSeenBy } from './routes.ts';

export interface InTrayFilter {
  unitId?: string | undefined;
  /** 'open' (default): waiting and confirmed. */
  state?: RouteState | 'open' | 'overdue' | undefined;
  limit: number;
  /** The `next` of the page before. */
  before?: string | undefined;
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
export async function inTray(
  db: Database,
  officer: Officer,
  filter: InTrayFilter,
  now: Date = new Date(),
): Promise<{ items: InTrayRow[]; next: string | null }> {
  if (!may(officer, 'see-in-tray') || (filter.unitId !== undefined && !isId(filter.unitId))) return { items: [], next: null };
  const limit = boundedLimit(filter.limit);
  return await looking(db, officer, async tx => {
    const rows = await selectInTray(tx, officer, {
      unitId: filter.unitId ?? null,
      state: filter.state ?? 'open',
      limit,
      before: readCursor(filter.before),
      now,
    });
    const page = pageOf(rows, limit, row => ({ at: row.routedAt, id: row.id }));
    return {
      items: page.items.map(({ entry, receivedAt, ...route }) => ({ route: asSeenBy(officer, route), entry: { ...entry, receivedAt } })),
      next: page.next,
    };
  });
}
