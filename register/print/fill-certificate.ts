/** The certificate of a proven copy, written out for forms/certificate.typ. */
import type { CertificateData } from './data.ts';
import { type Habits, habitsOf } from './habits.ts';
import type { FormValue } from './typst.ts';

const OUTCOMES = {
  proven: { word: 'พิสูจน์แล้ว', said: 'นำสำเนากลับมาจากที่เก็บสำเนา ถอดรหัส กู้คืนเป็นระบบชั่วคราว และตรวจครบทุกข้อแล้ว ข้อมูลตรงกับทะเบียนที่ใช้งานจริง' },
  partly: { word: 'พิสูจน์ได้บางส่วน', said: 'พิสูจน์แล้วเท่าที่ทำได้ ส่วนที่ยังไม่ได้พิสูจน์แจ้งไว้ด้านล่าง จึงยังรับรองไม่ได้ว่าสำเนานี้กู้คืนได้ครบถ้วน' },
  failed: { word: 'ไม่ผ่าน', said: 'สำเนานี้ยังเชื่อถือไม่ได้ สิ่งที่พบแจ้งไว้ด้านล่าง ต้องแก้ไขและทำสำเนาใหม่' },
} as const;

export function fillCertificate(data: CertificateData): FormValue {
  const habits = habitsOf(data.agency);
  const { word, said } = OUTCOMES[data.outcome];
  const title = 'หนังสือรับรองการพิสูจน์สำเนาข้อมูล';
  return {
    file: { raw: `${title} ${data.agency.nameTh} ${data.copyId}` },
    thaiDigits: data.agency.numerals === 'thai',
    agency: data.agency.nameTh,
    title,
    scope: data.scope === 'agency' ? 'หนังสือและทะเบียนของส่วนราชการนี้' : 'ข้อมูลทั้งระบบ ทุกส่วนราชการ',
    outcome: data.outcome,
    word,
    said,
    facts: [
      ['สำเนา', data.copyId],
      ['ข้อมูล ณ เวลา', moment(data.cutAt, habits)],
      ['ที่เก็บสำเนา', data.place.address === '' ? data.place.name : `${data.place.name} (${data.place.address})`],
      ['พิสูจน์เมื่อ', `${moment(data.beganAt, habits)} ถึง ${moment(data.finishedAt, habits)}`],
      ['ใช้เวลาทั้งสิ้น', duration(Date.parse(data.finishedAt) - Date.parse(data.beganAt), habits)],
      [
        'ปริมาณข้อมูล',
        `${data.bytes.fetched === null ? '' : `นำกลับมา ${size(data.bytes.fetched, habits)} · `}กู้คืน ${size(data.bytes.restored, habits)}`,
      ],
    ],
    steps: data.steps.map(step => [step.what, duration(step.milliseconds, habits)]),
    counts: data.counts.map(count => ({
      what: count.what,
      expected: habits.count(count.expected),
      found: count.found === null ? '' : habits.count(count.found),
      holds: count.found === null ? null : count.found === count.expected,
    })),
    withAgency: data.series.some(one => one.agency !== ''),
    series: data.series.map(one => ({
      name: one.agency === '' ? one.name : `${one.agency} · ${one.name}`,
      year: one.year === 0 ? '–' : habits.digits(String(one.year)),
      rows: habits.count(one.rows),
      last: habits.count(one.lastNumber),
      head: one.headHash,
      holds: one.holds,
    })),
    opened: data.opened,
    notProven: data.notProven,
    problems: data.problems,
    hashes: data.hashes.map(hash => [hash.what, hash.sha256]),
    versions: data.versions.map(({ what, version }) => `${what} ${version}`),
    foot: [
      ['เลขที่หนังสือรับรอง', data.id],
      ['ลายนิ้วมือกุญแจลงนาม', data.keyFingerprint === '' ? 'ไม่ได้ลงนาม' : data.keyFingerprint],
    ],
  };
}

function moment(iso: string, habits: Habits): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${habits.date(at)} เวลา ${habits.time(at)}`;
}

/** '1 ชั่วโมง 2 นาที', '3 นาที 4 วินาที', '0.8 วินาที' */
function duration(milliseconds: number, habits: Habits): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return '–';
  const seconds = milliseconds / 1000;
  if (seconds < 60) return habits.digits(`${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} วินาที`);
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return habits.digits(hours > 0 ? `${hours} ชั่วโมง ${minutes} นาที` : `${minutes} นาที ${whole % 60} วินาที`);
}

function size(bytes: number, habits: Habits): string {
  const [unit, divisor] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : bytes >= 1e3 ? ['KB', 1e3] : ['ไบต์', 1];
  return `${habits.digits(divisor === 1 ? String(bytes) : (bytes / divisor).toFixed(1))} ${unit}`;
}
