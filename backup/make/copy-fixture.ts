/** For tests of the copies: an appliance's folder, an identity, and the context of a maker over a test's database. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openSecretBox, secretsKeyFile } from '../../register/seal/secret-box.ts';
import type { FreshDatabase } from '../../test/database/fresh.ts';
import { newIdentity, recipientOf } from '../age.ts';
import { openFolderPlace } from '../place/folder.ts';
import type { Place } from '../place/place.ts';
import type { CopyContext } from './context.ts';

export interface CopyFixture {
  context: CopyContext;
  identity: string;
  /** A file with the identity, as `age -i` takes it. */
  identityFile: string;
  /** The folder behind a place. */
  folderOf(name: string): string;
}

/** @param names - of folder places, each a folder beside the test's data */
export async function copyFixture(fresh: FreshDatabase, names: string[], change: Partial<CopyContext> = {}): Promise<CopyFixture> {
  const data = join(fresh.folder, 'data');
  const folderOf = (name: string) => join(fresh.folder, name);
  const identity = await newIdentity();
  const identityFile = join(fresh.folder, 'identity.txt');
  await writeFile(identityFile, `${identity}\n`);
  await mkdir(join(data, 'ca'), { recursive: true });
  await writeFile(join(data, 'ca', 'ministry.pem'), 'not really a certificate\n');
  const confFile = join(fresh.folder, 'saraban.conf');
  await writeFile(confFile, 'SARABAN_SMTP_PORT=2525\n');
  const places: Place[] = names.map(name => openFolderPlace(folderOf(name), { data, bandwidth: null }));
  return {
    context: {
      db: fresh.owner,
      store: fresh.store,
      places,
      keys: { recipients: [await recipientOf(identity)] },
      box: await openSecretBox(secretsKeyFile(data)),
      data,
      confFile,
      now: () => new Date(),
      version: '0.0.0-test',
      log: { info: () => {}, warn: () => {}, error: () => {} },
      ...change,
    },
    identity,
    identityFile,
    folderOf,
  };
}

const run = promisify(execFile);

/** Runs lines of a shell as a person would type them. */
export async function shell(lines: string, folder: string, environment: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', lines], {
    cwd: folder,
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
