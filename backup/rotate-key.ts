/**
 * A new key for the coming copies, as after the old one was seen by a stranger. Only the appliance's own key file is changed: who sets SARABAN_BACKUP_RECIPIENT
 * changes it there. The old identities stay in the file below the new one, for the copies of their time.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storeFailure, syncFolder } from '../register/store/folder.ts';
import { newIdentity, recipientOf } from './age.ts';
import { OWN_KEY } from './keys.ts';

/**
 * @param data - the data folder; its key file is there (openCopyKeys makes it)
 * @returns the recipient of the coming copies
 * @throws Failure `store-unwritable`, `disk-full`; the old file is there then as it was
 */
export async function rotateOwnKey(data: string, at: Date): Promise<string> {
  const file = join(data, OWN_KEY);
  const folder = dirname(file);
  const draft = join(folder, `.copy.agekey-${randomUUID()}`);
  try {
    const before = await readFile(file, 'utf8');
    const identity = await newIdentity();
    const recipient = await recipientOf(identity);
    const head = `# The key of the copies of this Saraban since ${at.toISOString()} / กุญแจเปิดสำเนาของระบบนี้\n# public key: ${recipient}\n${identity}\n`;
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${head}# Before that / กุญแจเดิม ใช้เปิดสำเนาก่อนหน้า\n${before}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    await syncFolder(folder);
    return recipient;
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw storeFailure(error, folder);
  }
}
