/**
 * Whose mail is it? Called by finish-reading.ts in its transaction: the sender's agency is taken from the address book and written as a guess,
 * which an officer confirms or corrects with one key. Which mistake is worse: a forged sender that bears an agency's name is believed, so a mail that
 * failed DMARC gets none; a missing name costs an officer one line.
 */
import type { Transaction } from '../db/connect.ts';
import { type Correspondent, domainOf, domainsAbove } from './correspondent.ts';
import { selectByAddress, selectByDomain, selectSender, updateFromAgency } from './queries.ts';

/** The agency that the address belongs to: by the address itself, else by its domain or one above it. Null for a stranger. */
export async function matchSender(
  tx: Transaction,
  address: string,
): Promise<{ correspondent: Correspondent; by: 'address' | 'domain' } | null> {
  const domain = domainOf(address);
  if (domain === '') return null;
  const known = await selectByAddress(tx, address);
  if (known !== null) return { correspondent: known, by: 'address' };
  const neighbour = await selectByDomain(tx, domainsAbove(domain));
  return neighbour === null ? null : { correspondent: neighbour, by: 'domain' };
}

/** Fills the entry's `fromAgency` where nobody wrote one. @returns the name written, or null */
export async function guessSender(tx: Transaction, entryId: string): Promise<string | null> {
  const entry = await selectSender(tx, entryId);
  if (entry === null || entry.settled || (entry.fromAgency !== '' && !('fromAgency' in entry.guesses))) return null;
  if (entry.dmarc === 'fail') return null;
  const match = await matchSender(tx, entry.fromAddress);
  if (match === null) return null;
  await updateFromAgency(tx, entryId, match.correspondent.nameTh, entry.proven && match.by === 'address' ? 'likely' : 'guess');
  return match.correspondent.nameTh;
}
