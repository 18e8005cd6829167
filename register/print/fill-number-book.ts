/** The sealed book of numbers for an outage, written out for forms/number-book.typ. */
import { qrSvg } from '../template/qr.ts';
import type { NumberBookData } from './data.ts';
import { habitsOf } from './habits.ts';
import type { FormValue } from './typst.ts';

export async function fillNumberBook(data: NumberBookData): Promise<FormValue> {
  const habits = habitsOf(data.agency);
  const numbers = data.slips.map(slip => slip.number);
  return {
    file: { raw: `สมุดเลขสำรอง ${data.bookCode} ${data.agency.nameTh}` },
    thaiDigits: data.agency.numerals === 'thai',
    agency: data.agency.nameTh,
    book: data.bookCode,
    receive: data.register === 'receive',
    register: data.register === 'receive' ? 'ทะเบียนหนังสือรับ' : 'ทะเบียนหนังสือส่ง',
    year: habits.era(data.year),
    count: habits.count(data.slips.length),
    first: habits.digits(String(numbers[0] ?? 0)),
    last: habits.digits(String(numbers.at(-1) ?? 0)),
    made: `${habits.date(data.madeAt)} เวลา ${habits.time(data.madeAt)}${data.madeBy === '' ? '' : ` โดย ${data.madeBy}`}`,
    phone: data.phone,
    slips: await Promise.all(
      data.slips.map(async slip => ({
        number: habits.digits(String(slip.number)),
        code: { raw: slip.code },
        url: slip.url,
        qr: { raw: await qrSvg(slip.url) },
      })),
    ),
  };
}
