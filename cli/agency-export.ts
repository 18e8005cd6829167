/** `saraban agency export CODE`: everything of one agency in one file, for another Saraban or for the shelf. Works while the appliance runs. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AgencyExported, exportAgency } from '../backup/agency/export.ts';
import { leave } from '../backup/agency/leave.ts';
import { openDatabase } from '../register/db/connect.ts';
import { asFailure } from '../register/db/transaction.ts';
import { openSecretBox, secretsKeyFile } from '../register/seal/secret-box.ts';
import { openFolderStore } from '../register/store/folder.ts';
import { listOf, readArguments, textOf, usage } from './arguments.ts';
import { openClock } from './clock.ts';
import { type CommandContext, DONE } from './command.ts';
import { lettersProgress } from './letters-progress.ts';
import { withDatabase } from './open-database.ts';
import { programVersion } from './program-version.ts';
import { officerAtTerminal } from './with-register.ts';

export async function exportOne(args: string[], context: CommandContext): Promise<number> {
  const options = {
    to: { type: 'string' },
    recipient: { type: 'string' },
    plain: { type: 'boolean' },
    leave: { type: 'boolean' },
  } as const;
  const { values, words } = readArguments(args, options, { words: ['CODE'], required: ['to'] });
  const recipients = listOf(values, 'recipient');
  if ((values.plain === true) === recipients.length > 0) {
    throw usage(
      'โปรดระบุ --recipient age1… (ผู้รับกุญแจ ไฟล์จะเข้ารหัส) หรือ --plain (ไม่เข้ารหัส และไม่มีกุญแจลับสำหรับลงนาม) อย่างใดอย่างหนึ่ง',
      'say --recipient age1… (the file is encrypted to it) or --plain (not encrypted, and without the private signing keys)',
    );
  }
  const code = words[0] ?? '';
  const settings = context.settings();
  const now = openClock(settings.clockStart);
  const file = await fileAt(resolve(textOf(values, 'to') ?? ''), code, now(), recipients.length > 0);
  context.note(`กำลังส่งออก ${code}… · Exporting ${code}…`);
  const exported = await withDatabase(settings, async connection => {
    const db = openDatabase(connection, { role: 'owner', max: 2, name: 'export' });
    try {
      const store = await openFolderStore(join(settings.data, 'blobs'));
      const box = await openSecretBox(secretsKeyFile(settings.data));
      const where = { db, store, box, work: join(settings.data, 'work'), now, version: programVersion() };
      const what = { code, recipients: recipients.length > 0 ? recipients : null, onProgress: lettersProgress(context) };
      return values.leave === true ? await leave(where, what, file, officerAtTerminal(0)) : await exportAgency(where, what, file);
    } catch (error) {
      throw asFailure(error);
    } finally {
      await db.end({ timeout: 5 });
    }
  });
  context.answer(describe(exported, values.leave === true), { ...exported, left: values.leave === true });
  return DONE;
}

/** A folder gets a name of its own in it: <code>-<time>.tar or .tar.age. */
async function fileAt(to: string, code: string, at: Date, encrypted: boolean): Promise<string> {
  const name = `${code}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.tar${encrypted ? '.age' : ''}`;
  return (await stat(to).catch(() => null))?.isDirectory() === true ? join(to, name) : to;
}

function describe(exported: AgencyExported, left: boolean): string {
  const { agency, file, size, entries, blobs, fingerprint, sha256, privateKeys } = exported;
  return [
    `ส่งออก ${agency.nameTh} (${agency.code}) แล้ว · ${agency.nameEn || agency.code} was exported`,
    `  ${file} (${(size / 1024 ** 2).toFixed(1)} MiB)`,
    `  รายการ entries ${entries}, ไฟล์ files ${blobs.count}`,
    `  SHA-256 ${sha256}`,
    `  ลายนิ้วมือกุญแจลงนาม · fingerprint of the signing key ${fingerprint}`,
    privateKeys
      ? '  มีกุญแจลับสำหรับลงนามอยู่ในไฟล์ (เข้ารหัสไว้) · The private signing keys are in it, encrypted'
      : '  ไฟล์ไม่ได้เข้ารหัส และไม่มีกุญแจลับสำหรับลงนาม · The file is not encrypted, and the private signing keys are not in it',
    left
      ? `  ${agency.code} ออกจากระบบนี้แล้ว จะไม่รับจดหมายและไม่ออกเลขอีก · ${agency.code} has left: no more mail is taken, no more numbers are given here`
      : `  ${agency.code} ยังรับหนังสือและออกเลขที่ระบบนี้ต่อไป เมื่อจะย้ายจริงให้ใช้ --leave · ${agency.code} goes on here; when it really moves, use --leave`,
  ].join('\n');
}
