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
