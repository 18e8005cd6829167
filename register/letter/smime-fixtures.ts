/** For the tests of signed mail: an authority, a signer and what openssl signs for them, in a folder of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const SIGNED_PART = 'Content-Type: text/plain; charset=utf-8\r\n\r\nlion words that were signed\r\n';

export type Signer = {
  authority: string;
  sign(content: string, ...options: string[]): Buffer;
  encrypt(content: string): Buffer;
  certificates(): Buffer;
};

/** A signer สมชาย ใจดี <somchai@sender.example> whose certificate an authority of our own issued. `purpose` is its extended key usage. */
export function createSigner(purpose = 'emailProtection'): Signer {
  const folder = mkdtempSync(join(tmpdir(), 'saraban-smime-'));
  const path = (name: string) => join(folder, name);
  const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-utf8'];
  openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '3650', '-subj', '/CN=กรมทดสอบ CA');
  openssl('req', ...ec, '-keyout', 's.key', '-out', 's.csr', '-subj', '/CN=สมชาย ใจดี');
  writeFileSync(path('ext'), `extendedKeyUsage=${purpose}\nsubjectAltName=email:somchai@sender.example\n`);
  openssl(
    'x509',
    '-req',
    '-in',
    's.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    's.pem',
    '-days',
    '365',
    '-extfile',
    'ext',
  );
  const authority = readFileSync(path('ca.pem'), 'utf8');
  const keep = ['ca.key', 'ca.srl', 'ca.pem', 's.key', 's.pem'].map(name => [name, readFileSync(path(name))] as const);
  rmSync(folder, { recursive: true });
  const run = (content: string, options: (out: string) => string[]): Buffer => {
    const here = mkdtempSync(join(tmpdir(), 'saraban-smime-'));
    try {
      for (const [name, bytes] of keep) writeFileSync(join(here, name), bytes);
      writeFileSync(join(here, 'in'), content);
      execFileSync('openssl', options('out'), { cwd: here, stdio: 'ignore' });
      return readFileSync(join(here, 'out'));
    } finally {
      rmSync(here, { recursive: true });
    }
  };
  return {
    authority,
    sign: (content, ...options) =>
      run(content, out => [
        'cms',
        '-sign',
        '-in',
        'in',
        '-signer',
        's.pem',
        '-inkey',
        's.key',
        '-binary',
        '-outform',
        'DER',
        '-out',
        out,
        ...options,
      ]),
    encrypt: content => run(content, out => ['cms', '-encrypt', '-in', 'in', '-binary', '-outform', 'DER', '-out', out, 's.pem']),
    certificates: () => run('', out => ['crl2pkcs7', '-nocrl', '-certfile', 's.pem', '-outform', 'DER', '-out', out]),
  };
}
