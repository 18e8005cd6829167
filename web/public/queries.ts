/** SQL of the public page: whether bytes with this hash came with the letter of this code. Nothing of the letter leaves the database but yes or no. */
import type { Database } from '../../register/db/connect.ts';
import { inAgency } from '../../register/db/transaction.ts';

const VISITOR = { id: null, name: 'public', peer: 'public' };

/**
 * Compares with the whole message as received and with each file in it. Bodies of text do not count: a guess at a short one could be tried here.
 * @returns null when no letter has this code
 */
export async function selectWhetherReceived(db: Database, code: string, sha256: string): Promise<boolean | null> {
  const [found] = await db<
    { agencyId: number; entryId: string }[]
  >`SELECT agency_id AS "agencyId", entry_id AS "entryId" FROM find_public_entry(${code})`;
  if (found === undefined) return null;
  return await inAgency(db, found.agencyId, VISITOR, async tx => {
    const [row] = await tx<{ received: boolean }[]>`
      SELECT e.raw_sha256 = decode(${sha256}, 'hex') OR EXISTS (
        SELECT FROM attachment a WHERE a.agency_id = e.agency_id AND a.message_id = e.message_id AND a.role <> 'body' AND a.sha256 = decode(${sha256}, 'hex')
      ) AS received
      FROM entry e WHERE e.agency_id = current_agency() AND e.id = ${found.entryId}`;
    return row?.received === true;
  });
}
