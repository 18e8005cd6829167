/** Why no volume of a year is made, in plain words. */
import type { Failure } from '../../register/failure.ts';
import { refusal } from '../agency/failures.ts';
import { REGISTER_WORDS } from '../agency/words.ts';
import type { Closing } from './queries.ts';

export function emptyYear(code: string, year: number): Failure {
  return refusal('volume-empty', `${code} has no entry in ${year}`, {
    th: `${code} ไม่มีรายการในทะเบียนปี ${year}`,
    en: `${code} has no entry in the year ${year}.`,
  });
}

export function unfinishedYear(year: number): Failure {
  return refusal('volume-not-over', `the year ${year} is not over`, {
    th: `ปี ${year} ยังไม่สิ้นสุด ใช้ --so-far หากต้องการเท่าที่มี (เล่มจะระบุว่ายังไม่ใช่เล่มที่ปิดแล้ว)`,
    en: `The year ${year} is not over. Say --so-far for what there is (the volume says that it is not the closed year).`,
  });
}

export function unclosedYear(year: number, closing: Closing): Failure {
  const books = (language: 'th' | 'en') =>
    closing.open.map(book => `${REGISTER_WORDS[book.register]?.[language] ?? book.register} ${book.closed + 1}-${book.last}`).join(', ');
  const day = closing.lastDay ?? '-';
  return refusal('volume-not-closed', `the year ${year} is not closed: last closed day ${day}; open: ${books('en')}`, {
    th: `ปี ${year} ยังปิดทะเบียนไม่ครบ (วันที่ปิดล่าสุด ${day}${closing.open.length > 0 ? `; ยังไม่ปิด ${books('th')}` : ''}) โปรดใช้ npx saraban register close-day ก่อน หรือ --so-far`,
    en: `The year ${year} is not closed to its end (last closed day ${day}${closing.open.length > 0 ? `; open: ${books('en')}` : ''}). Close it with npx saraban register close-day, or say --so-far.`,
  });
}
