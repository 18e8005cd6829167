/**
 * The keys of the copies: to whom they are encrypted, and what opens them for the proof. An installation that names no recipient gets an identity
 * of its own, `<data>/keys/copy.agekey`; it is to be printed (escrow sheet), for a machine that is lost takes the file with it.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupSettings } from '../config/backup-settings.ts';
import { codeOf, Failure } from '../register/failure.ts';
import { storeFailure, syncFolder } from '../register/store/folder.ts';
import { identitiesOf, newIdentity, recipientOf } from './age.ts';

export interface CopyKeys {
  /** 'age1…', one or more. */
  recipients: string[];
  /** What opens the copies here; null where the key is held elsewhere. */
  identities: string[] | null;
  heldElsewhere: boolean;
  /** The file of `identities`. */
  identityFile: string | null;
}

export const OWN_KEY = join('keys', 'copy.agekey');

/**
 * Reads the keys as the settings say, making the appliance's own when no recipient is set and none was made before.
 * @throws Failure `copy-key-unfit` when a file or a recipient cannot be read, or the identity set opens none of the recipients set;
 * `store-unwritable`, `disk-full` when the new key cannot be kept
 */
export async function openCopyKeys(options: { data: string; backup: Pick<BackupSettings, 'recipients' | 'identity'> }): Promise<CopyKeys> {
  const { data, backup } = options;
  const file = backup.identity ?? (backup.recipients.length === 0 ? join(data, OWN_KEY) : null);
  if (file === null) return { recipients: backup.recipients, identities: null, heldElsewhere: true, identityFile: null };
  if (backup.identity === null) await makeOwnKey(file);
  const identities = await readIdentities(file);
  const own: string[] = [];
  for (const identity of identities) own.push(await recipientOf(identity));
  // Of the appliance's own file the first is in use; those below it were, and open the copies of their time (rotate-key.ts).
  const inUse = backup.identity === null ? own.slice(0, 1) : own;
  const recipients = backup.recipients.length === 0 ? inUse : backup.recipients;
  // A proof with a key that opens nothing would fail every night; said at the start instead.
  if (!own.some(recipient => recipients.includes(recipient))) throw foreign(file);
  return { recipients, identities, heldElsewhere: false, identityFile: file };
}

async function readIdentities(file: string): Promise<string[]> {
  try {
    return identitiesOf(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Failure) throw unread(file, undefined);
    throw unread(file, error);
  }
}

/** Whole or not at all, and never over a key that is there: two processes may start at once, and a lost key is a lost archive. */
async function makeOwnKey(file: string): Promise<void> {
  const folder = join(file, '..');
  try {
    const existing = await open(file, 'r').catch(error => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (existing !== null) return await existing.close();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const identity = await newIdentity();
    const recipient = await recipientOf(identity);
    const fresh = join(folder, `.copy.agekey-${randomUUID()}`);
    const handle = await open(fresh, 'wx', 0o600);
    try {
      await handle.writeFile(`# The key of the copies of this Saraban / กุญแจเปิดสำเนาของระบบนี้\n# public key: ${recipient}\n${identity}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    try {
      await link(fresh, file);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      await unlink(fresh);
    }
    await syncFolder(folder);
  } catch (error) {
    throw storeFailure(error, folder);
  }
}

function unread(file: string, cause: unknown): Failure {
  return new Failure({
    code: 'copy-key-unfit',
    temporary: false,
    message: `${file} cannot be read as a file of age identities`,
    userMessage: {
      th: `อ่านกุญแจของสำเนาจาก ${file} ไม่ได้ ไฟล์ต้องมีบรรทัด AGE-SECRET-KEY-1… และโปรแกรมต้องอ่านไฟล์ได้`,
      en: `The key of the copies cannot be read from ${file}: it must hold a line AGE-SECRET-KEY-1…, and be readable to the program.`,
    },
    ...(cause === undefined ? {} : { cause }),
  });
}

function foreign(file: string): Failure {
  return new Failure({
    code: 'copy-key-unfit',
    temporary: false,
    message: `the identity of ${file} opens none of the recipients`,
    userMessage: {
      th: `กุญแจใน ${file} ไม่ตรงกับ SARABAN_BACKUP_RECIPIENT ใดเลย จึงเปิดสำเนาไม่ได้`,
      en: `The key in ${file} belongs to none of SARABAN_BACKUP_RECIPIENT, so it would open no copy.`,
    },
  });
}
