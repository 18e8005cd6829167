/** Which of an agency's central addresses a mail of ours comes from: the one the letter came to, tags aside, else its first. */
import { baseAddress } from './may-we.ts';

/** @param own - the agency's central addresses, oldest first. @returns null when it has none: then it can send no mail */
export function centralAddress(own: string[], envelopeTo: string[]): string | null {
  for (const to of envelopeTo) {
    const { local, domain } = baseAddress(to);
    const found = own.find(address => address === `${local}@${domain}`);
    if (found !== undefined) return found;
  }
  return own[0] ?? null;
}
