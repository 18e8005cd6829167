/**
 * What each printed form is told: plain values, nothing of the database. register/print/print.ts takes them; the forms (forms/*.typ) get them written out by fill-*.ts.
 * Texts are a stranger's and are printed as text, whatever they hold. Times given as Date are written in the agency's zone, days are 'yyyy-mm-dd' (Gregorian), hashes hex.
 */
import type { Digits } from '../letter/numerals.ts';

/** How the agency writes: every form begins with it. A row of `agency` fits. */
export interface PrintAgency {
  nameTh: string;
  nameEn: string;
  timeZone: string;
  numerals: Digits;
  /** The era of years and dates. */
  calendar: 'buddhist' | 'gregory';
}

/** A line of form 13 or 14. */
export interface FormRow {
  number: number;
  /** Form 13: received; form 14: sent. A form of more than a day is parted by its days. */
  at: Date;
  /** ที่, as the letter has it. */
  letterNumber: string;
  letterDate: string | null;
  from: string;
  to: string;
  subject: string;
  action: string;
  remark: string;
  /** A number that no longer counts stays, struck, with its reason (clause: never used again). */
  ended: { state: 'cancelled' | 'returned'; reason: string } | null;
}

/** What of the register is printed. `year` is in the agency's era. */
export type FormPeriod = { kind: 'day'; day: string } | { kind: 'month'; year: number; month: number } | { kind: 'year'; year: number };

export interface FormData {
  agency: PrintAgency;
  /** 'receive' and 'send' for the ordinary registers; the classified ones say so in the title. */
  classified: boolean;
  period: FormPeriod;
  /** Oldest number first. */
  rows: FormRow[];
  printedAt: Date;
  /** Who printed it; '' when the appliance did. */
  printedBy: string;
  /** Of a closed day. */
  seal?: FormSeal;
}

/** What the foot of a closed day's form says. */
export interface FormSeal {
  /** The how manieth closed day of the agency. */
  ordinal: number;
  closedAt: Date;
  /** Hash of the last entry of this register. */
  chainHead: string;
  /** Hash of the seal of the day before; '' of the first day. */
  previousSeal: string;
  /** SHA-256 of the public key that signs the day. */
  keyFingerprint: string;
}

/** Form 12, the receive stamp, and under it what the register knows of the letter. */
export interface StampData {
  agency: PrintAgency;
  classified: boolean;
  number: number;
  year: number;
  receivedAt: Date;
  enteredAt: Date;
  /** A number that no longer counts says so in the stamp. */
  ended: FormRow['ended'];
  letterNumber: string;
  letterDate: string | null;
  from: string;
  fromAddress: string;
  to: string;
  subject: string;
  /** Of the message as received; '' for a letter that came on paper. */
  sha256: string;
  /** Hash of the entry in the chain. */
  entryHash: string;
  /** The public page of the letter; also in the QR code. */
  verifyUrl: string;
}

/** A count that was compared: what the live appliance had at the cut, and what the restored copy has. Null: not counted, because it could not be. */
export interface CertificateCount {
  /** In Thai: 'หนังสือในทะเบียน', 'ไฟล์' … */
  what: string;
  expected: number;
  found: number | null;
}

/** A register or another chain of the copy. */
export interface CertificateSeries {
  /** Agency's name, for the certificate of the whole appliance; '' else. */
  agency: string;
  /** In Thai: 'ทะเบียนหนังสือรับ' … */
  name: string;
  year: number;
  rows: number;
  lastNumber: number;
  headHash: string;
  /** Null: not proven. */
  holds: boolean | null;
}

/** The certificate of a proven copy. Times are ISO 8601 in UTC, as in the certificate's JSON. */
export interface CertificateData {
  agency: PrintAgency;
  /** Whether it speaks of one agency's letters or of the whole appliance. */
  scope: 'agency' | 'appliance';
  id: string;
  outcome: 'proven' | 'partly' | 'failed';
  copyId: string;
  /** The instant the copy shows. */
  cutAt: string;
  /** The place's name, and a line that says what it is ('s3:bucket/path', 'โฟลเดอร์ /mnt/nas'). */
  place: { name: string; address: string };
  beganAt: string;
  finishedAt: string;
  /** How long each step took, in the order they ran. `what` in Thai. */
  steps: { what: string; milliseconds: number }[];
  /** Bytes fetched back (encrypted; null where that is of others too), and bytes restored. */
  bytes: { fetched: number | null; restored: number };
  counts: CertificateCount[];
  series: CertificateSeries[];
  /** Letters that were opened from their bytes up to the page, e.g. 'รับ 1284/2569'. */
  opened: string[];
  /** Hashes by which the copy can be found again: `what` in Thai or a file's name. */
  hashes: { what: string; sha256: string }[];
  versions: { what: string; version: string }[];
  /** Plain Thai sentences; empty when all was proven. */
  notProven: string[];
  /** Plain Thai sentences naming the objects; empty when nothing was wrong. */
  problems: string[];
  /** Fingerprint of the key that signs the certificate's JSON; '' when it is not signed. */
  keyFingerprint: string;
}

/** The key of the copies on paper. Nothing else of the appliance is needed to read a copy. */
export interface EscrowSheetData {
  agency: PrintAgency;
  /** 'AGE-SECRET-KEY-1…' */
  identity: string;
  /** 'age1…' */
  recipient: string;
  /** Of the appliance's signing key. */
  keyFingerprint: string;
  /** Where the copies lie: name and address of each place. */
  places: { name: string; address: string }[];
  at: Date;
}

export interface NumberSlip {
  number: number;
  /** A check code that proves that the slip is of this book: a few letters and digits. */
  code: string;
  /** Where the person who brought the letter can follow it; also as QR code. */
  url: string;
}

/** The sealed book of numbers for an outage. */
export interface NumberBookData {
  agency: PrintAgency;
  bookCode: string;
  /** Which register and year the numbers are entered into afterwards; year in the agency's era. */
  register: 'receive' | 'send';
  year: number;
  slips: NumberSlip[];
  madeAt: Date;
  madeBy: string;
  /** The agency's phone, for the receipt; '' for none. */
  phone: string;
}
