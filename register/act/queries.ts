/**
 * SQL that the acts share. Every act locks in the same order, so that two of them never wait for each other in a circle:
 * the entry (or message), its routes, a series that gives a number, and last the chain of acts.
 */
import type { Transaction } from '../db/connect.ts';
import type { EntryState, RegisterName, RouteState, Secrecy } from '../look/entry-row.ts';
import { visible } from '../look/visible.ts';
import type { Officer } from '../officer.ts';

export interface LockedEntry {
  id: string;
  register: RegisterName;
  year: number;
  number: number;
  messageId: string | null;
  state: EntryState;
  confirmedAt: Date | null;
  secrecy: Secrecy;
  guesses: Record<string, unknown>;
  possibleDuplicateOf: string | null;
  duplicateState: string | null;
  version: number;
}

/** Locks an entry that the officer may see; null for any other. */
export async function lockEntry(tx: Transaction, officer: Officer, entryId: string): Promise<LockedEntry | null> {
  const [row] = await tx<LockedEntry[]>`
    SELECT e.id, e.register, e.year, e.number, e.message_id AS "messageId", e.state, e.confirmed_at AS "confirmedAt", e.secrecy, e.guesses,
           e.possible_duplicate_of AS "possibleDuplicateOf", e.duplicate_state AS "duplicateState", e.version
    FROM entry e WHERE e.id = ${entryId} AND ${visible(tx, officer)} FOR UPDATE OF e`;
  return row ?? null;
}

export interface LockedRoute {
  id: string;
  entryId: string;
  unitId: string;
  accountId: string | null;
  purpose: 'action' | 'information';
  state: RouteState;
  note: string;
  unitYear: number | null;
  unitNumber: number | null;
  version: number;
}

/** The entry a route belongs to, without locking: the entry must be locked first. */
export async function selectEntryOfRoute(tx: Transaction, routeId: string): Promise<string | null> {
  const [row] = await tx<{ entryId: string }[]>`SELECT entry_id AS "entryId" FROM route WHERE id = ${routeId}`;
  return row?.entryId ?? null;
}

export async function lockRoutes(tx: Transaction, entryId: string): Promise<LockedRoute[]> {
  return await tx<LockedRoute[]>`
    SELECT id, entry_id AS "entryId", unit_id AS "unitId", account_id AS "accountId", purpose, state, note, unit_year AS "unitYear",
           unit_number AS "unitNumber", version
    FROM route WHERE entry_id = ${entryId} ORDER BY id FOR UPDATE`;
}

export interface ActToWrite {
  register: RegisterName | 'office';
  entryId?: string | null;
  routeId?: string | null;
  kind: string;
  /** Written as JSON text and covered by the hash; no undefined, no NUL. */
  detail?: Record<string, unknown>;
}

/** The last statement of every act: the chain of acts is locked from here to the commit. */
export async function insertAct(
  tx: Transaction,
  officer: { agencyId: number; id: string | null; name: string; peer: string },
  at: Date,
  act: ActToWrite,
): Promise<void> {
  await tx`
    INSERT INTO act (agency_id, register, entry_id, route_id, kind, actor_id, actor_name, peer, at, detail)
    VALUES (${officer.agencyId}, ${act.register}, ${act.entryId ?? null}, ${act.routeId ?? null}, ${act.kind}, ${officer.id}, ${officer.name}, ${officer.peer},
            ${at}, ${JSON.stringify(act.detail ?? {})}::text::json)`;
}

/** Who last changed something about an entry, or about one route of it. Openings change nothing. */
export async function selectLastAct(tx: Transaction, entryId: string, routeId: string | null): Promise<{ by: string; at: Date } | null> {
  const [row] = await tx<{ by: string; at: Date }[]>`
    SELECT actor_name AS by, at FROM act WHERE entry_id = ${entryId} AND kind <> 'opened' AND (${routeId}::uuid IS NULL OR route_id = ${routeId}::uuid)
    ORDER BY at DESC, ordinal DESC LIMIT 1`;
  return row ?? null;
}

/** Tells the pages that are open that something changed; heard when the transaction commits. */
export async function notifyChanged(tx: Transaction, agencyId: number): Promise<void> {
  await tx`SELECT pg_notify('saraban_register', ${String(agencyId)})`;
}

/** Changes where an entry stands. What is not named stays. @returns its new version */
export async function updateState(
  tx: Transaction,
  entryId: string,
  change: { state?: EntryState; reason?: string; confirmedAt?: Date; confirmedBy?: string; answered?: boolean },
): Promise<number> {
  const [row] = await tx<{ version: number }[]>`
    UPDATE entry SET state = coalesce(${change.state ?? null}, state), state_reason = coalesce(${change.reason ?? null}, state_reason),
      confirmed_at = coalesce(${change.confirmedAt ?? null}::timestamptz, confirmed_at), confirmed_by = coalesce(${change.confirmedBy ?? null}, confirmed_by),
      answered = coalesce(${change.answered ?? null}::boolean, answered)
    WHERE id = ${entryId} RETURNING version`;
  if (row === undefined) throw new Error(`entry ${entryId} vanished under its lock`);
  return row.version;
}

/** Ends the routes that are still open. @returns how many */
export async function endOpenRoutes(
  tx: Transaction,
  entryId: string,
  state: 'closed' | 'withdrawn',
  by: string,
  at: Date,
): Promise<number> {
  const rows = await tx`
    UPDATE route SET state = ${state}, closed_at = ${at}, closed_by = ${by} WHERE entry_id = ${entryId} AND state IN ('waiting', 'confirmed') RETURNING id`;
  return rows.length;
}

export async function updateDuplicateState(tx: Transaction, entryId: string, state: 'linked' | 'dismissed'): Promise<number> {
  const [row] = await tx<{ version: number }[]>`UPDATE entry SET duplicate_state = ${state} WHERE id = ${entryId} RETURNING version`;
  if (row === undefined) throw new Error(`entry ${entryId} vanished under its lock`);
  return row.version;
}

export async function lockAcknowledgement(tx: Transaction, entryId: string): Promise<{ state: string; mailId: string | null } | null> {
  const [row] = await tx<{ state: string; mailId: string | null }[]>`
    SELECT state, mail_id AS "mailId" FROM acknowledgement WHERE entry_id = ${entryId} FOR UPDATE`;
  return row ?? null;
}

/** The reason tells gateway/acknowledge that an officer asked, so that what made it hold or refuse before does not count again. */
export async function askForAcknowledgement(tx: Transaction, entryId: string): Promise<void> {
  await tx`UPDATE acknowledgement SET state = 'waiting', reason = 'officer' WHERE entry_id = ${entryId}`;
}
