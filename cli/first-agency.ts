/** At the very first start: the agency that the settings name, and its administrator. Afterwards it finds one there and does nothing. */
import type { Settings } from '../config/settings.ts';
import { type ConnectionOptions, openDatabase } from '../register/db/connect.ts';
import { asFailure } from '../register/db/transaction.ts';
import { ensureFirstAgency } from '../register/office/new-agency.ts';
import type { FirstSignIn } from './appliance/banner.ts';

/** @returns the login and password to show, only when the password was made up now */
export async function firstAgency(connection: ConnectionOptions, settings: Settings, now: Date): Promise<FirstSignIn | null> {
  const db = openDatabase(connection, { role: 'app', max: 1, name: 'first agency' });
  try {
    const { agencyName, address, timeZone, adminPassword } = settings;
    const { login, password } = await ensureFirstAgency(db, { agencyName, address, timeZone, adminPassword }, now);
    return password === null ? null : { user: login, password };
  } catch (error) {
    throw asFailure(error);
  } finally {
    await db.end({ timeout: 5 });
  }
}
