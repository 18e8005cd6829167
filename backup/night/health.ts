/** Looks of every few minutes that need no night: is the newest proven copy too old, and can the clock be right? */
import type { Database } from '../../register/db/connect.ts';
import type { UserMessage } from '../../register/failure.ts';
import type { AlarmCode, Problem } from './alarms.ts';
import { selectProven, selectTimes } from './queries.ts';

export interface HealthRule {
  maxAgeHours: number;
  /** False where the appliance's clock is set apart from the machine's, as tests do. */
  compareClocks: boolean;
}

export const HEALTH_CODES: AlarmCode[] = ['too-old', 'clock'];

const HOUR_MS = 3_600_000;
// Machines without NTP drift by seconds a day; a minute between two machines is nothing yet, ten in the register's order are.
const CLOCKS_APART_MS = 120_000;
const BEHIND_MS = 600_000;

export async function lookAtHealth(db: Database, now: Date, rule: HealthRule): Promise<Problem[]> {
  const problems: Problem[] = [];
  const age = tooOld(await selectProven(db), now, rule.maxAgeHours);
  if (age !== null) problems.push({ code: 'too-old', place: '', text: age });
  const clock = clockOff(await selectTimes(db), now, rule.compareClocks);
  if (clock !== null) problems.push({ code: 'clock', place: '', text: clock });
  return problems;
}

/** @param proven.firstAt - before the first copy ever there is nothing that could be old */
export function tooOld(proven: { cutAt: Date | null; firstAt: Date | null }, now: Date, maxAgeHours: number): UserMessage | null {
  const since = proven.cutAt ?? proven.firstAt;
  if (since === null) return null;
  const hours = Math.floor((now.getTime() - since.getTime()) / HOUR_MS);
  if (hours < maxAgeHours) return null;
  return proven.cutAt === null
    ? { th: `ทำสำเนามาแล้ว ${hours} ชั่วโมง แต่ยังพิสูจน์ไม่ผ่านเลย`, en: `Copies have been made for ${hours} hours, and none is proven yet.` }
    : {
        th: `สำเนาที่พิสูจน์แล้วชุดล่าสุดเก่า ${hours} ชั่วโมง เกินกำหนด ${maxAgeHours} ชั่วโมง`,
        en: `The newest proven copy is ${hours} hours old; ${maxAgeHours} are allowed.`,
      };
}

/** Compares the clock with the database's, and with what stands in the register: an entry or a copy of the future was made by another clock. */
export function clockOff(
  times: { databaseNow: Date; newestEntry: Date | null; newestCopy: Date | null },
  now: Date,
  compareClocks: boolean,
): UserMessage | null {
  const apart = now.getTime() - times.databaseNow.getTime();
  if (compareClocks && Math.abs(apart) > CLOCKS_APART_MS) return differs('ฐานข้อมูล', 'the database', times.databaseNow, now);
  for (const [th, en, at] of [
    ['รายการล่าสุดในทะเบียน', 'the newest entry', times.newestEntry],
    ['สำเนาล่าสุด', 'the newest copy', times.newestCopy],
  ] as const) {
    if (at !== null && at.getTime() - now.getTime() > BEHIND_MS) return differs(th, en, at, now);
  }
  return null;
}

function differs(th: string, en: string, theirs: Date, ours: Date): UserMessage {
  const [a, b] = [ours.toISOString(), theirs.toISOString()];
  return {
    th: `นาฬิกาของเครื่องแสดง ${a} แต่${th}เป็น ${b} โปรดตั้งเวลาเครื่องและเปิดใช้ NTP ระหว่างนี้จะไม่ลบสำเนาเก่า`,
    en: `The clock shows ${a}, but ${en} says ${b}. Set the machine's clock and switch NTP on; no old copy is removed meanwhile.`,
  };
}
