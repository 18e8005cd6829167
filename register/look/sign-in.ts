/**
 * From a login or a token to an Officer. An Officer is made afresh from the database at every request, so that a disabled account,
 * a changed role or a revoked token counts at once.
 */
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';

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
  throw new Error(`not built yet ${String([db, login])}`);
}

/** @param stamp - of findAccount; when given, the password must not have changed since */
export async function officerOf(db: Database, agencyId: number, accountId: string, peer: string, stamp?: string): Promise<Officer | null> {
  throw new Error(`not built yet ${String([db, agencyId, accountId, peer, stamp])}`);
}

/** @param token - as the client sent it in `Authorization: Bearer` */
export async function officerOfToken(db: Database, token: string, now: Date, peer: string): Promise<Officer | null> {
  throw new Error(`not built yet ${String([db, token, now, peer])}`);
}
