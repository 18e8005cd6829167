/**
 * The address book learns: an officer wrote or confirmed who sent a letter, so the address is that agency's. Called by act/amend.ts in its transaction.
 * What people typed or imported is only added to, never overwritten. Classified letters and mails that failed DMARC teach nothing.
 */
import { v7 as uuidv7 } from 'uuid';
import type { Transaction } from '../db/connect.ts';
import { parseLetterNumber } from '../letter/letter-number.ts';
import type { Officer } from '../officer.ts';
import { domainOf, isShared, MOST_ADDRESSES } from './correspondent.ts';
import {
  insertCorrespondent,
  isDomainOfOthers,
  lockBook,
  selectByAddress,
  selectByDomain,
  selectByName,
  selectSender,
  updateCorrespondent,
} from './queries.ts';

/** Learns the sender of an entry whose `fromAgency` is no guess any more. @returns what was learned */
export async function learnSender(tx: Transaction, officer: Officer, entryId: string, at: Date): Promise<'added' | 'changed' | 'nothing'> {
  const entry = await selectSender(tx, entryId);
  if (entry === null || entry.fromAgency === '' || 'fromAgency' in entry.guesses || entry.secrecy !== 'normal' || entry.dmarc === 'fail')
    return 'nothing';
  const address = entry.fromAddress.toLowerCase();
  const domain = domainOf(address);
  if (domain === '') return 'nothing';
  await lockBook(tx, officer.agencyId);
  const learned = { source: 'learned' as const, at, by: officer.name };
  const code = parseLetterNumber(entry.letterNumber)?.prefix ?? '';
  const owner = await selectByAddress(tx, address);
  const named = await selectByName(tx, entry.fromAgency);
  if (owner !== null && owner.id !== named?.id) {
    // One address, another name: the new word of an officer counts over what was learned, but not over what a person put into the book.
    if (owner.source !== 'learned' || owner.addresses.length > 1 || named !== null) return 'nothing';
    await updateCorrespondent(tx, officer.agencyId, { ...owner, ...learned, nameTh: entry.fromAgency, code: code || owner.code });
    return 'changed';
  }
  // A domain that two agencies write from is nobody's, unless a person gave it to one of them.
  const holder = await selectByDomain(tx, [domain]);
  if (holder !== null && holder.source === 'learned' && holder.id !== named?.id)
    await updateCorrespondent(tx, officer.agencyId, { ...holder, domain: '', at, by: officer.name });
  if (named !== null) {
    if (named.addresses.includes(address) || named.addresses.length >= MOST_ADDRESSES) return 'nothing';
    const addresses = [...named.addresses, address].sort();
    await updateCorrespondent(tx, officer.agencyId, {
      ...named,
      addresses,
      code: named.code || code,
      source: named.source,
      at,
      by: officer.name,
    });
    return 'changed';
  }
  const id = uuidv7();
  const free = holder === null && !isShared(domain) && !(await isDomainOfOthers(tx, domain, id));
  const fields = { nameTh: entry.fromAgency, nameEn: '', code, domain: free ? domain : '', addresses: [address], phone: '', officer: '' };
  await insertCorrespondent(tx, officer.agencyId, { id, ...fields, ...learned });
  return 'added';
}
