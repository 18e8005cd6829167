/** Time-stamp tokens made by OpenSSL with keys of several kinds, whole and damaged. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flipped, verdictOf } from './test-packs.ts';

let folder: string;
const data = new Uint8Array(Buffer.from('{"a":1}'));
const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

/** An authority of its own. @returns the answer to a query about `data` */
function stampWith(
  name: string,
  newKey: string[],
  options: { hash?: string; digest?: string; usage?: string; token?: boolean } = {},
): Uint8Array {
  const { hash = 'sha256', digest = 'sha256', usage = 'critical,timeStamping' } = options;
  writeFileSync(
    join(folder, `${name}.cnf`),
    `[v]\nextendedKeyUsage=${usage}\nsubjectKeyIdentifier=hash\n[t]\nserial=${name}.srl\ncrypto_device=builtin\nsigner_cert=${name}.pem\nsigner_key=${name}.key\nsigner_digest=${digest}\ndefault_policy=1.2.3.4\ndigests=sha1,sha256,sha384,sha512\naccuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n[req]\ndistinguished_name=d\n[d]\n`,
  );
  writeFileSync(join(folder, `${name}.srl`), '01');
  openssl(
    'req',
    '-x509',
    '-config',
    `${name}.cnf`,
    '-extensions',
    'v',
    ...newKey,
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-days',
    '2',
    '-subj',
    `/C=TH/O=Test/CN=TSA ${name}`,
  );
  writeFileSync(join(folder, 'data'), data);
  openssl('ts', '-query', '-data', 'data', `-${hash}`, '-cert', '-out', 'query');
  openssl(
    'ts',
    '-reply',
    '-config',
    `${name}.cnf`,
    '-section',
    't',
    '-queryfile',
    'query',
    '-out',
    `${name}.tsr`,
    ...(options.token ? ['-token_out'] : []),
  );
  return new Uint8Array(readFileSync(join(folder, `${name}.tsr`)));
}

const RSA = ['-newkey', 'rsa:2048'];
const EC = (curve: string) => ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saraban-stamp-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const judged = (stamp: Uint8Array, bytes = data) =>
  verdictOf([
    { name: 'seal.json', bytes },
    { name: 'seal.tsr', bytes: stamp },
  ]);

describe('a time stamp', () => {
  it.each<[string, string[], Parameters<typeof stampWith>[2]]>([
    ['RSA, SHA-256', RSA, {}],
    ['RSA, SHA-512 over a SHA-384 imprint', RSA, { hash: 'sha384', digest: 'sha512' }],
    ['ECDSA P-256', EC('P-256'), {}],
    ['ECDSA P-384 with SHA-384', EC('P-384'), { digest: 'sha384' }],
    ['ECDSA P-521 with SHA-512', EC('P-521'), { digest: 'sha512' }],
    ['the token alone', EC('P-256'), { token: true }],
  ])('holds: %s', async (name, key, options) => {
    const { verdict, broken, report } = await judged(stampWith(name.replace(/\W/g, ''), key, options));
    expect([verdict, broken]).toEqual(['holds', []]);
    const [stamp, trust] = report.sections.find(section => section.kind === 'timestamp')?.findings ?? [];
    expect(stamp).toMatchObject({ code: 'stamp-holds' });
    expect(stamp?.en).toMatch(/CN=TSA .* stated at \d{4}-\d\d-\d\d \d\d:/);
    expect(trust).toMatchObject({ state: 'open', code: 'stamp-trust' });
  });

  it('of another file, damaged in any byte, refused or no stamp at all does not hold', async () => {
    const stamp = stampWith('damage', EC('P-256'));
    expect((await judged(stamp, new Uint8Array([1, 2]))).broken.join()).toContain('is of another file');
    let unharmed = 0;
    for (let at = 0; at < stamp.length; at += 7) {
      const { verdict } = await judged(flipped(stamp, at));
      if (verdict === 'holds') unharmed++;
    }
    // What no signature covers may change unseen: the status before the token, a certificate's own signature.
    expect(unharmed).toBeLessThan(stamp.length / 7 / 4);
    expect((await judged(new Uint8Array([0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]))).broken.join()).toContain('refusal');
    for (const rubbish of [[], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff], [0x30, 0x80, 0, 0], new Array(200).fill(0x30)])
      expect((await judged(new Uint8Array(rubbish))).broken.join()).toContain('is no time stamp');
  });

  it('by a certificate for another purpose does not hold', async () => {
    // OpenSSL refuses to make one, so the purpose is changed in the certificate afterwards: its hash is named in the token, which is found as well.
    const stamp = stampWith('purpose', EC('P-256'));
    const at = Buffer.from(stamp).indexOf(Buffer.from('06082b06010505070308', 'hex'));
    expect(at).toBeGreaterThan(0);
    const other = Uint8Array.from(stamp);
    other[at + 9] = 4;
    expect((await judged(other)).broken.join()).toContain('was altered');
  });
});
