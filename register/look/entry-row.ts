/**
 * What the register shows of an entry: the row of a list, and the whole letter. Types only.
 * Times are Date, days are 'yyyy-mm-dd', hashes are lower-case hex.
 */
import type { Listing } from '../letter/documents/zip-listing.ts';
import type { ReadingNote } from '../letter/message.ts';
import type { Seal } from '../letter/seals.ts';

/** A classified book ('-classified') is open to appointed persons alone; register/registers.ts says which letter stands in which. */
export type RegisterName = 'receive' | 'receive-classified' | 'send' | 'send-classified';
export type EntryState = 'entered' | 'confirmed' | 'routed' | 'acting' | 'closed' | 'returned' | 'cancelled';
export type Urgency = 'normal' | 'urgent' | 'very-urgent' | 'most-urgent';
export type Secrecy = 'normal' | 'confidential' | 'secret' | 'top-secret';
export type RouteState = 'waiting' | 'confirmed' | 'passed-on' | 'closed' | 'withdrawn';
export type AcknowledgementState = 'waiting' | 'held' | 'refused' | 'queued' | 'sent' | 'failed' | 'uncertain';
export type Reading = 'waiting' | 'done' | 'failed';

/** Whatever gateway/intake/trust.ts wrote as evidence. */
export type TrustEvidence = Record<string, unknown>;

export interface RouteRow {
  id: string;
  unitId: string;
  unitNameTh: string;
  unitNameEn: string;
  officerName: string | null;
  purpose: 'action' | 'information';
  state: RouteState;
  /** The rule that decided; null when an officer did. */
  rule: string | null;
  confirmedAt: Date | null;
  confirmedBy: string | null;
}

export interface EntryRow {
  id: string;
  register: RegisterName;
  year: number;
  number: number;
  state: EntryState;
  stateReason: string;
  receivedAt: Date;
  enteredAt: Date;
  fromName: string;
  fromAddress: string;
  fromAgency: string;
  subject: string;
  letterNumber: string;
  letterDate: string | null;
  urgency: Urgency;
  secrecy: Secrecy;
  circular: boolean;
  attachmentCount: number;
  attachmentBytes: number;
  confirmedAt: Date | null;
  confirmedBy: string | null;
  acknowledgement: { state: AcknowledgementState; reason: string; sentAt: Date | null };
  duplicateOf: { id: string; register: RegisterName; number: number; year: number } | null;
  duplicateState: 'flagged' | 'linked' | 'dismissed' | null;
  /** Why it was flagged; '' when it never was. */
  duplicateReason: '' | 'message-id' | 'attachments' | 'letter-number';
  /** What the virus scanner said of the mail; 'none' when there is no scanner, or no mail. */
  scan: 'none' | 'clean' | 'infected' | 'not-scanned';
  routes: RouteRow[];
  dueOn: string | null;
  trust: TrustEvidence;
  reading: Reading;
  version: number;
}

export interface RouteDetail extends RouteRow {
  accountId: string | null;
  instruction: string;
  dueOn: string | null;
  routedBy: string;
  routedAt: Date;
  passedOnFrom: string | null;
  unitNumber: number | null;
  unitYear: number | null;
  closedAt: Date | null;
  closedBy: string | null;
  note: string;
  version: number;
  /** Whether the officer who looks may act on it (access table and units). */
  mine: boolean;
}

export interface AttachmentRow {
  id: string;
  /** Its place in the MIME tree. */
  path: string;
  role: 'body' | 'attachment' | 'inline' | 'container';
  name: string;
  nameGuessed: boolean;
  contentType: string;
  charset: string | null;
  contentId: string | null;
  size: number;
  sha256: string;
  origin: string;
  notes: ReadingNote[];
  /** What an archive holds; null for what is none. */
  listing: Listing | null;
}

/** A message in the message, by the path of its part. */
export interface InnerRow {
  path: string;
  subject: string;
  from: { name: string; address: string } | null;
  to: { name: string; address: string }[];
  /** ISO 8601; null when it could not be read. */
  date: string | null;
  text: string;
}

/** Facts of the letter by their names in forms, the API and fact_change. */
export interface Facts {
  subject: string;
  addressee: string;
  fromAgency: string;
  letterNumber: string;
  letterDate: string | null;
  urgency: Urgency;
  secrecy: Secrecy;
  circular: boolean;
  kind: string;
  dueOn: string | null;
  remark: string;
}

/** A fact that a machine read and nobody confirmed. */
export interface Guess {
  source: string;
  certainty: 'certain' | 'likely' | 'guess';
}

export interface EntryMessage {
  id: string;
  sha256: string;
  size: number;
  envelopeFrom: string;
  envelopeTo: string[];
  peer: { address: string; name: string; helo: string; protocol: string; tls: string | null };
  trust: TrustEvidence;
  reading: Reading;
  readingNotes: ReadingNote[];
  intakeNotes: ReadingNote[];
  headerMessageId: string | null;
}

export interface EntryDetail extends Omit<EntryRow, 'routes' | 'acknowledgement'> {
  addressee: string;
  kind: string;
  remark: string;
  answered: boolean;
  guesses: Partial<Record<keyof Facts, Guess>>;
  /** Everything the fact finders found, as the reader stored it. */
  facts: Record<string, unknown>;
  envelopeFrom: string;
  /** Null for an entry without a received message (send register). */
  message: EntryMessage | null;
  text: string;
  /** Decoded, NOT sanitised: the page must. */
  html: string | null;
  documents: { path: string; text: string }[];
  /** The messages in the letter, in order. */
  inner: InnerRow[];
  /** Signatures and encryption. */
  seals: Seal[];
  attachments: AttachmentRow[];
  acknowledgement: {
    state: AcknowledgementState;
    reason: string;
    recipient: string;
    mailId: string | null;
    decidedAt: Date | null;
    sentAt: Date | null;
    /** State of the mail itself and the last SMTP reply. */
    mailState: string | null;
    reply: string;
  };
  routes: RouteDetail[];
  hash: string;
  previousHash: string;
  publicCode: string;
  /** Ids of the entries with the next lower and next higher number that the officer may see. */
  neighbours: { before: string | null; after: string | null };
  agency: {
    id: number;
    code: string;
    nameTh: string;
    nameEn: string;
    phone: string;
    timeZone: string;
    calendar: 'buddhist' | 'gregory';
    numerals: 'arabic' | 'thai';
  };
}
