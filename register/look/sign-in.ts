/**
 * From a login or a token to an Officer. An Officer is made afresh from the database at every request, so that a disabled account,
 * a changed role or a revoked token counts at once.
 */
import { createHash } from 'node:crypto';
import { isId } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import { storable } from '../db/storable.ts';
import { inAgency, inTransaction, THE_APPLIANCE, useAgency } from '../db/transaction.ts';
import { hashToken } from '../office/token-hash.ts';
import type { Officer } from '../officer.ts';
import { findAccountRow, findTokenRow, selectOfficer, selectTokenUnits } from './sign-in-queries.ts';

export interface FoundAccount {
  agencyId: number;
  accountId: string;
  passwordHash: string;
  /** False when the account or its agency is not active. */
  active: boolean;
  /** Changes with the password: a session keeps it and hands it to officerOf, so that a new password ends the old sessions. */
  stamp: string;
}

/** One account by its login, whatever its agency. Check the password with register/office/password.ts. */
export async function findAccount(db: Database, login: string): Promise<FoundAccount | null> {
  if (typeof login !== 'string' || login.length > 200) return null;
  const row = await inTransaction(db, tx => findAccountRow(tx, storable(login.trim())));
  if (row === null) return null;
  const { agencyId, id, passwordHash, state, agencyState } = row;
  return { agencyId, accountId: id, passwordHash, active: state === 'active' && agencyState === 'active', stamp: stampOf(passwordHash) };
}

function stampOf(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('hex').slice(0, 32);
}

/** @param stamp - of findAccount; when given, the password must not have changed since */
export async function officerOf(db: Database, agencyId: number, accountId: string, peer: string, stamp?: string): Promise<Officer | null> {
  if (!Number.isInteger(agencyId) || !isId(accountId)) return null;
  const row = await inAgency(db, agencyId, THE_APPLIANCE, tx => selectOfficer(tx, accountId));
  if (row === null || (stamp !== undefined && stamp !== stampOf(row.passwordHash))) return null;
  const { id, name, role, appointed, unitIds } = row;
  return { id, name, peer, agencyId, role, appointed, unitIds };
}

/** @param token - as the client sent it in `Authorization: Bearer` */
export async function officerOfToken(db: Database, token: string, now: Date, peer: string): Promise<Officer | null> {
  const sha256 = hashToken(token);
  if (sha256 === null) return null;
  return await inTransaction(db, async tx => {
    const row = await findTokenRow(tx, sha256, now);
    if (row === null) return null;
    await useAgency(tx, row.agencyId, THE_APPLIANCE);
    // A program is never an appointed person (I10).
    return {
      id: row.id,
      name: `API: ${row.name}`,
      peer,
      agencyId: row.agencyId,
      role: row.role,
      appointed: false,
      unitIds: await selectTokenUnits(tx, row.id),
    };
  });
}
