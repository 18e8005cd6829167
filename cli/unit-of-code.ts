/** Finds units by the codes that people type. */
import { nearest } from '../config/nearest.ts';
import type { UnitRow } from '../register/look/office.ts';
import { usage } from './arguments.ts';

/** @throws UsageError naming the option, with the code that was probably meant */
export function unitOfCode(units: UnitRow[], option: string, code: string): UnitRow {
  const found = units.find(unit => unit.code === code);
  if (found !== undefined) return found;
  const codes = units.map(unit => unit.code);
  const meant = nearest(code, codes);
  const known = codes.length === 0 ? 'there is no unit yet' : `there is no such unit; known are ${codes.slice(0, 30).join(', ')}`;
  throw usage(`${option} ${code}: ไม่มีหน่วยงานรหัสนี้`, meant ? `did you mean ${meant}?` : known);
}
