import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openCms } from './cms.ts';
import { readText } from './reading-fixtures.ts';
import { createSigner, SIGNED_PART } from './smime-fixtures.ts';

const signer = createSigner();
const MOST = 1_000_000;

function mail(cms: Buffer, head = 'Content-Type: application/pkcs7-mime; name=smime.p7m'): string {
  return `Subject: x\r\n${head}\r\nContent-Disposition: attachment; filename=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n${cms.toString('base64')}\r\n`;
}

/** A DER value. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const inside = Buffer.concat(contents);
  const length = Buffer.alloc(3, 0x82);
  length.writeUInt16BE(inside.length, 1);
  return Buffer.concat([Buffer.from([tag]), length, inside]);
}

function compressed(content: Buffer): Buffer {
  const oid = Buffer.from('060b2a864886f70d0109100109', 'hex');
  const data = Buffer.from('06092a864886f70d010701', 'hex');
  const algorithm = der(0x30, Buffer.from('060b2a864886f70d0109100308', 'hex'));
  const info = der(0x30, data, der(0xa0, der(0x04, content)));
  return der(0x30, oid, der(0xa0, der(0x30, Buffer.from([2, 1, 0]), algorithm, info)));
}

describe('openCms', () => {
  it('takes out what was signed, in one piece or streamed in many', () => {
    for (const stream of [[], ['-stream']])
      expect(openCms(signer.sign(SIGNED_PART, '-nodetach', ...stream), MOST)).toEqual({
        kind: 'signed',
        content: Buffer.from(SIGNED_PART),
      });
  });

  it('knows a detached signature, what is encrypted, and certificates alone', () => {
    expect(openCms(signer.sign(SIGNED_PART), MOST)).toEqual({ kind: 'signed', content: null });
    expect(openCms(signer.encrypt(SIGNED_PART), MOST)).toEqual({ kind: 'encrypted', content: null });
    expect(openCms(signer.certificates(), MOST)).toEqual({ kind: 'certificates', content: null });
  });

  it('unpacks what is compressed, up to a limit', () => {
    expect(openCms(compressed(deflateSync(SIGNED_PART)), MOST).content?.toString()).toBe(SIGNED_PART);
    expect(openCms(compressed(deflateSync(Buffer.alloc(MOST + 1))), MOST)).toEqual({ kind: 'compressed', content: null });
    expect(openCms(compressed(Buffer.from('no deflate')), MOST)).toEqual({ kind: 'compressed', content: null });
  });

  it('bears every cut, every changed byte, and lengths without end', () => {
    const cms = signer.sign(SIGNED_PART, '-nodetach', '-stream');
    for (let length = 0; length < cms.length; length++) expect(openCms(cms.subarray(0, length), MOST).content).toBeNull();
    for (let at = 0; at < cms.length; at++) {
      const changed = Buffer.from(cms);
      changed[at] = 0x80;
      openCms(changed, MOST);
    }
    expect(openCms(Buffer.from('3080'.repeat(10_000), 'hex'), MOST).kind).toBe('unknown');
    expect(openCms(Buffer.from('no CMS at all'), MOST).kind).toBe('unknown');
  });
});

describe('a mail inside a signature', () => {
  it('is the text of the letter, and its files are listed beneath the signature', async () => {
    const inside = [
      'Content-Type: multipart/mixed; boundary=i',
      '',
      '--i',
      '',
      'inside words',
      '--i',
      'Content-Type: application/pdf; name=a.pdf',
      '',
      'pdf',
      '--i--',
      '',
    ].join('\r\n');
    const { message, paths, part, bytes } = await readText(mail(signer.sign(inside, '-nodetach')));
    expect(message.text).toBe('inside words');
    expect(paths).toEqual(['1', '1.1', '1.2']);
    expect(part('1')).toMatchObject({ role: 'container', contentType: 'application/pkcs7-mime', depth: 0 });
    expect(part('1.2')).toMatchObject({ role: 'attachment', name: 'a.pdf', parent: '1', depth: 1 });
    expect(bytes('1.2')).toBe('pdf');
  });

  it('that cannot be opened stays a file', async () => {
    const encrypted = await readText(mail(signer.encrypt(SIGNED_PART)));
    expect([encrypted.paths, encrypted.part('1').role, encrypted.codes]).toEqual([['1'], 'attachment', []]);
    const broken = await readText(mail(Buffer.from('broken')));
    expect([broken.part('1').role, broken.codes]).toEqual(['attachment', ['cms-unreadable 1']]);
  });

  it('in signatures without end stops at the limit of depth', async () => {
    let part = SIGNED_PART;
    for (let level = 0; level < 4; level++) part = mail(signer.sign(part, '-nodetach'));
    const { paths } = await readText(part, { limits: { maxDepth: 3 } });
    expect(paths).toEqual(['1', '1.1', '1.1.1']);
  });
});
