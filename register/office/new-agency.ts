/** A new agency: its row, its central address, its first administrator. For `saraban agency add` and for the first start. */
import type { Database } from '../db/connect.ts';
import type { Fault } from '../officer.ts';

export interface NewAgency {
  code: string;
  nameTh: string;
  nameEn?: string;
  phone?: string;
  timeZone?: string;
  address: string;
  /** Login of the first administrator; 'admin' for the first agency, else 'admin@<code>' by default. */
  login?: string;
  /** Made and given back when missing. */
  password?: string;
}

export type AddAgencyOutcome =
  | { outcome: 'done'; agencyId: number; login: string; password: string | null }
  | { outcome: 'invalid'; faults: Fault[] };

export async function addAgency(db: Database, agency: NewAgency): Promise<AddAgencyOutcome> {
  throw new Error(`not built yet ${String([db, agency])}`);
}

export interface FirstAgencySettings {
  agencyName: string;
  address: string;
  timeZone: string;
  adminPassword?: string | undefined;
}

/** Adds the agency that the settings name when there is none at all. `password` is given when one was made; it is shown once. */
export async function ensureFirstAgency(
  db: Database,
  settings: FirstAgencySettings,
): Promise<{ created: boolean; login: 'admin'; password: string | null }> {
  throw new Error(`not built yet ${String([db, settings])}`);
}
