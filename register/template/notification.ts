/** The data of the two other mails: the notification of a unit that a letter was routed to it, and the return of a letter to its sender. */
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
} from './mail-fields.ts';

const URGENCY: Record<string, { th: string; en: string }> = {
  normal: { th: 'ปกติ', en: 'Normal' },
  urgent: { th: 'ด่วน', en: 'Urgent' },
  'very-urgent': { th: 'ด่วนมาก', en: 'Very urgent' },
  'most-urgent': { th: 'ด่วนที่สุด', en: 'Most urgent' },
};

export interface RoutedLetter {
  /** Nothing is said of the ordinary one. */
  register?: string;
  number: number;
  year: number;
  receivedAt: Date;
  subject: string;
  fromName: string;
  fromAddress: string;
  fromAgency: string;
  letterNumber: string;
  urgency: string;
  secrecy: string;
  unitNameTh: string;
  unitNameEn: string;
  officerName: string | null;
  purpose: 'action' | 'information';
  instruction: string;
  /** 'yyyy-mm-dd' */
  dueOn: string | null;
  entryId: string;
}

export interface NotificationData extends NumberFields {
  agency: AgencyFields;
  received: MomentFields;
  /** Of a classified letter nothing but number, due date and link goes into a mail. */
  classified: boolean;
  subject: string;
  from: string;
  letterNumber: string;
  urgent: boolean;
  urgencyTh: string;
  urgencyEn: string;
  recipientTh: string;
  recipientEn: string;
  forAction: boolean;
  instruction: string;
  dueOnTh: string;
  dueOnEn: string;
  url: string;
}

export function notificationData(agency: MailAgency, letter: RoutedLetter, webUrl: string): NotificationData {
  const classified = letter.secrecy !== 'normal';
  const due = dayFields(letter.dueOn, agency);
  const urgency = URGENCY[letter.urgency] ?? { th: letter.urgency, en: letter.urgency };
  return {
    agency: agencyFields(agency),
    ...numberFields(letter, agency),
    received: momentFields(letter.receivedAt, agency),
    classified,
    subject: classified ? '' : oneLine(letter.subject),
    from: classified ? '' : oneLine(letter.fromAgency || letter.fromName || letter.fromAddress, 200),
    letterNumber: classified ? '' : oneLine(letter.letterNumber, 200),
    urgent: letter.urgency !== 'normal',
    urgencyTh: urgency.th,
    urgencyEn: urgency.en,
    recipientTh: letter.officerName ?? letter.unitNameTh,
    recipientEn: letter.officerName ?? (letter.unitNameEn || letter.unitNameTh),
    forAction: letter.purpose === 'action',
    instruction: classified ? '' : oneLine(letter.instruction, 1000),
    dueOnTh: due.th,
    dueOnEn: due.en,
    url: `${webUrl}/entries/${letter.entryId}`,
  };
}

export interface ReturnedLetter {
  /** Nothing is said of the ordinary one. */
  register?: string;
  number: number;
  year: number;
  receivedAt: Date;
  subject: string;
  fromName: string;
  fromAddress: string;
  letterNumber: string;
  /** 'yyyy-mm-dd' */
  letterDate: string | null;
  reason: string;
  publicCode: string;
  secrecy: string;
}

export interface ReturnData extends NumberFields {
  agency: AgencyFields;
  senderName: string;
  received: MomentFields;
  classified: boolean;
  subject: string;
  letterNumber: string;
  letterDateTh: string;
  letterDateEn: string;
  reason: string;
  verifyUrl: string;
}

export function returnData(agency: MailAgency, letter: ReturnedLetter, webUrl: string): ReturnData {
  const day = dayFields(letter.letterDate, agency);
  return {
    agency: agencyFields(agency),
    senderName: oneLine(letter.fromName || letter.fromAddress, 200),
    ...numberFields(letter, agency),
    received: momentFields(letter.receivedAt, agency),
    classified: letter.secrecy !== 'normal',
    subject: letter.secrecy === 'normal' ? oneLine(letter.subject) : '',
    letterNumber: oneLine(letter.letterNumber, 200),
    letterDateTh: day.th,
    letterDateEn: day.en,
    reason: oneLine(letter.reason, 4000),
    verifyUrl: `${webUrl}/v/${letter.publicCode}`,
  };
}
