import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { acknowledgeHandler } from '../acknowledge/acknowledge.ts';
import { captureCourier } from '../dispatch/capture.ts';
import { returnLetterHandler } from '../dispatch/return-letter.ts';
import { sendMailHandler } from '../dispatch/send-mail.ts';
import { acknowledgementOf, actsOf, contextOf, enterLetter, type MailState, mailsOf } from '../dispatch/test-bench.ts';
import { understandNoticeHandler } from './understand.ts';

let fresh: FreshDatabase;
let agency: number;

beforeAll(async () => {
  fresh = await freshDatabase();
  agency = await addTestAgency(fresh.db, 'agency');
});
afterAll(() => fresh.close());

const understand = (messageId: string, agencyId = agency) => understandNoticeHandler(contextOf(fresh))({ agencyId, messageId });
const messageOf = async (messageId: string) => {
  const [row] = await fresh.owner<
    {
      notice: { kind: string; recipients: { address: string; status: string }[] } | null;
      matched: { id: string; certainty: string } | null;
      attention: boolean;
    }[]
  >`
    SELECT notice, matched, attention FROM message WHERE id = ${messageId}`;
  if (row === undefined) throw new Error('no message');
  return row;
};

/** A letter whose acknowledgement was sent. */
async function acknowledged(): Promise<{ entryId: string; mail: MailState }> {
  const letter = await enterLetter(fresh, agency);
  await acknowledgeHandler(contextOf(fresh))({ agencyId: agency, entryId: letter.entryId });
  return { entryId: letter.entryId, mail: await sent(letter.entryId) };
}
async function sent(entryId: string): Promise<MailState> {
  const mail = (await mailsOf(fresh, entryId)).at(-1);
  if (mail === undefined) throw new Error('no mail');
  await sendMailHandler(contextOf(fresh), captureCourier(fresh.folder))({ agencyId: agency, mailId: mail.id });
  return mail;
}

async function bounce(
  about: { recipient: string; messageId: string | null; to?: string; action?: string; status?: string },
  agencyId = agency,
): Promise<string> {
  const status = `Reporting-MTA: dns; mx.sender.example\r\n\r\nFinal-Recipient: rfc822; ${about.recipient}\r\nAction: ${about.action ?? 'failed'}\r\nStatus: ${about.status ?? '5.1.1'}\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n`;
  const returned = about.messageId === null ? '' : `Message-ID: ${about.messageId}\r\nSubject: x\r\n`;
  const part = (type: string, content: string) => `--b\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`;
  const body = `${part('text/plain', 'could not be delivered')}${part('message/delivery-status', status)}${part('text/rfc822-headers', returned)}--b--`;
  const { messageId } = await enterLetter(fresh, agencyId, {
    head: 'From: MAILER-DAEMON@mx.sender.example\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n',
    body,
    envelopeFrom: '',
    disposition: 'notice',
    to: about.to ?? 'saraban@agency.example',
    attachments: [
      { name: '', contentType: 'text/plain', content: Buffer.from('could not be delivered'), role: 'body' },
      { name: '', contentType: 'message/delivery-status', content: Buffer.from(status) },
      { name: '', contentType: 'text/rfc822-headers', content: Buffer.from(returned) },
    ],
  });
  return messageId;
}

describe('a bounce', () => {
  it('of an acknowledgement makes it failed, with the reason, in the history, once', async () => {
    const { entryId, mail } = await acknowledged();
    const messageId = await bounce({ recipient: mail.recipient, messageId: mail.headerMessageId });
    await understand(messageId);
    await understand(messageId);
    expect(await messageOf(messageId)).toMatchObject({
      notice: { kind: 'bounce', recipients: [{ address: mail.recipient, status: '5.1.1' }] },
      matched: { id: mail.id, certainty: 'certain' },
      attention: false,
    });
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'failed', reason: 'bounced', sentAt: null });
    expect((await mailsOf(fresh, entryId))[0]).toMatchObject({ state: 'failed', reply: expect.stringContaining('5.1.1') });
    expect((await actsOf(fresh, entryId)).filter(kind => kind === 'acknowledgement-bounced')).toHaveLength(1);
  });

  it('is matched by the token of our return path, whatever else it says, and calls for attention when it is a return', async () => {
    const letter = await enterLetter(fresh, agency, { envelopeFrom: 'returned@sender.example' });
    await returnLetterHandler(contextOf(fresh))({ agencyId: agency, entryId: letter.entryId, reason: 'r' });
    const mail = await sent(letter.entryId);
    const messageId = await bounce({
      recipient: 'forwarded@elsewhere.example',
      messageId: null,
      to: mail.envelopeFrom.toUpperCase().replace('SARABAN+R-', 'saraban+r-'),
    });
    await understand(messageId);
    expect(await messageOf(messageId)).toMatchObject({ matched: { id: mail.id, certainty: 'certain' }, attention: true });
    expect((await mailsOf(fresh, letter.entryId))[0]).toMatchObject({ state: 'failed' });
    expect((await actsOf(fresh, letter.entryId)).at(-1)).toBe('return-bounced');
  });

  it('that matches nothing calls for attention', async () => {
    const messageId = await bounce({ recipient: 'nobody@nowhere.example', messageId: '<not-ours@x>' });
    await understand(messageId);
    expect(await messageOf(messageId)).toMatchObject({ notice: { kind: 'bounce' }, matched: null, attention: true });
  });

  it('of another agency’s mail matches nothing here (I9)', async () => {
    const other = await addTestAgency(fresh.db, 'other');
    const { entryId, mail } = await acknowledged();
    const messageId = await bounce(
      { recipient: mail.recipient, messageId: mail.headerMessageId, to: `saraban+r-${mail.token}@other.example` },
      other,
    );
    await understand(messageId, other);
    expect(await messageOf(messageId)).toMatchObject({ matched: null, attention: true });
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'sent' });
  });

  it('that only says "delayed" changes nothing', async () => {
    const { entryId, mail } = await acknowledged();
    const messageId = await bounce({ recipient: mail.recipient, messageId: mail.headerMessageId, action: 'delayed', status: '4.4.1' });
    await understand(messageId);
    expect(await messageOf(messageId)).toMatchObject({ notice: { kind: 'delay' }, matched: { id: mail.id }, attention: false });
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'sent' });
  });
});

describe('a notice', () => {
  it('that could not be read is kept, as what it is by its head', async () => {
    const { messageId } = await enterLetter(fresh, agency, {
      head: 'From: a@b.example\r\nSubject: Automatic reply: x\r\nAuto-Submitted: auto-replied\r\n',
      envelopeFrom: '',
      disposition: 'notice',
      reading: 'failed',
    });
    await understand(messageId);
    expect((await messageOf(messageId)).notice?.kind).toBe('auto-reply');
  });
  it('that does not exist, or is a letter, is left alone', async () => {
    const letter = await enterLetter(fresh, agency);
    await understand(letter.messageId);
    await understand('00000000-0000-7000-8000-000000000000');
    expect(await messageOf(letter.messageId)).toEqual({ notice: null, matched: null, attention: false });
  });
});
