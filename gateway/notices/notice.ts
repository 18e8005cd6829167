/**
 * What a notice is: a mail about a mail. Types only. recognise.ts decides from the headers that a mail is one, parse.ts reads it into a
 * Notice, match.ts finds the mail of ours it is about; the register stores it and the attention list shows what could not be matched.
 */

export type NoticeKind = 'bounce' | 'delay' | 'delivered' | 'relayed' | 'feedback' | 'read' | 'auto-reply' | 'acknowledgement' | 'other';

/** RFC 3464 2.3.3. */
export type DeliveryAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** Why a delivery did not happen, coarse enough to tell an officer what to do about it. */
export type ReasonClass =
  | 'no-such-user'
  | 'no-such-domain'
  | 'mailbox-full'
  | 'too-large'
  | 'blocked'
  | 'spam'
  | 'policy'
  | 'timeout'
  | 'network'
  | 'greylisted'
  | 'loop'
  | 'disabled'
  | 'authentication'
  | 'content'
  | 'system'
  | 'unknown';

export type NoticeRecipient = {
  /** The address as our mail named it where the report says so, else the final one; null when the report names nobody. */
  address: string | null;
  action: DeliveryAction | null;
  /** RFC 3463, e.g. '5.1.1'; derived from the SMTP code and the reason when the report has none (then `notes` says so). */
  status: string | null;
  /** True: sending the same mail to the same address again is pointless. Null when nothing failed or nothing tells. */
  hard: boolean | null;
  reason: ReasonClass;
  /** The remote server's or the reporting system's own words, one line. */
  diagnostic: string | null;
};

/** What tells which mail of ours is concerned. */
export type OriginalIdentity = {
  /** As written in the returned mail or the report, with angle brackets if it had them. */
  messageId: string | null;
  /** Original-Envelope-Id (RFC 3464 2.2.1), xtext undone. */
  envelopeId: string | null;
  /** The token of our own return path, `+r-<token>`, in the address the notice came to. */
  token: string | null;
  /** To of the returned mail. */
  recipients?: string[];
};

/** Another agency's receipt. What it does not say is null. */
export type AcknowledgementFacts = {
  agency: string | null;
  /** Their receive number as a number of Arabic digits, e.g. '123'. */
  number: string | null;
  /** Buddhist calendar year. */
  year: number | null;
  receivedAt: string | null;
  /** Public page that proves it. */
  verifyUrl: string | null;
  /** SHA-256 of our mail as they received it, lower-case hex. */
  messageSha256: string | null;
  /** Where the facts were found; the part of another Saraban is exact, wording is a reading. */
  source: 'machine' | 'wording';
};

export type Notice = {
  kind: NoticeKind;
  recipients: NoticeRecipient[];
  original: OriginalIdentity;
  acknowledgement?: AcknowledgementFacts | null;
  /** Stable codes of what was derived, guessed or wrong. */
  notes: string[];
};
