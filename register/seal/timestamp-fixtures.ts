/** For tests: a timestamp authority of our own, real (OpenSSL) behind a little web server, that can be told to misbehave. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestAuthority {
  url: string;
  /** PEM of the authority above the stamping certificate. */
  authority: string;
  folder: string;
  /** What it answers from now on; null: as it should. */
  answers: ((query: Buffer) => { status?: number; body: Buffer } | 'silence') | null;
  /** A true answer to a query. */
  stamp(query: Buffer): Buffer;
  queries: { type: string; body: Buffer }[];
  close(): Promise<void>;
}

/** @param purpose - of the stamping certificate */
export async function startTestAuthority(purpose = 'critical,timeStamping'): Promise<TestAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'saraban-tsa-'));
  const path = (name: string) => join(folder, name);
  const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-utf8'];
  openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '3650', '-subj', '/CN=กรมทดสอบเวลา CA');
  openssl('req', ...ec, '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', '/CN=หน่วยประทับเวลาทดสอบ');
  writeFileSync(path('ext'), `extendedKeyUsage=${purpose}\nkeyUsage=critical,digitalSignature\n`);
  const issue = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '365', '-extfile', 'ext'];
  openssl('x509', '-req', '-in', 'tsa.csr', '-out', 'tsa.pem', ...issue);
  writeFileSync(path('serial'), '01\n');
  writeFileSync(
    path('tsa.cnf'),
    `[tsa]\ndefault_tsa=t\n[t]\nserial=${path('serial')}\nsigner_cert=${path('tsa.pem')}\ncerts=${path('ca.pem')}\nsigner_key=${path('tsa.key')}\n` +
      'signer_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n',
  );
  const stamp = (query: Buffer): Buffer => {
    writeFileSync(path('query'), query);
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-section', 't', '-queryfile', 'query', '-out', 'reply');
    return readFileSync(path('reply'));
  };
  const made: TestAuthority = {
    url: '',
    authority: readFileSync(path('ca.pem'), 'utf8'),
    folder,
    answers: null,
    stamp,
    queries: [],
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const query = Buffer.concat(pieces);
      made.queries.push({ type: request.headers['content-type'] ?? '', body: query });
      const answer = made.answers === null ? { body: stamp(query) } : made.answers(query);
      if (answer === 'silence') return;
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/timestamp-reply' }).end(answer.body);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsr`;
  return made;
}
