/** The data of the reports' mails: a closed day for the head and the auditor, a certificate of a proven copy, an alarm of the night. Nothing classified goes into any of them (I10). */
import { inDigits } from '../letter/numerals.ts';
import {
  type AgencyFields,
  agencyFields,
  dayFields,
  type MailAgency,
  type MomentFields,
  momentFields,
  oneLine,
  writeSize,
} from './mail-fields.ts';

const count = (value: number) => value.toLocaleString('en-US');

export interface ReportedDay {
  day: string;
  ordinal: number;
  closedAt: Date;
  seal: string;
  previousSeal: string | null;
  /** Of the ordinary registers. */
  books: { register: 'receive' | 'send'; year: number; first: number; last: number }[];
  /** Numbers cancelled or returned that day. */
  cancelled: number;
  missing: string[];
  /** Whether files of the day are not attached. */
  leftOut: boolean;
}

export interface ClosedDayData {
  agency: AgencyFields;
  dayTh: string;
  dayEn: string;
  ordinal: string;
  ordinalTh: string;
  closed: MomentFields;
  seal: string;
  previousSeal: string;
  books: {
    nameTh: string;
    nameEn: string;
    some: boolean;
    count: string;
    countTh: string;
    first: string;
    firstTh: string;
    last: string;
    lastTh: string;
  }[];
  /** '' for none. */
  cancelled: string;
  cancelledTh: string;
  missing: string[];
  leftOut: boolean;
  url: string;
}

const NAMES = {
  receive: { th: 'ทะเบียนหนังสือรับ', en: 'Register of letters received' },
  send: { th: 'ทะเบียนหนังสือส่ง', en: 'Register of letters sent' },
};

export function closedDayData(agency: MailAgency, day: ReportedDay, webUrl: string): ClosedDayData {
  const digits = (text: string) => inDigits(text, agency.numerals);
  const both = dayFields(day.day, agency);
  const cancelled = day.cancelled === 0 ? '' : count(day.cancelled);
  return {
    agency: agencyFields(agency),
    dayTh: both.th,
    dayEn: both.en,
    ordinal: count(day.ordinal),
    ordinalTh: digits(count(day.ordinal)),
    closed: momentFields(day.closedAt, agency),
    seal: day.seal,
    previousSeal: day.previousSeal ?? '',
    books: day.books.map(book => {
      const entries = count(book.last - book.first + 1);
      const [first, last] = [`${book.first}/${book.year}`, `${book.last}/${book.year}`];
      const { th: nameTh, en: nameEn } = NAMES[book.register];
      const inThai = { countTh: digits(entries), firstTh: digits(first), lastTh: digits(last) };
      return { nameTh, nameEn, some: book.last >= book.first, count: entries, first, last, ...inThai };
    }),
    cancelled,
    cancelledTh: digits(cancelled),
    missing: day.missing,
    leftOut: day.leftOut,
    url: `${webUrl}/days/${day.day}`,
  };
}

export interface ReportedCertificate {
  at: Date;
  place: string;
  outcome: 'proven' | 'partly' | 'failed';
  /** What certificate.summary holds: read with care, for a newer program may have written it. */
  summary: Record<string, unknown>;
  sha256: string;
}

export interface CertificateMailData {
  agency: AgencyFields;
  failed: boolean;
  outcomeTh: string;
  outcomeEn: string;
  copy: MomentFields;
  at: MomentFields;
  place: string;
  entries: string;
  entriesTh: string;
  blobs: string;
  blobsTh: string;
  sizeTh: string;
  sizeEn: string;
  notProven: string[];
  faults: string[];
  sha256: string;
  url: string;
}

const OUTCOMES = {
  proven: { th: 'กู้คืนได้ครบถ้วน', en: 'proven, everything was restored' },
  partly: { th: 'พิสูจน์ได้บางส่วน', en: 'proven in part' },
  failed: { th: 'กู้คืนไม่ได้หรือไม่ครบถ้วน', en: 'failed' },
};

/** @param url - of the page that shows it */
export function certificateMailData(agency: MailAgency, certificate: ReportedCertificate, url: string): CertificateMailData {
  const { summary } = certificate;
  const digits = (text: string) => inDigits(text, agency.numerals);
  const number = (name: string) => (typeof summary[name] === 'number' ? summary[name] : 0);
  const lines = (name: string) => {
    const list = summary[name];
    return Array.isArray(list) ? list.filter(one => typeof one === 'string').map(one => oneLine(one)) : [];
  };
  const cutAt = new Date(typeof summary.copyCutAt === 'string' ? summary.copyCutAt : certificate.at);
  const size = writeSize(number('bytes'));
  const words = OUTCOMES[certificate.outcome];
  return {
    agency: agencyFields(agency),
    failed: certificate.outcome === 'failed',
    outcomeTh: words.th,
    outcomeEn: words.en,
    copy: momentFields(Number.isNaN(cutAt.getTime()) ? certificate.at : cutAt, agency),
    at: momentFields(certificate.at, agency),
    place: oneLine(certificate.place, 200),
    entries: count(number('entries')),
    entriesTh: digits(count(number('entries'))),
    blobs: count(number('blobs')),
    blobsTh: digits(count(number('blobs'))),
    sizeTh: digits(size.th),
    sizeEn: size.en,
    notProven: lines('notProven'),
    faults: lines('faults'),
    sha256: certificate.sha256,
    url,
  };
}

export interface AlarmData {
  agency: AgencyFields;
  problemTh: string;
  problemEn: string;
  code: string;
  at: MomentFields;
  url: string;
}

export function alarmData(
  agency: MailAgency,
  alarm: { code: string; problem: { th: string; en: string }; at: Date },
  url: string,
): AlarmData {
  return {
    agency: agencyFields(agency),
    problemTh: oneLine(alarm.problem.th),
    problemEn: oneLine(alarm.problem.en),
    code: oneLine(alarm.code, 100),
    at: momentFields(alarm.at, agency),
    url,
  };
}
