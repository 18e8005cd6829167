/** The doctor's look at the night: are there places, is one of them elsewhere, do they answer, who has the key, how old is the newest proven copy, is the clock right? */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Escrow, escrowOf } from '../../backup/escrow.ts';
import { OWN_KEY, openCopyKeys } from '../../backup/keys.ts';
import { clockOff, tooOld } from '../../backup/night/health.ts';
import { selectProven, selectTimes } from '../../backup/night/queries.ts';
import { openPlaces } from '../../backup/place/open-places.ts';
import type { Place } from '../../backup/place/place.ts';
import type { PlaceSetting } from '../../config/backup-settings.ts';
import type { Settings } from '../../config/settings.ts';
import { openDatabase } from '../../register/db/connect.ts';
import { Failure } from '../../register/failure.ts';
import { findPostgres } from '../postgres/start-postgres.ts';
import type { Check } from './check.ts';

const NAME = 'Copies';
// A share that hangs must not hang the doctor.
const PATIENCE_MS = 15_000;

export async function checkCopies(settings: Settings, now: Date): Promise<Check[]> {
  const places = openPlaces(settings.backup, settings.data);
  if (places.length === 0) return [noPlace()];
  const found = await Promise.all(places.map((place, index) => checkPlace(place, settings.backup.places[index])));
  const checks = found.map(one => one.check);
  if (!found.some(one => one.elsewhere)) checks.push(noneElsewhere());
  checks.push(await checkKey(settings), ...(await checkAge(settings, now)));
  return checks;
}

function noPlace(): Check {
  return {
    name: NAME,
    state: 'warning',
    th: 'ยังไม่ได้กำหนดที่เก็บสำเนา ถ้าเครื่องนี้เสียหาย หนังสือทั้งหมดจะสูญหาย',
    en: 'no place for copies is set: with this machine, every letter would be lost',
    remedy: {
      th: 'กำหนด SARABAN_BACKUP_PLACES เป็นโฟลเดอร์ของเครื่องอื่นที่เมานต์ไว้ หรือปลายทางของ rclone (ระเบียบฯ ข้อ 89/1)',
      en: 'set SARABAN_BACKUP_PLACES to a mounted folder of another machine, or to an rclone remote',
    },
  };
}

function noneElsewhere(): Check {
  return {
    name: NAME,
    state: 'warning',
    th: 'ไม่มีที่เก็บสำเนาใดอยู่คนละสถานที่กับเครื่องนี้',
    en: 'no copy is kept in another place than this machine',
    remedy: { th: 'เพิ่มที่เก็บอีกแห่งใน SARABAN_BACKUP_PLACES', en: 'add another place to SARABAN_BACKUP_PLACES' },
  };
}

async function checkPlace(place: Place, setting: PlaceSetting | undefined): Promise<{ elsewhere: boolean; check: Check }> {
  const { label } = place;
  const facts = { name: NAME, th: label.th, en: label.en };
  // The place itself is made by the first copy; what it lies in is the mount point, and must be there.
  if (setting?.kind === 'folder' && !existsSync(dirname(setting.path))) {
    const mount = dirname(setting.path);
    const remedy = { th: `เมานต์ ${mount} หรือสร้างโฟลเดอร์`, en: `mount or make ${mount}` };
    return {
      elsewhere: true,
      check: { ...facts, state: 'fault', th: `${label.th}: ไม่พบ ${mount}`, en: `${label.en}: there is no ${mount}`, remedy },
    };
  }
  try {
    const [{ elsewhere, reason }, free] = await withPatience(Promise.all([place.isElsewhere(), place.free()]));
    const room = free === null ? { th: '', en: '' } : { th: `, ว่าง ${gibibytes(free)}`, en: `, ${gibibytes(free)} free` };
    const answers = { ...facts, th: `${label.th} ใช้ได้${room.th}`, en: `${label.en} answers${room.en}` };
    if (elsewhere) return { elsewhere, check: { ...answers, state: 'good' } };
    return { elsewhere, check: { ...answers, state: 'warning', ...(reason === null ? {} : { remedy: reason }) } };
  } catch (error) {
    // Whether it is elsewhere is not known; that it does not answer is said already.
    const words = error instanceof Failure ? error.userMessage : { th: 'ไม่ตอบ', en: 'no answer' };
    const remedy = { th: 'ตรวจเครือข่าย การเมานต์ และการตั้งค่าของ rclone', en: 'check the line, the mount and the configuration of rclone' };
    return { elsewhere: true, check: { ...facts, state: 'fault', th: `${label.th}: ${words.th}`, en: `${label.en}: ${words.en}`, remedy } };
  }
}

