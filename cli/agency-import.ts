/** `saraban agency import FILE`: an agency that was exported elsewhere becomes one of this appliance, which may run meanwhile. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { identitiesOf } from '../backup/age.ts';
import { type AgencyImported, importAgency } from '../backup/agency/import.ts';
import { openDatabase } from '../register/db/connect.ts';
import { asFailure } from '../register/db/transaction.ts';
import { openSecretBox, secretsKeyFile } from '../register/seal/secret-box.ts';
import { openFolderStore } from '../register/store/folder.ts';
import { listOf, readArguments, textOf, usage } from './arguments.ts';
import { openClock } from './clock.ts';
import { type CommandContext, DONE } from './command.ts';
import { withDatabase } from './open-database.ts';

const STEPS = {
  examine: 'กำลังตรวจชุดข้อมูล… · Proving the export…',
  files: 'กำลังเก็บไฟล์… · Storing the files…',
  rows: 'กำลังนำเข้าทะเบียน… · Bringing in the register…',
  verify: 'กำลังพิสูจน์ความครบถ้วน… · Proving what was brought in…',
};

export async function importOne(args: string[], context: CommandContext): Promise<number> {
  const options = {
    identity: { type: 'string' },
    key: { type: 'string' },
    activate: { type: 'boolean' },
    login: { type: 'string' },
  } as const;
  const { values, words } = readArguments(args, options, { words: ['FILE'] });
  const key = textOf(values, 'key');
  if (key !== undefined && !/^[0-9a-f]{64}$/i.test(key))
    throw usage('--key ต้องเป็นลายนิ้วมือกุญแจ 64 หลัก', '--key must be the fingerprint of a key, 64 hexadecimal digits');
  const identityFile = textOf(values, 'identity');
  const identities = identityFile === undefined ? [] : identitiesOf(await textOfFile(identityFile));
  const logins = loginsOf(listOf(values, 'login'));
  const settings = context.settings();
  const imported = await withDatabase(settings, async connection => {
    const db = openDatabase(connection, { role: 'owner', max: 2, name: 'import' });
    try {
      const store = await openFolderStore(join(settings.data, 'blobs'));
      const box = await openSecretBox(secretsKeyFile(settings.data));
      const where = { db, store, box, work: join(settings.data, 'work'), now: openClock(settings.clockStart) };
      const what = { file: resolve(words[0] ?? ''), identities, fingerprint: key ?? null, activate: values.activate === true, logins };
      return await importAgency(where, { ...what, onProgress: progress(context) });
    } catch (error) {
      throw asFailure(error);
    } finally {
      await db.end({ timeout: 5 });
    }
  });
  context.answer(describe(imported), imported);
  return DONE;
}

/** 'admin=admin@tambon'. @throws UsageError */
function loginsOf(items: string[]): Map<string, string> {
  return new Map(
    items.map(item => {
      const [, before, after] = /^([^=]+)=([^=\s]{2,120})$/.exec(item) ?? [];
      if (before === undefined || after === undefined || after !== after.toLowerCase())
        throw usage(`--login ${item}: ต้องเป็น ชื่อเดิม=ชื่อใหม่ (ตัวพิมพ์เล็ก ไม่มีช่องว่าง)`, 'must be OLD=NEW, in lower case, without spaces');
      return [before, after];
    }),
  );
}

async function textOfFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw usage(`--identity ${file}: อ่านไฟล์ไม่ได้`, 'the file cannot be read');
  }
}

const PROGRESS_MS = 2_000;

function progress(context: CommandContext): (step: keyof typeof STEPS, files: number) => void {
  let said: string | null = null;
  let saidAt = 0;
  return (step, files) => {
    if (step !== said) context.note(STEPS[step]);
    else if (Date.now() - saidAt >= PROGRESS_MS) context.note(`ไฟล์ ${files} · ${files} files`);
    else return;
    said = step;
    saidAt = Date.now();
  };
}

function describe({ agency, report, settled, fingerprint, cutAt, privateKeys }: AgencyImported): string {
  const lines = [
    `นำเข้า ${agency.nameTh} (${agency.code}) แล้ว · ${agency.nameEn || agency.code} has moved in`,
    `  ข้อมูล ณ · as of ${cutAt}`,
    `  รายการ entries ${report.entries}, การกระทำ acts ${report.acts}, ไฟล์ files ${report.blobs}: ถูกต้องครบถ้วน · everything holds`,
    `  ลงนามด้วยกุญแจ · signed with the key ${fingerprint}`,
  ];
  if (settled.mails + settled.acknowledgements > 0) {
    lines.push(
      `  จดหมายที่ยังไม่ทราบผล ${settled.mails} การแจ้งผลการรับ ${settled.acknowledgements}: ไม่ส่งเอง ให้เจ้าหน้าที่ตัดสินใจ · ${settled.mails} mails and ${settled.acknowledgements} acknowledgements are uncertain: an officer decides`,
    );
  }
  if (!privateKeys) lines.push('  ชุดข้อมูลไม่มีกุญแจลับ จะสร้างกุญแจลงนามใหม่ · The export had no private keys: a new signing key will be made');
  lines.push(
    agency.state === 'active'
      ? '  รับหนังสือและออกเลขที่ระบบนี้แล้ว โปรดแน่ใจว่าระบบเดิมหยุดแล้ว · It takes mail and gives numbers here now: be sure that the other appliance has stopped'
      : `  ยังระงับไว้ เพื่อไม่ให้สองระบบออกเลขพร้อมกัน เมื่อระบบเดิมหยุดแล้วใช้ npx saraban agency activate ${agency.code} · It is suspended, so that two appliances never give its numbers at once: npx saraban agency activate ${agency.code} when the other one has stopped`,
  );
  return lines.join('\n');
}
