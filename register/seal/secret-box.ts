/**
 * Seals what the database must keep but not know: the agencies' private keys, and later the secrets of other systems. AES-256-GCM under a key file that lies
 * beside the database, not in it: somebody with a dump alone can neither sign as the agency nor read a secret.
 *
 *   sealed text: "SB1" · key id (4 bytes) · nonce (12) · ciphertext · tag (16). The first seven bytes are authenticated with it.
 *
 * The file holds all keys there ever were, the one in use first, so that it can rotate and old sealed texts still open.
 */
import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, Failure } from '../failure.ts';
import { syncFolder } from '../store/folder.ts';

export interface SecretBox {
  seal(plain: Uint8Array): Buffer;
  /** @throws Failure `secrets-key-wrong` when the key file does not have the key, or the sealed text was altered */
  open(sealed: Uint8Array): Buffer;
}

interface SecretKey {
  /** 8 hex digits. */
  id: string;
  key: Buffer;
  createdAt: string;
}

const FORMAT = 'saraban secrets 1';
const MAGIC = Buffer.from('SB1');
const ID_BYTES = 4;
const HEAD = MAGIC.length + ID_BYTES;
const NONCE = 12;
const TAG = 16;

/** Where the key file lies below the data folder. */
export const secretsKeyFile = (data: string) => join(data, 'keys', 'secrets.key');

/**
 * Opens the key file, and makes it (0600, in a folder of 0700) when there is none. Of processes that start at once all get the same key.
 * @throws Failure `secrets-key-wrong` when the file is no key file, `secrets-key-unreadable` when it can be neither read nor made
 */
export async function openSecretBox(keyFile: string): Promise<SecretBox> {
  let keys = await readOrMake(keyFile);
  const withId = (id: string) => keys.find(key => key.id === id);
  return {
    seal(plain) {
      const [current] = keys as [SecretKey, ...SecretKey[]];
      const head = Buffer.concat([MAGIC, Buffer.from(current.id, 'hex')]);
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce, { authTagLength: TAG }).setAAD(head);
      return Buffer.concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes.length < HEAD + NONCE + TAG || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw wrongKey(keyFile, 'not a sealed text');
      const id = bytes.toString('hex', MAGIC.length, HEAD);
      // Another process may have rotated the file since it was read.
      if (withId(id) === undefined) keys = parse(readFileSync(keyFile), keyFile);
      const key = withId(id);
      if (key === undefined) throw wrongKey(keyFile, `no key ${id} in it`);
      const decipher = createDecipheriv('aes-256-gcm', key.key, bytes.subarray(HEAD, HEAD + NONCE), { authTagLength: TAG });
      decipher.setAAD(bytes.subarray(0, HEAD)).setAuthTag(bytes.subarray(-TAG));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(HEAD + NONCE, -TAG)), decipher.final()]);
      } catch (error) {
        throw wrongKey(keyFile, `key ${id} does not open it`, error);
      }
    },
  };
}

/** Puts a new key in front of the others. What was sealed before still opens; what is sealed from now on, in every process that opens the file afterwards, takes the new one. */
export async function rotateSecretKey(keyFile: string): Promise<void> {
  const keys = await readOrMake(keyFile);
  const file = await writeAside(keyFile, [newKey(), ...keys]);
  await rename(file, keyFile);
  await syncFolder(dirname(keyFile));
}

async function readOrMake(keyFile: string): Promise<SecretKey[]> {
  try {
    const there = await readIfThere(keyFile);
    if (there !== null) return parse(there, keyFile);
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
    await chmod(dirname(keyFile), 0o700);
    const file = await writeAside(keyFile, [newKey()]);
    // A link is made or refused in one step, and never onto a file that is there: the second of two processes takes the first one's key.
    await link(file, keyFile).catch(error => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await unlink(file);
    await syncFolder(dirname(keyFile));
    return parse(await readFile(keyFile), keyFile);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure({
      code: 'secrets-key-unreadable',
      temporary: false,
      message: `the key file ${keyFile} can be neither read nor made (${codeOf(error) || 'unknown'})`,
      userMessage: {
        th: `อ่านหรือสร้างไฟล์กุญแจ ${keyFile} ไม่ได้ โปรดตรวจสิทธิ์ของไฟล์และโฟลเดอร์ (ผู้ใช้ที่รันระบบต้องอ่านและเขียนได้)`,
        en: `The key file ${keyFile} can be neither read nor made. Check its permissions: the user that runs the appliance must be able to read it and to write its folder.`,
      },
      cause: error,
    });
  }
}

async function readIfThere(keyFile: string): Promise<Buffer | null> {
  try {
    return await readFile(keyFile);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** On disk before it gets its name: half a key file would be worse than none. */
async function writeAside(keyFile: string, keys: SecretKey[]): Promise<string> {
  const file = join(dirname(keyFile), `.${basename(keyFile)}.${randomUUID()}`);
  const handle = await open(file, 'wx', 0o600);
  try {
    const written = keys.map(({ id, key, createdAt }) => ({ id, key: key.toString('base64'), createdAt }));
    await handle.writeFile(`${JSON.stringify({ format: FORMAT, keys: written }, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return file;
}

function newKey(): SecretKey {
  return { id: randomBytes(ID_BYTES).toString('hex'), key: randomBytes(32), createdAt: new Date().toISOString() };
}

function parse(bytes: Buffer, keyFile: string): SecretKey[] {
  let read: unknown;
  try {
    read = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw wrongKey(keyFile, 'not a key file', error);
  }
  const { format, keys } = (read ?? {}) as { format?: unknown; keys?: unknown };
  if (format !== FORMAT || !Array.isArray(keys) || keys.length === 0) throw wrongKey(keyFile, `not of the format '${FORMAT}'`);
  return keys.map((item: unknown) => {
    const { id, key, createdAt } = (item ?? {}) as { id?: unknown; key?: unknown; createdAt?: unknown };
    const decoded = typeof key === 'string' ? Buffer.from(key, 'base64') : Buffer.alloc(0);
    if (typeof id !== 'string' || !/^[0-9a-f]{8}$/.test(id) || decoded.length !== 32) throw wrongKey(keyFile, 'a key in it is damaged');
    return { id, key: decoded, createdAt: typeof createdAt === 'string' ? createdAt : '' };
  });
}

function wrongKey(keyFile: string, why: string, cause?: unknown): Failure {
  return new Failure({
    code: 'secrets-key-wrong',
    temporary: false,
    message: `${keyFile}: ${why}`,
    userMessage: {
      th: `ไฟล์กุญแจ ${keyFile} ไม่ใช่กุญแจที่ใช้ปิดผนึกข้อมูลในฐานข้อมูลนี้ โปรดนำไฟล์เดิมกลับมา (อยู่ในสำเนาสำรองทุกชุด ภายใต้ keys/secrets.key) แล้วเริ่มระบบใหม่ อย่าลบหรือสร้างไฟล์ใหม่แทน`,
      en: `The key file ${keyFile} is not the one that sealed the secrets of this database. Put the old file back (every copy holds it as keys/secrets.key) and start again. Do not delete it or make a new one.`,
    },
    ...(cause === undefined ? {} : { cause }),
  });
}
