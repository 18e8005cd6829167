/** `saraban restore --letter receive/17/2569`: one letter out of a copy, into a folder, or back into the live store. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DamagedCopy } from '../../backup/restore/fault.ts';
import { restoreLetter } from '../../backup/restore/one-letter.ts';
import { REGISTERS } from '../../register/registers.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { usage } from '../arguments.ts';
import { type CommandContext, DONE, FAILED } from '../command.ts';
import { openScratch } from '../scratch-database.ts';
import { describeFaults } from './ask.ts';
import { type CopyWanted, openWanted } from './source.ts';

export interface LetterArguments extends CopyWanted {
  letter: string;
  agency: string | undefined;
  to: string | undefined;
  intoStore: boolean;
}

export async function restoreOneLetter(wanted: LetterArguments, context: CommandContext): Promise<number> {
  const of = parseLetter(wanted.letter);
  if (wanted.to === undefined && !wanted.intoStore) throw usage('ต้องระบุ --to โฟลเดอร์ หรือ --into-store', 'say --to FOLDER or --into-store');
  const settings = context.settings();
  await mkdir(settings.data, { recursive: true, mode: 0o700 });
  const scratch = await openScratch(settings.data, settings.databaseUrl === null ? null : { url: settings.databaseUrl });
  try {
    const opened = await openWanted(wanted, settings, settings.data, scratch.folder, context);
    const store = wanted.intoStore ? await openFolderStore(join(settings.data, 'blobs')) : null;
    const to = wanted.to === undefined ? null : resolve(wanted.to);
    const found = await restoreLetter(opened, scratch, { ...of, agency: wanted.agency ?? null }, to, store);
    if (found.outcome === 'several')
      throw usage(`มีหลายส่วนราชการ โปรดระบุ --agency (${found.agencies.join(', ')})`, 'several agencies have that number: say --agency');
    if (found.outcome === 'not-found') {
      context.answer(`ไม่มีหนังสือ ${wanted.letter} ในสำเนานี้ · ${wanted.letter} is not in this copy`, { found: false });
      return FAILED;
    }
    const lines = [
      `หนังสือ ${wanted.letter} ของ ${found.letter.agency} จากสำเนา ${opened.night.manifest.id} · out of the copy`,
      ...found.files.map(file => `  ${file}`),
      ...(store === null
        ? []
        : [`  ไฟล์ที่ใส่คืนในระบบ files put back: ${found.putBack.length}`, ...found.putBack.map(sha256 => `    ${sha256}`)]),
    ];
    if (found.missing.length > 0) lines.push(describeFaults(found.missing));
    context.answer(lines.join('\n'), { found: true, copy: opened.night.manifest.id, to, ...found });
    return found.missing.length === 0 ? DONE : FAILED;
  } catch (error) {
    if (!(error instanceof DamagedCopy)) throw error;
    context.answer(`กู้คืนไม่ได้ · The copy cannot be restored.\n${describeFaults(error.faults)}`, { found: false, faults: error.faults });
    return FAILED;
  } finally {
    await scratch.close();
  }
}

function parseLetter(text: string): { register: string; number: number; year: number } {
  const found = /^([a-z-]+)\/(\d{1,9})\/(\d{4})$/.exec(text);
  const register = REGISTERS.find(name => name === found?.[1]);
  if (found === null || register === undefined)
    throw usage(
      `--letter ${text}: ต้องเป็น ทะเบียน/เลข/ปี เช่น receive/17/2569`,
      `must be a register, a number and a year, such as receive/17/2569`,
    );
  return { register, number: Number(found[2]), year: Number(found[3]) };
}
