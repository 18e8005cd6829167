/** Form 12 (ตรารับหนังสือ) with what the register knows of the letter, written out for forms/stamp.typ. */
import { qrSvg } from '../template/qr.ts';
import type { StampData } from './data.ts';
import { habitsOf } from './habits.ts';
import type { FormValue } from './typst.ts';

export async function fillStamp(data: StampData): Promise<FormValue> {
  const habits = habitsOf(data.agency);
  const number = habits.digits(`${data.number}/${data.year}`);
  const ended = data.ended === null ? '' : data.ended.state === 'cancelled' ? 'ยกเลิกเลขนี้แล้ว' : 'ส่งคืนแล้ว';
  return {
    file: { raw: `ตรารับหนังสือ ${number} ${data.agency.nameTh}` },
    thaiDigits: data.agency.numerals === 'thai',
    agency: data.agency.nameTh,
    number: data.classified ? `ลับ ${number}` : number,
    date: habits.date(data.receivedAt),
    time: habits.time(data.receivedAt),
    ended: data.ended === null || data.ended.reason === '' ? ended : `${ended}: ${data.ended.reason}`,
    facts: [
      ['ที่', data.letterNumber],
      ['ลงวันที่', habits.day(data.letterDate)],
      ['จาก', data.fromAddress === '' || data.from === data.fromAddress ? data.from : `${data.from} <${data.fromAddress}>`],
      ['ถึง', data.to],
      ['เรื่อง', data.subject],
      ['ได้รับเมื่อ', `${habits.date(data.receivedAt)} เวลา ${habits.time(data.receivedAt)}`],
      ['ลงทะเบียนเมื่อ', `${habits.date(data.enteredAt)} เวลา ${habits.time(data.enteredAt)}`],
    ].map(([name, value]) => [name ?? '', value === '' || value === undefined ? '–' : value]),
    hashes: [
      ['SHA-256 ของหนังสือตามที่ได้รับ', data.sha256],
      ['แฮชของรายการในทะเบียน', data.entryHash],
    ].filter((row): row is [string, string] => row[1] !== ''),
    url: data.verifyUrl,
    qr: { raw: await qrSvg(data.verifyUrl) },
  };
}
