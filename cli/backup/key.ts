/** `saraban backup key`: whom the copies are encrypted for, what opens them, and whether anybody but this machine has it. */
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { recipientOf } from '../../backup/age.ts';
import { type Escrow, escrowOf, noteSheet } from '../../backup/escrow.ts';
import type { CopyKeys } from '../../backup/keys.ts';
import { selectAgencies } from '../../backup/prove/queries.ts';
import { rotateOwnKey } from '../../backup/rotate-key.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import { signingKey } from '../../register/seal/keys.ts';
import { readArguments, textOf, usage } from '../arguments.ts';
import { type CommandContext, DONE } from '../command.ts';
import type { NightParts } from '../night/parts.ts';
import { withNight } from './with-night.ts';

/** `--sheet FILE.pdf` prints the escrow sheet; `--new` takes a new key for the coming copies. The secret itself is never shown at the terminal. */
export async function key(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { sheet: { type: 'string' }, new: { type: 'boolean' } });
  const sheet = textOf(values, 'sheet');
  const found = await withNight(context, async parts => {
    if (values.new === true) await rotate(parts);
    const keys = await parts.keys();
    const fingerprint = await fingerprintOf(parts);
    if (sheet !== undefined) await printSheet(parts, keys, fingerprint, resolve(sheet));
    return { keys, fingerprint, escrow: await escrowOf(parts.settings.data, keys) };
  });
  const { keys, fingerprint, escrow } = found;
  const lines = [
    ...(values.new === true
      ? [
          'เปลี่ยนกุญแจแล้ว สำเนาต่อจากนี้ใช้กุญแจใหม่ กุญแจเดิมยังใช้เปิดสำเนาก่อนหน้า · The coming copies have a new key; the old one stays for those before.',
        ]
      : []),
    ...(sheet === undefined
      ? []
      : [
          `พิมพ์ใบเก็บรักษากุญแจที่ ${resolve(sheet)} โปรดพิมพ์ลงกระดาษ เก็บไว้นอกสถานที่ แล้วลบไฟล์ · Escrow sheet written: print it, keep the paper elsewhere, delete the file.`,
        ]),
    ...keys.recipients.map(recipient => `ผู้รับ recipient: ${recipient}`),
    `กุญแจเปิดสำเนา identity: ${keys.identityFile ?? 'อยู่ที่อื่น held elsewhere'}`,
    `ลายนิ้วมือกุญแจลงนาม signing key: ${fingerprint}`,
    wordsOf(escrow),
  ];
  context.answer(lines.join('\n'), {
    recipients: keys.recipients,
    identityFile: keys.identityFile,
    heldElsewhere: keys.heldElsewhere,
    escrow: escrow.state,
    signingKey: fingerprint,
    sheet: sheet === undefined ? null : resolve(sheet),
  });
  return DONE;
}

async function rotate(parts: NightParts): Promise<void> {
  const { recipients, identity } = parts.settings.backup;
  if (recipients.length > 0 || identity !== null)
    throw usage(
      '--new ใช้ได้เฉพาะกุญแจที่ระบบสร้างเอง โปรดเปลี่ยนที่ SARABAN_BACKUP_RECIPIENT และ SARABAN_BACKUP_IDENTITY',
      '--new is for the key that Saraban made itself: change SARABAN_BACKUP_RECIPIENT and SARABAN_BACKUP_IDENTITY instead',
    );
  // Made first where there is none, so that there is one to be followed.
  await parts.keys();
  await rotateOwnKey(parts.settings.data, parts.now());
}

async function fingerprintOf(parts: NightParts): Promise<string> {
  return await inAgency(parts.app, 0, THE_APPLIANCE, async tx => (await signingKey(tx, 0, parts.box, parts.now())).fingerprint);
}

async function printSheet(parts: NightParts, keys: CopyKeys, keyFingerprint: string, file: string): Promise<void> {
  const [identity] = keys.identities ?? [];
  if (identity === undefined) throw notHere();
  const agency = (await selectAgencies(parts.db)).find(one => one.id === 0);
  if (agency === undefined) throw new Error('the appliance has no agency 0');
  const at = parts.now();
  const recipient = await recipientOf(identity);
  const places = parts.places.map(place => ({ name: place.label.th, address: place.name }));
  const pdf = await parts.printer.escrowSheet({ agency, identity, recipient, keyFingerprint, places, at });
  await writeNew(file, pdf);
  await noteSheet(parts.settings.data, recipient, at);
}

/** Readable to its owner alone, and never over another file: it might be the sheet of an older key. */
async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw usage(
      `--sheet ${file}: เขียนไฟล์ไม่ได้`,
      code === 'EEXIST' ? 'the file is there already: choose another name' : `cannot be written (${code})`,
    );
  }
}

function notHere(): Failure {
  return new Failure({
    code: 'key-elsewhere',
    temporary: false,
    message: 'the identity of the copies is not on this machine',
    userMessage: {
      th: 'กุญแจเปิดสำเนาไม่ได้อยู่ในเครื่องนี้ จึงพิมพ์ใบเก็บรักษากุญแจไม่ได้ โปรดให้ผู้ถือกุญแจเก็บรักษาไว้อย่างน้อยสองแห่ง',
      en: 'The key that opens the copies is not on this machine, so no escrow sheet can be printed. Whoever holds it should keep it in two places.',
    },
  });
}

function wordsOf(escrow: Escrow): string {
  switch (escrow.state) {
    case 'elsewhere':
      return 'กุญแจอยู่ที่อื่น เครื่องนี้เปิดสำเนาเองไม่ได้ · The key is held elsewhere: this machine cannot open its copies.';
    case 'sheet':
      return `พิมพ์ใบเก็บรักษากุญแจแล้วเมื่อ ${escrow.printedAt.toISOString()} · An escrow sheet was printed.`;
    case 'file':
      return `กุญแจอยู่ในไฟล์นอกโฟลเดอร์ข้อมูล โปรดแน่ใจว่ามีอีกชุดเก็บไว้ที่อื่น · The key is in ${escrow.file}: make sure that it is kept elsewhere too.`;
    case 'only-here':
      return 'คำเตือน: กุญแจอยู่ในเครื่องนี้เพียงแห่งเดียว ถ้าเครื่องเสียหายจะเปิดสำเนาใดไม่ได้เลย โปรดพิมพ์ใบเก็บรักษากุญแจด้วย --sheet แล้วเก็บไว้ที่อื่น\nWARNING: the key is on this machine alone. If the machine is lost no copy can be opened: print the escrow sheet with --sheet and keep it elsewhere.';
  }
}
