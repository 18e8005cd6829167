/**
 * The data of the acknowledgement's template: everything that regulation section 2 wants in it. No legal list exists;
 * this is the union of what other countries' receipts and e-CMS give.
 */
import { inDigits } from '../letter/numerals.ts';
import {
  type AgencyFields,
  agencyFields,
  dayFields,
  type MailAgency,
  type MomentFields,
  momentFields,
  type NumberFields,
  numberFields,
  oneLine,
  writeSize,
} from './mail-fields.ts';

export interface AcknowledgedLetter {
  /** Nothing is said of the ordinary one. */
  register?: string;
  number: number;
  year: number;
  receivedAt: Date;
  /** Hex, of the whole message as received. */
  sha256: string;
  size: number;
  fromName: string;
  fromAddress: string;
  subject: string;
  letterNumber: string;
  /** 'yyyy-mm-dd' */
  letterDate: string | null;
  attachments: { name: string; contentType: string; size: number; sha256: string }[];
  /** False when the letter could not be read: then nothing is known of its attachments. */
  read: boolean;
  publicCode: string;
  secrecy: string;
}

export interface AcknowledgementData extends NumberFields {
  agency: AgencyFields;
  senderName: string;
  received: MomentFields;
  /** Of a classified letter neither subject nor file names are repeated: our answer goes through open mail, and the sender knows them. */
  classified: boolean;
  subject: string;
  letterNumber: string;
  letterDateTh: string;
  letterDateEn: string;
  sha256: string;
  sizeTh: string;
  sizeEn: string;
  read: boolean;
  attachmentCount: number;
  attachmentCountTh: string;
  attachments: { indexTh: string; index: number; name: string; sizeTh: string; sizeEn: string; sha256: string }[];
  /** How many attachments are not listed; 0 nearly always. */
  unlisted: number;
  verifyUrl: string;
  /** Where the QR code's image is: 'cid:…' in a mail, 'data:…' in a preview. */
  qrUrl: string;
}

// A mail with 10,000 parts must not make an acknowledgement of megabytes; the public page covers the whole message by its hash anyway.
const LISTED = 100;

/** @param webUrl - without a slash at its end */
export function acknowledgementData(agency: MailAgency, letter: AcknowledgedLetter, webUrl: string, qrUrl: string): AcknowledgementData {
  const size = writeSize(letter.size);
  const day = dayFields(letter.letterDate, agency);
  const classified = letter.secrecy !== 'normal';
  return {
    agency: agencyFields(agency),
    senderName: oneLine(letter.fromName || letter.fromAddress, 200),
    ...numberFields(letter, agency),
    received: momentFields(letter.receivedAt, agency),
    classified,
    subject: classified ? '' : oneLine(letter.subject),
    letterNumber: oneLine(letter.letterNumber, 200),
    letterDateTh: day.th,
    letterDateEn: day.en,
    sha256: letter.sha256,
    sizeTh: size.th,
    sizeEn: size.en,
    read: letter.read,
    attachmentCount: letter.attachments.length,
    attachmentCountTh: inDigits(String(letter.attachments.length), agency.numerals),
    attachments: letter.attachments.slice(0, LISTED).map((attachment, index) => {
      const { th, en } = writeSize(attachment.size);
      const name = classified ? unnamed(index) : oneLine(attachment.name, 255) || attachment.contentType;
      return {
        indexTh: inDigits(String(index + 1), agency.numerals),
        index: index + 1,
        name,
        sizeTh: th,
        sizeEn: en,
        sha256: attachment.sha256,
      };
    }),
    unlisted: Math.max(0, letter.attachments.length - LISTED),
    verifyUrl: verifyUrl(webUrl, letter.publicCode),
    qrUrl,
  };
}

/** How an attachment of a classified letter is called: by its place alone. */
export function unnamed(index: number): string {
  return `ไฟล์ที่ ${index + 1} (file ${index + 1})`;
}

/** The public page of a letter. */
export function verifyUrl(webUrl: string, publicCode: string): string {
  return `${webUrl}/v/${publicCode}`;
}
