/** The keys that agencies sign with, for anybody: a fingerprint is of use only when it can be compared with one that came another way. */
import type { Database } from '../db/connect.ts';
import { inTransaction, THE_APPLIANCE, useAgency } from '../db/transaction.ts';
import { knownKeys } from '../seal/keys.ts';
import { selectAgencyNames } from './public-queries.ts';

export interface PublicKeys {
  nameTh: string;
  nameEn: string;
  timeZone: string;
  /** Newest first. */
  keys: { fingerprint: string; createdAt: Date; retiredAt: Date | null }[];
}

/** Every agency that ever signed, by its Thai name; the hosting provider, who signs copies of the whole appliance, last. */
export async function publicKeys(db: Database): Promise<PublicKeys[]> {
  return await inTransaction(db, async tx => {
    const agencies = await selectAgencyNames(tx);
    const found: PublicKeys[] = [];
    for (const { id, ...agency } of agencies) {
      await useAgency(tx, id, THE_APPLIANCE);
      const keys = (await knownKeys(tx, id)).map(({ publicKey: _, ...key }) => key).reverse();
      if (keys.length > 0) found.push({ ...agency, keys });
    }
    return found;
  });
}
