/** `saraban agency`: adds an agency with its central address and first administrator; lists them; lets one leave or move in. Afterwards the agency's own pages take over. */
import { addAgency } from '../register/office/new-agency.ts';
import { done } from './act-outcome.ts';
import { activate, suspend } from './agency-state.ts';
import { given, readArguments, runPart, textOf } from './arguments.ts';
import { type CommandContext, DONE } from './command.ts';
import { passwordLines } from './one-time-password.ts';
import { table } from './table.ts';
import { agencies, officerAtTerminal, withRegister } from './with-register.ts';

export async function agency(args: string[], context: CommandContext): Promise<number> {
  return await runPart('agency', { add, list, export: exportLater, import: importLater, suspend, activate }, args, context);
}

// Loaded when called: the other parts must not wait for what reads archives.
async function exportLater(args: string[], context: CommandContext): Promise<number> {
  return await (await import('./agency-export.ts')).exportOne(args, context);
}

async function importLater(args: string[], context: CommandContext): Promise<number> {
  return await (await import('./agency-import.ts')).importOne(args, context);
}

async function add(args: string[], context: CommandContext): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { code: text, name: text, 'name-en': text, address: text, phone: text, 'time-zone': text, admin: text };
  const { values } = readArguments(args, options, { required: ['code', 'name', 'address'] });
  const settings = context.settings();
  const code = textOf(values, 'code') ?? '';
  const input = {
    code,
    nameTh: textOf(values, 'name') ?? '',
    address: textOf(values, 'address') ?? '',
    timeZone: settings.timeZone,
    ...given(values, { 'name-en': 'nameEn', phone: 'phone', 'time-zone': 'timeZone', admin: 'login' }),
  };
  const added = await withRegister(settings, async register =>
    done({ th: `ส่วนราชการ ${code}`, en: `Agency ${code}` }, await addAgency(register.db, input, officerAtTerminal(0), register.now()), {
      nameTh: 'name',
      nameEn: 'name-en',
      timeZone: 'time-zone',
      login: 'admin',
    }),
  );
  const { login, password } = added as { login: string; password: string | null };
  const lines = [`เพิ่มส่วนราชการ ${code} แล้ว · Agency ${code} added`, `  ${input.address}`, ...passwordLines(login, password)];
  context.answer(lines.join('\n'), { code, address: input.address, login, password });
  return DONE;
}

async function list(args: string[], context: CommandContext): Promise<number> {
  readArguments(args, {});
  const found = await withRegister(context.settings(), register => agencies(register.db));
  const rows = found.map(({ code, nameTh, addresses, state, entries, accounts }) => [
    code,
    nameTh,
    addresses.join(' '),
    state,
    String(entries),
    String(accounts),
  ]);
  const head = ['รหัส code', 'ชื่อ name', 'ที่อยู่กลาง address', 'สถานะ state', 'รายการปีนี้ entries', 'บัญชี accounts'];
  context.answer(table(head, rows, 'ยังไม่มีส่วนราชการ · No agency yet'), { items: found });
  return DONE;
}