async function checkKey(settings: Settings): Promise<Check> {
  const name = 'Copy key';
  const { data, backup } = settings;
  if (backup.recipients.length === 0 && backup.identity === null && !existsSync(join(data, OWN_KEY)))
    return { name, state: 'warning', th: 'กุญแจจะถูกสร้างพร้อมสำเนาแรก', en: 'the key will be made with the first copy', remedy: SHEET };
  try {
    return ofEscrow(name, await escrowOf(data, await openCopyKeys({ data, backup })));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { name, state: 'fault', ...error.userMessage };
  }
}

const SHEET = {
  th: 'พิมพ์ใบเก็บรักษากุญแจ: npx saraban backup key --sheet key.pdf แล้วเก็บกระดาษไว้นอกสถานที่',
  en: 'print the escrow sheet: npx saraban backup key --sheet key.pdf, and keep the paper elsewhere',
};

function ofEscrow(name: string, escrow: Escrow): Check {
  switch (escrow.state) {
    case 'elsewhere': {
      const remedy = {
        th: 'ให้ผู้ถือกุญแจสั่ง npx saraban backup verify --identity FILE เป็นครั้งคราว',
        en: 'have whoever holds it run npx saraban backup verify --identity FILE from time to time',
      };
      return { name, state: 'good', th: 'กุญแจอยู่ที่อื่น แต่ละคืนจึงพิสูจน์ได้บางส่วน', en: 'held elsewhere: each night is proven in part', remedy };
    }
    case 'sheet':
      return {
        name,
        state: 'good',
        th: `พิมพ์ใบเก็บรักษาแล้วเมื่อ ${escrow.printedAt.toISOString()}`,
        en: `an escrow sheet was printed on ${escrow.printedAt.toISOString()}`,
      };
    case 'file':
      return {
        name,
        state: 'good',
        th: `อยู่ใน ${escrow.file}`,
        en: `in ${escrow.file}`,
        remedy: { th: 'เก็บอีกชุดไว้ที่อื่น', en: 'keep another one elsewhere' },
      };
    case 'only-here':
      return {
        name,
        state: 'warning',
        th: 'กุญแจเปิดสำเนาอยู่ในเครื่องนี้เพียงแห่งเดียว ถ้าเครื่องเสียหายจะเปิดสำเนาใดไม่ได้เลย',
        en: 'the key is on this machine alone: with the machine, every copy would be lost',
        remedy: SHEET,
      };
  }
}

/** Of a database that runs; a stopped one is not started for this. */
async function checkAge(settings: Settings, now: Date): Promise<Check[]> {
  const running = settings.databaseUrl === null ? await findPostgres(settings.data) : null;
  if (settings.databaseUrl === null && !running) return [];
  const db = openDatabase(running?.connection ?? { url: settings.databaseUrl ?? '' }, { role: 'owner', max: 1, name: 'doctor' });
  try {
    const proven = await selectProven(db);
    const age = ageCheck(proven, now, settings.backup.maxAgeHours);
    const clock = clockOff(await selectTimes(db), now, settings.clockStart === null);
    const remedy = { th: 'ตั้งเวลาเครื่องและเปิดใช้ NTP', en: 'set the machine’s clock and switch NTP on' };
    return clock === null ? [age] : [age, { name: 'Clock', state: 'fault', ...clock, remedy }];
  } catch {
    // The database's own check says what is the matter with it; one of an older program has no such tables yet.
    return [];
  } finally {
    await db.end({ timeout: 1 });
  }
}

export function ageCheck(proven: { cutAt: Date | null; firstAt: Date | null }, now: Date, maxAgeHours: number): Check {
  const remedy = { th: 'สั่ง npx saraban backup now แล้วอ่านสาเหตุ', en: 'run npx saraban backup now and read what it says' };
  const old = tooOld(proven, now, maxAgeHours);
  if (old !== null) return { name: NAME, state: 'fault', ...old, remedy };
  if (proven.cutAt === null) return { name: NAME, state: 'warning', th: 'ยังไม่มีสำเนาที่พิสูจน์แล้ว', en: 'no copy is proven yet', remedy };
  const hours = Math.max(0, Math.floor((now.getTime() - proven.cutAt.getTime()) / 3_600_000));
  return { name: NAME, state: 'good', th: `สำเนาที่พิสูจน์แล้วชุดล่าสุดเก่า ${hours} ชั่วโมง`, en: `the newest proven copy is ${hours} hours old` };
}

async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
