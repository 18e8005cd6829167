/** For tests: rclone's own SFTP server and an S3 server from npm, on free ports of loopback, and a configuration of rclone that names both. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface TestServer {
  port: number;
  /** Where its files lie. */
  folder: string;
  close(): Promise<void>;
}

/** @param folder - what it serves; made. @param again - the port it had before, for a server that comes back */
export async function startSftp(folder: string, again?: number): Promise<TestServer> {
  await mkdir(folder, { recursive: true });
  const port = again ?? (await freePort());
  const child: ChildProcess = spawn(
    'rclone',
    ['serve', 'sftp', folder, `--addr=127.0.0.1:${port}`, '--user=saraban', '--pass=secret', '--vfs-cache-mode=off'],
    {
      stdio: 'ignore',
      env: { ...process.env, RCLONE_CONFIG: join(folder, '..', 'none.conf') },
    },
  );
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()));
  await answers(port, child);
  return {
    port,
    folder,
    async close() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

interface S3rver {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}

/** With one bucket, 'copies'. */
export async function startS3(folder: string): Promise<TestServer> {
  await mkdir(folder, { recursive: true });
  const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver;
  const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: folder, configureBuckets: [{ name: 'copies' }] });
  const behind = await server.run();
  const front = createHttpServer((request, response) => void forward(request, response, behind.port));
  const port = await new Promise<number>(resolve => {
    front.listen(0, '127.0.0.1', () => resolve((front.address() as AddressInfo).port));
  });
  return {
    port,
    folder: join(folder, 'copies'),
    async close() {
      front.closeAllConnections();
      await new Promise(resolve => front.close(resolve));
      await server.close();
    },
  };
}

/** S3 keeps an object when all of its bytes have come; s3rver keeps what there is when the line breaks. So it is given whole requests alone. */
async function forward(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    const on = httpRequest({ port, host: '127.0.0.1', method, path: url, headers }, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    on.on('error', () => response.destroy());
    on.end(Buffer.concat(chunks));
  } catch {
    response.destroy();
  }
}

/** Writes the configuration: the remotes 'sftp' and 's3'. @returns its file */
export async function writeRcloneConfig(folder: string, ports: { sftp?: number; s3?: number }): Promise<string> {
  const file = join(folder, 'rclone.conf');
  const sftp = `[sftp]\ntype = sftp\nhost = 127.0.0.1\nport = ${ports.sftp ?? 1}\nuser = saraban\npass = ${obscured('secret')}\n`;
  const s3 = `[s3]\ntype = s3\nprovider = Other\naccess_key_id = S3RVER\nsecret_access_key = S3RVER\nendpoint = http://127.0.0.1:${ports.s3 ?? 1}\nforce_path_style = true\n`;
  await writeFile(file, `${sftp}\n${s3}`, { mode: 0o600 });
  return file;
}

/** As `rclone obscure` does: AES-CTR under a key that everybody knows, in front of it the IV. */
function obscured(text: string): string {
  const key = Buffer.from('9c935b48730a554d6bfd7c63c886a92bd390198eb8128afbf4de162b8b95f638', 'hex');
  const iv = Buffer.alloc(16, 7);
  return Buffer.concat([iv, createCipheriv('aes-256-ctr', key, iv).update(text, 'utf8')]).toString('base64url');
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

const TRIES = 200;

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const there = await new Promise<boolean>(resolve => {
      const socket = createConnection({ port, host: '127.0.0.1' }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (there) return;
    await wait(25);
  }
  throw new Error(`nothing answers on port ${port}`);
}
