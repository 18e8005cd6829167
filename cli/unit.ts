/** `saraban unit`: adds a unit (กอง/สำนัก) to an agency; lists them. */
import { listUnits, type UnitRow } from '../register/look/office.ts';
import { addUnit } from '../register/office/units.ts';
import { done } from './act-outcome.ts';
import { given, readArguments, runPart, textOf } from './arguments.ts';
import { type CommandContext, DONE } from './command.ts';
import { table } from './table.ts';
import { unitOfCode } from './unit-of-code.ts';
import { chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

export async function unit(args: string[], context: CommandContext): Promise<number> {
  return await runPart('unit', { add, list }, args, context);
}

async function add(args: string[], context: CommandContext): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { agency: text, code: text, name: text, 'name-en': text, email: text, parent: text };
  const { values } = readArguments(args, options, { required: ['code', 'name'] });
  const code = textOf(values, 'code') ?? '';
  const parent = textOf(values, 'parent');
  const added = await withRegister(context.settings(), async register => {
    const { id, code: agencyCode } = await chooseAgency(register.db, textOf(values, 'agency'));
    const officer = officerAtTerminal(id);
    const parentId = parent === undefined ? null : unitOfCode(await listUnits(register.db, officer), '--parent', parent).id;
    const input = { code, nameTh: textOf(values, 'name') ?? '', parentId, ...given(values, { 'name-en': 'nameEn', email: 'email' }) };
    const outcome = await addUnit(register, officer, input);
    return {
      agencyCode,
      ...done({ th: `หน่วยงาน ${code}`, en: `Unit ${code}` }, outcome, { nameTh: 'name', nameEn: 'name-en', parentId: 'parent' }),
    };
  });
  context.answer(`เพิ่มหน่วยงาน ${code} แล้ว · Unit ${code} added`, { agency: added.agencyCode, code, id: added.unitId });
  return DONE;
}

async function list(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { agency: { type: 'string' } });
  const units = await withRegister(context.settings(), async register => {
    const { id } = await chooseAgency(register.db, textOf(values, 'agency'));
    return await listUnits(register.db, officerAtTerminal(id));
  });
  const rows = units.map(one => [one.code, one.nameTh, one.nameEn, one.email, codeOf(units, one.parentId), one.state]);
  const head = ['รหัส code', 'ชื่อ name', 'ชื่ออังกฤษ name-en', 'อีเมล email', 'สังกัด parent', 'สถานะ state'];
  context.answer(table(head, rows, 'ยังไม่มีหน่วยงาน · No unit yet'), { items: units });
  return DONE;
}

function codeOf(units: UnitRow[], id: string | null): string {
  return units.find(one => one.id === id)?.code ?? '';
}
