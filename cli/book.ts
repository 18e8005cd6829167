/** `saraban book`: the address book of agencies, from and to a CSV file. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { exportBook, importBook } from '../register/correspondent/import.ts';
import { Failure } from '../register/failure.ts';
import { done } from './act-outcome.ts';
import { readArguments, runPart, textOf } from './arguments.ts';
import { type CommandContext, DONE } from './command.ts';
import { readFileNamed } from './rules/file-named.ts';
import { chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

export async function book(args: string[], context: CommandContext): Promise<number> {
  return await runPart('book', { import: take, export: give }, args, context);
}

async function take(args: string[], context: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, { agency: { type: 'string' } }, { words: ['FILE'] });
  const file = words[0] ?? '';
  const bytes = await readFileNamed(file);
  const { code, taken } = await withRegister(context.settings(), async register => {
    const agency = await chooseAgency(register.db, textOf(values, 'agency'));
    return { code: agency.code, taken: await importBook(register, officerAtTerminal(agency.id), bytes) };
  });
  if (taken.outcome === 'invalid') {
    const faults = taken.faults.map(fault => `${file} ${fault.field}: ${fault.message.th} · ${fault.message.en}`);
    throw new Failure({
      code: 'faulty-file',
      temporary: false,
      message: taken.faults.map(fault => `${fault.field}: ${fault.message.en}`).join('; '),
      userMessage: { th: `ไม่ได้นำเข้า\n${faults.join('\n')}`, en: 'Nothing was imported.' },
    });
  }
  const { added, changed, same } = done({ th: 'สมุดที่อยู่', en: 'The address book' }, taken);
  context.answer(`เพิ่ม ${added} แก้ไข ${changed} คงเดิม ${same} · ${added} added, ${changed} changed, ${same} as they were`, {
    agency: code,
    added,
    changed,
    same,
  });
  return DONE;
}

async function give(args: string[], context: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, { agency: { type: 'string' } }, { words: ['FILE'] });
  const file = words[0] ?? '';
  const { code, csv } = await withRegister(context.settings(), async register => {
    const agency = await chooseAgency(register.db, textOf(values, 'agency'));
    return { code: agency.code, csv: (await exportBook(register.db, officerAtTerminal(agency.id))) ?? '' };
  });
  try {
    await writeFile(resolve(file), csv);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? '';
    throw new Failure({
      code: 'file-unwritable',
      temporary: false,
      message: `${file} cannot be written (${reason})`,
      userMessage: { th: `เขียนไฟล์ ${file} ไม่ได้ (${reason})`, en: `The file ${file} cannot be written (${reason}).` },
      cause: error,
    });
  }
  context.answer(`ส่งออกสมุดที่อยู่ไปที่ ${file} แล้ว · Address book exported to ${file}`, { agency: code, file });
  return DONE;
}
