import type { Database } from '../../register/db/connect.ts';
import { asFailure } from '../../register/db/transaction.ts';

export interface AddressRow {
  address: string;
  agencyId: number;
  state: 'active' | 'suspended' | 'left';
}

/** Every central address with its agency's state. Addresses are public by law and readable before an agency is known. */
export async function selectAddresses(db: Database): Promise<AddressRow[]> {
  try {
    return await db<AddressRow[]>`SELECT a.address, a.agency_id AS "agencyId", g.state FROM address a JOIN agency g ON g.id = a.agency_id`;
  } catch (error) {
    throw asFailure(error);
  }
}

export interface PolicyRow {
  id: number;
  code: string;
  nameEn: string;
  phone: string;
  policy: unknown;
}

/** What each agency decided about mail, as stored; readable before an agency is known, like its addresses. */
export async function selectPolicies(db: Database): Promise<PolicyRow[]> {
  try {
    return await db<PolicyRow[]>`SELECT id, code, name_en AS "nameEn", phone, settings->'policy' AS policy FROM agency WHERE id > 0`;
  } catch (error) {
    throw asFailure(error);
  }
}
