/** Form 13 (ทะเบียนหนังสือรับ) and form 14 (ทะเบียนหนังสือส่ง), written out for forms/register.typ; a long register as a list of parts. */

import { LONG_MONTHS } from '../letter/thai-date.ts';
import type { FormData, FormRow, FormSeal } from './data.ts';
import { type Habits, habitsOf } from './habits.ts';
import type { FormValue } from './typst.ts';

const FORMS = {
  receive: { number: '13', title: 'ทะเบียนหนังสือรับ', column: ['เลข', 'ทะเบียนรับ'] },
  send: { number: '14', title: 'ทะเบียนหนังสือส่ง', column: ['เลข', 'ทะเบียนส่ง'] },
} as const;

export function fillRegister(data: FormData, which: 'receive' | 'send'): FormValue {
  const habits = habitsOf(data.agency);
  const form = FORMS[which];
  const title = data.classified ? `${form.title}ชั้นความลับ` : form.title;
  const period = periodText(data, habits);
  const tables = cut(data.period.kind === 'day' ? data.rows.map(row => cellsOf(row, habits)) : byDay(data.rows, habits), TABLE);
  const parts = tables.length === 0 ? [[]] : cut(tables, PART);
  const seal = data.seal === undefined ? null : sealOf(data.seal, habits);
  const common = {
    agency: data.agency.nameTh,
    form: `แบบที่ ${habits.digits(form.number)}`,
    title,
    file: { raw: `${title} ${period} ${data.agency.nameTh}` },
    column: [...form.column],
    period,
    total: data.rows.length === 0 ? '' : `รวม ${habits.count(data.rows.length)} รายการ`,
    thaiDigits: data.agency.numerals === 'thai',
    printed: `พิมพ์จากระบบสารบรรณ ${habits.date(data.printedAt)} เวลา ${habits.time(data.printedAt)}${data.printedBy === '' ? '' : ` โดย ${data.printedBy}`}`,
  };
  const filled = parts.map((part, index) => ({ ...common, tables: part, seal: index === parts.length - 1 ? seal : null }));
  return filled.length === 1 ? (filled[0] ?? null) : filled;
}

function periodText({ period }: FormData, habits: Habits): string {
  if (period.kind === 'year') return `ปี ${habits.era(period.year)}`;
  if (period.kind === 'month') return `เดือน ${LONG_MONTHS[period.month - 1] ?? ''} ${habits.era(period.year)}`;
  const [date = '', month = '', year = ''] = habits.day(period.day).split(' ');
  return `วันที่ ${date} เดือน ${month} ${habits.eraName} ${year}`;
}

// One table of all rows takes three times the memory of many small ones, and one file set at once a gigabyte for 10,000 rows.
const TABLE = 40;
const PART = 50;

function cut<T>(list: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}

/** The rows of several days, with a line before each day's first. */
function byDay(rows: FormRow[], habits: Habits): FormValue[] {
  const counts = new Map<string, number>();
  const days = rows.map(row => habits.isoDay(row.at));
  for (const day of days) counts.set(day, (counts.get(day) ?? 0) + 1);
  return rows.flatMap((row, index) => {
    const day = days[index] ?? '';
    const cells = cellsOf(row, habits);
    return day === days[index - 1] ? [cells] : [{ day: habits.weekday(day), count: `${habits.count(counts.get(day) ?? 0)} รายการ` }, cells];
  });
}

// The narrowest column fills a page with 400 letters.
const LONG = 300;

function cellsOf(row: FormRow, habits: Habits): FormValue {
  const { ended } = row;
  const mark = ended === null ? '' : ended.state === 'cancelled' ? 'ยกเลิก' : 'ส่งคืน';
  return {
    number: habits.digits(String(row.number)),
    letterNumber: row.letterNumber,
    letterDate: habits.shortDay(row.letterDate),
    from: row.from,
    to: row.to,
    subject: row.subject,
    action: row.action,
    remark: row.remark,
    long: [row.letterNumber, row.from, row.to, row.subject, row.action, row.remark, ended?.reason ?? ''].some(text => text.length > LONG),
    struck: ended?.state === 'cancelled',
    mark: ended === null || ended.reason === '' ? mark : `${mark}: ${ended.reason}`,
  };
}

function sealOf(seal: FormSeal, habits: Habits): FormValue {
  return {
    closed: `ปิดทะเบียนประจำวัน ครั้งที่ ${habits.count(seal.ordinal)} เมื่อ ${habits.date(seal.closedAt)} เวลา ${habits.time(seal.closedAt)}`,
    lines: [
      ['แฮชท้ายห่วงโซ่ของทะเบียน', seal.chainHead],
      ['ตราปิดของวันก่อนหน้า', seal.previousSeal === '' ? 'ไม่มี (วันแรก)' : seal.previousSeal],
      ['ลายนิ้วมือกุญแจลงนาม', seal.keyFingerprint],
    ],
  };
}
