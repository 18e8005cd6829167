/** What is said of signed and encrypted letters; web/text/seal.th.ts is the source. */
import type { sealTh } from './seal.th.ts';

export const sealEn: typeof sealTh = {
  kind: {
    'smime-encrypted': 'This mail is encrypted (S/MIME). It cannot be read here; it opens with the recipient’s key.',
    'smime-compressed': 'The content of this mail is compressed (S/MIME).',
    'smime-certificates': 'This mail carries digital certificates, and no signature.',
    'smime-unknown': 'A part of this mail is S/MIME and cannot be opened.',
    'pgp-signed': 'This mail is signed with PGP. The signature was not checked.',
    'pgp-encrypted': 'This mail is encrypted (PGP). It cannot be read here; it opens with the recipient’s key.',
  },
  notChecked: 'A part of this mail is signed (S/MIME). The signature was not checked.',
  verified: 'The signature is good: nothing was altered, and an authority that the agency trusts issued the certificate.',
  untrusted: {
    issuer:
      'Nothing was altered since it was signed, but who signed it is not proven: no authority that the agency trusts issued the certificate.',
    expired: 'Nothing was altered since it was signed, but the certificate was not valid when the letter came.',
    purpose: 'Nothing was altered since it was signed, but the certificate was not issued for mail.',
  },
  altered: 'The signature does not fit the content: it may have been altered on the way. Please ask the sender.',
  weak: 'This mail is signed by an outdated method, which proves too little.',
  unreadable: 'This mail is signed (S/MIME), but the signature could not be checked.',
  someoneElse: 'But the address in the certificate is not that of this mail’s sender.',
  signer: (who: string, issuer: string, valid: string) => `Signed by: ${who} · certificate issued by: ${issuer || '—'} · valid: ${valid}`,
};
