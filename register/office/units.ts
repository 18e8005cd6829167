/** Units of an agency, as a tree. A unit is never deleted: its register of numbers stays. */
import { v7 as uuidv7 } from 'uuid';
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks, isId } from '../checks.ts';
import type { Transaction } from '../db/connect.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { countOpenRoutes, insertUnit, lockOffice, selectAncestors, selectUnit, updateUnit } from './queries.ts';

export interface NewUnit {
  /** Lower-case Latin letters, digits and hyphens; rules name the unit by it. */
  code: string;
  nameTh: string;
  nameEn?: string | undefined;
  email?: string | undefined;
  parentId?: string | null | undefined;
}

/** Adds a unit. */
export async function addUnit(context: RegisterContext, officer: Officer, input: NewUnit): Promise<ActOutcome<{ unitId: string }>> {
  return await actInOffice<{ unitId: string }>(context, officer, 'manage-units', async (tx, at) => {
    await lockOffice(tx, officer.agencyId);
    const checks = new Checks();
    const code = checkCode(checks, input.code);
    const unit = {
      nameTh: checks.text('nameTh', input.nameTh, { most: 200, required: true }),
      nameEn: checks.text('nameEn', input.nameEn, { most: 200 }),
      email: checks.email('email', input.email),
      parentId: await checkParent(tx, checks, input.parentId, null),
      state: 'active' as const,
    };
    const unitId = uuidv7();
    if (checks.invalid !== null) return checks.invalid;
    if (!(await insertUnit(tx, officer.agencyId, unitId, code, unit))) {
      checks.fault('code', 'มีหน่วยงานที่ใช้รหัสนี้แล้ว', 'Another unit has this code.');
      return checks.invalid ?? { outcome: 'not-found' };
    }
    await insertAct(tx, officer, at, { register: 'office', kind: 'unit-added', detail: { unitId, code, ...unit } });
    return { outcome: 'done', unitId };
  });
}

/** The form of a code, of units and of agencies alike. */
export function checkCode(checks: Checks, value: unknown): string {
  const code = checks.text('code', value, { most: 63, required: true });
  if (code !== '' && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(code)) {
    checks.fault('code', 'ใช้ได้เฉพาะ a-z 0-9 และ - โดยขึ้นต้นด้วยตัวอักษรหรือตัวเลข', 'Only a-z, 0-9 and -, beginning with a letter or digit.');
  }
  return code;
}

/** An existing unit that does not lie beneath `unitId` itself: else the tree would have a ring. */
async function checkParent(tx: Transaction, checks: Checks, parentId: unknown, unitId: string | null): Promise<string | null> {
  if (parentId === undefined || parentId === null || parentId === '') return null;
  const above = isId(parentId) ? await selectAncestors(tx, parentId) : [];
  if (above.length === 0) checks.fault('parentId', 'ไม่มีหน่วยงานแม่นี้', 'There is no such parent unit.');
  else if (unitId !== null && above.includes(unitId))
    checks.fault('parentId', 'หน่วยงานแม่อยู่ใต้หน่วยงานนี้เอง', 'The parent lies beneath this unit.');
  return isId(parentId) ? parentId.toLowerCase() : null;
}

export interface UnitChange {
  unitId: string;
  nameTh?: string | undefined;
  nameEn?: string | undefined;
  email?: string | undefined;
  parentId?: string | null | undefined;
  state?: 'active' | 'closed' | undefined;
}

/** Changes a unit, or closes it; one that still has open letters cannot be closed. The code stays: rules name it. */
export async function changeUnit(context: RegisterContext, officer: Officer, input: UnitChange): Promise<ActOutcome> {
  return await actInOffice(context, officer, 'manage-units', async (tx, at) => {
    await lockOffice(tx, officer.agencyId);
    const before = isId(input.unitId) ? await selectUnit(tx, input.unitId.toLowerCase()) : null;
    if (before === null) return { outcome: 'not-found' };
    const unitId = input.unitId.toLowerCase();
    const checks = new Checks();
    const unit = { ...before };
    if (input.nameTh !== undefined) unit.nameTh = checks.text('nameTh', input.nameTh, { most: 200, required: true });
    if (input.nameEn !== undefined) unit.nameEn = checks.text('nameEn', input.nameEn, { most: 200 });
    if (input.email !== undefined) unit.email = checks.email('email', input.email);
    if (input.parentId !== undefined) unit.parentId = await checkParent(tx, checks, input.parentId, unitId);
    if (input.state !== undefined) unit.state = checks.oneOf('state', input.state, ['active', 'closed']) ?? before.state;
    const open = unit.state === 'closed' && before.state === 'active' ? await countOpenRoutes(tx, unitId) : 0;
    if (open > 0) checks.fault('state', `หน่วยงานยังมีหนังสือค้างอยู่ ${open} ฉบับ`, `The unit still has ${open} open letters.`);
    if (checks.invalid !== null) return checks.invalid;
    await updateUnit(tx, unitId, unit);
    await insertAct(tx, officer, at, { register: 'office', kind: 'unit-changed', detail: { unitId, before, after: unit } });
    return { outcome: 'done' };
  });
}
