/** Signatures and encryption of a letter, each in one plain sentence above its text and its files. */
import type { Seal } from '../../register/letter/seals.ts';
import type { Format } from '../format.ts';
import type { Visit } from '../visit.ts';

export interface SealShown {
  tone: 'good' | 'warn' | 'plain';
  sentence: string;
  /** Who signed, by whose certificate, good how long; '' when there is nothing to say. */
  signer: string;
}

/** @param fromAddress - the letter's From: a good signature of somebody else is no signature of the sender */
export function sealsShown(visit: Visit, format: Format, seals: Seal[], fromAddress: string): SealShown[] {
  return seals.map(seal => sealShown(visit, format, seal, fromAddress));
}

function sealShown(visit: Visit, format: Format, { path, kind, check }: Seal, fromAddress: string): SealShown {
  const words = visit.text.seal;
  if (kind !== 'smime-signed') return { tone: 'plain', sentence: words.kind[kind], signer: '' };
  if (check === null) return { tone: 'plain', sentence: `${words.notChecked} (${path})`, signer: '' };
  const { state, reason, signer } = check;
  const someoneElse = signer !== null && !signer.addresses.some(address => address.toLowerCase() === fromAddress.toLowerCase());
  const about =
    signer === null
      ? ''
      : words.signer(
          [signer.name, ...signer.addresses.map(address => `<${address}>`)].filter(one => one !== '').join(' '),
          signer.issuer,
          `${format.date(new Date(signer.validFrom))} – ${format.date(new Date(signer.validTo))}`,
        );
  if (state === 'altered') return { tone: 'warn', sentence: words.altered, signer: about };
  if (state === 'unknown') return { tone: 'plain', sentence: reason === 'weak' ? words.weak : words.unreadable, signer: about };
  const trusted = state === 'verified' ? words.verified : words.untrusted[reason === 'expired' || reason === 'purpose' ? reason : 'issuer'];
  if (someoneElse) return { tone: 'warn', sentence: `${trusted} ${words.someoneElse}`, signer: about };
  return { tone: state === 'verified' ? 'good' : 'plain', sentence: trusted, signer: about };
}
