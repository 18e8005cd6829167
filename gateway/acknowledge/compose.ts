/**
 * The acknowledgement as a mail: a reply in the letter's thread, for people (Thai, English below; text and HTML with the QR code) and for programs
 * (a JSON part that another Saraban reads as the receipt). Composed by acknowledge.ts inside its transaction; sent by gateway/dispatch/send-mail.ts.
 */
import type { Transaction } from '../../register/db/connect.ts';
import { type AcknowledgedLetter, acknowledgementData, unnamed, verifyUrl } from '../../register/template/acknowledgement.ts';
import { renderMail } from '../../register/template/mail.ts';
import { type MailAgency, oneLine } from '../../register/template/mail-fields.ts';
import { qrPng } from '../../register/template/qr.ts';
import { composeMail } from '../dispatch/mailer.ts';
import type { LetterToAcknowledge } from './queries.ts';
import { type RawHead, threadOf } from './raw-head.ts';

/** Read by gateway/notices/acknowledgement.ts of the other side. */
export const ACKNOWLEDGEMENT_TYPE = 'application/vnd.saraban.acknowledgement+json';
/** Of the part beside it: 'saraban signature 1' over that part's exact bytes (sign.ts). Programs that do not know it pass it over. */
export const SIGNATURE_TYPE = 'application/vnd.saraban.signature+json';
export const ACKNOWLEDGEMENT_PART = 'acknowledgement.json';
export const SIGNATURE_PART = 'acknowledgement.sig.json';

export interface ToCompose {
  entryId: string;
  letter: LetterToAcknowledge;
  attachments: AcknowledgedLetter['attachments'];
  agency: MailAgency;
  head: RawHead;
  webUrl: string;
  recipient: string;
  now: Date;
  /** The signature file of these bytes; null when no key can be had. */
  sign: (bytes: Buffer) => Promise<Buffer | null>;
}

/** The same entry has the same Message-ID for ever: a second mail of it cannot be written (unique in `mail`), and a relay or reader can tell a repetition. */
export function acknowledgementMessageId(entryId: string, central: string): string {
  return `<ack-${entryId}@${central.slice(central.lastIndexOf('@') + 1)}>`;
}

/** @returns the bytes as they go out, and whether the agency's own template could not be filled */
export async function composeAcknowledgement(
  tx: Transaction,
  input: ToCompose,
): Promise<{ bytes: Buffer; messageId: string; fellBack: boolean }> {
  const { agency, letter, entryId } = input;
  const domain = agency.address.slice(agency.address.lastIndexOf('@') + 1);
  const contentId = `qr-${entryId}@${domain}`;
  const acknowledged: AcknowledgedLetter = {
    ...letter,
    sha256: letter.rawSha256,
    read: letter.reading === 'done',
    attachments: input.attachments,
  };
  const words = await renderMail(tx, 'acknowledgement', acknowledgementData(agency, acknowledged, input.webUrl, `cid:${contentId}`));
  const messageId = acknowledgementMessageId(entryId, agency.address);
  const receipt = Buffer.from(`${JSON.stringify(machinePart(input), null, 2)}\n`);
  const signature = await input.sign(receipt);
  const thread = threadOf(input.head);
  const bytes = await composeMail({
    from: { name: oneLine(agency.nameTh, 200), address: agency.address },
    // The name belongs to From, which need not be the envelope's sender: a stranger's name beside another's address would be a false claim.
    to: {
      name: letter.fromAddress.toLowerCase() === input.recipient.toLowerCase() ? oneLine(letter.fromName, 200) : '',
      address: input.recipient,
    },
    subject: words.subject,
    text: words.text,
    html: words.html,
    images: [{ contentId, name: 'verify.png', contentType: 'image/png', content: await qrPng(verifyUrl(input.webUrl, letter.publicCode)) }],
    parts: [
      { name: ACKNOWLEDGEMENT_PART, contentType: `${ACKNOWLEDGEMENT_TYPE}; charset=utf-8`, content: receipt },
      ...(signature === null ? [] : [{ name: SIGNATURE_PART, contentType: `${SIGNATURE_TYPE}; charset=utf-8`, content: signature }]),
    ],
    messageId,
    date: input.now,
    ...thread,
    // RFC 3834 section 5. No Precedence: it is no standard, and some systems throw bulk mail away.
    headers: { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All' },
    seed: `ack-${entryId}`,
  });
  return { bytes, messageId, fellBack: words.fellBack };
}

/** The receipt for programs. `format` rises when a name changes its meaning; names are only ever added. Times are ISO 8601 in UTC. */
export function machinePart(input: Omit<ToCompose, 'head' | 'recipient' | 'now' | 'sign'>): object {
  const { agency, letter } = input;
  const classified = letter.secrecy !== 'normal';
  return {
    format: 'saraban.acknowledgement/1',
    agency: { code: agency.code, name: { th: agency.nameTh, en: agency.nameEn }, address: agency.address, phone: agency.phone },
    register: letter.register,
    number: letter.number,
    year: letter.year,
    receivedAt: letter.receivedAt.toISOString(),
    enteredAt: letter.enteredAt.toISOString(),
    messageId: letter.headerMessageId,
    messageSha256: letter.rawSha256,
    messageSize: letter.size,
    subject: classified ? '' : letter.subject,
    letterNumber: letter.letterNumber,
    letterDate: letter.letterDate,
    attachments: input.attachments.map(({ name, contentType, size, sha256 }, index) => ({
      name: classified ? unnamed(index) : name,
      contentType,
      size,
      sha256,
    })),
    attachmentsRead: letter.reading === 'done',
    verifyUrl: verifyUrl(input.webUrl, letter.publicCode),
    entryHash: letter.hash,
  };
}
