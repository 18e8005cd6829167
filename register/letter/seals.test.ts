import { describe, expect, it } from 'vitest';
import { cmsKind, sealInText, sealOf, signedBytes } from './seals.ts';
import { createSigner, SIGNED_PART } from './smime-fixtures.ts';

const HEAD = 'From: a@b\r\nContent-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n boundary="b+(1)"\r\n\r\n';
const SIGNATURE = 'Content-Type: application/pkcs7-signature\r\n\r\nx\r\n';

function bytesOf(mail: string): string | null {
  return signedBytes(Buffer.from(mail, 'latin1'))?.toString('latin1') ?? null;
}

describe('signedBytes', () => {
  it('are those of the first part with its head, without the line end that belongs to the boundary', () => {
    const mail = `${HEAD}This is a multi-part message.\r\n--b+(1)\r\n${SIGNED_PART}\r\n--b+(1)\r\n${SIGNATURE}--b+(1)--\r\n`;
    expect(bytesOf(mail)).toBe(SIGNED_PART);
    expect(bytesOf(mail.replace('This is a multi-part message.\r\n', ''))).toBe(SIGNED_PART);
  });

  it('have CRLF line ends even where the mail lost them, and keep every other byte', () => {
    const part = 'Content-Type: text/plain\r\n\r\n\xa1 trailing  \r\n--b+(1)x\r\n';
    expect(bytesOf(`${HEAD}--b+(1)\r\n${part}\r\n--b+(1) \r\n${SIGNATURE}`.replaceAll('\r\n', '\n'))).toBe(part);
  });

  it('are not there for another kind of mail, a missing boundary, a mail that was cut', () => {
    const whole = `${HEAD}--b+(1)\r\n${SIGNED_PART}\r\n--b+(1)\r\n${SIGNATURE}`;
    for (const mail of [
      whole.replace('multipart/signed', 'multipart/mixed'),
      whole.replace('boundary=', 'x='),
      whole.replace('"b+(1)"', '""'),
      whole.slice(0, whole.lastIndexOf('--b')),
      HEAD,
      'no head',
      '',
    ])
      expect(bytesOf(mail)).toBeNull();
  });
});

describe('seals', () => {
  it('are told by type, by name, and by the bytes', () => {
    const of = (contentType: string, name: string | null = null) => sealOf({ contentType, name });
    expect(of('application/x-pkcs7-signature')).toBe('smime-signed');
    expect(of('application/octet-stream', 'smime.p7s')).toBe('smime-signed');
    expect(of('application/pkcs7-mime')).toBe('cms');
    expect(of('application/octet-stream', 'SMIME.P7M')).toBe('cms');
    expect(of('application/pgp-signature')).toBe('pgp-signed');
    expect(of('application/pgp-encrypted')).toBe('pgp-encrypted');
    expect(of('application/pdf', 'a.pdf')).toBeNull();
    const signer = createSigner();
    const kinds = [signer.sign(SIGNED_PART, '-nodetach'), signer.encrypt(SIGNED_PART), signer.certificates(), Buffer.from('x')].map(
      cmsKind,
    );
    expect(kinds).toEqual(['smime-signed', 'smime-encrypted', 'smime-certificates', 'smime-unknown']);
  });

  it('in a text stand at the beginning of a line: a quoted one is no seal of this letter', () => {
    expect(sealInText('Dear all\n-----BEGIN PGP MESSAGE-----\nx')).toBe('pgp-encrypted');
    expect(sealInText('-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256')).toBe('pgp-signed');
    expect(sealInText('> -----BEGIN PGP MESSAGE-----')).toBeNull();
    expect(sealInText('-----BEGIN PGP PUBLIC KEY BLOCK-----')).toBeNull();
  });
});
