/** Agencies and units for tests and measurements, written as the application would. */
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../register/db/connect.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';

/** Adds an agency with one central address. @returns its id */
export async function addTestAgency(db: Database, code: string, address = `saraban@${code}.example`): Promise<number> {
  return await inAgency(db, 0, THE_APPLIANCE, async tx => {
    const [agency] = await tx<
      { id: number }[]
    >`INSERT INTO agency (code, name_th, name_en) VALUES (${code}, ${`หน่วยงาน ${code}`}, ${`Agency ${code}`}) RETURNING id`;
    if (agency === undefined) throw new Error('no agency');
    await tx`SELECT set_config('saraban.agency', ${String(agency.id)}, true)`;
    await tx`INSERT INTO address (agency_id, address) VALUES (${agency.id}, ${address})`;
    return agency.id;
  });
}

/** Adds a unit. @returns its id */
export async function addTestUnit(db: Database, agencyId: number, code: string): Promise<string> {
  const id = uuidv7();
  await inAgency(
    db,
    agencyId,
    THE_APPLIANCE,
    tx =>
      tx`INSERT INTO unit (agency_id, id, code, name_th, email) VALUES (${agencyId}, ${id}, ${code}, ${`กอง ${code}`}, ${`${code}@unit.example`})`,
  );
  return id;
}
