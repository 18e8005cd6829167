import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { readHeaders, splitHead } from '../../register/letter/headers.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { chooseCourier } from '../dispatch/choose-courier.ts';
import { sendMailHandler } from '../dispatch/send-mail.ts';
import { acknowledgementOf, actsOf, contextOf, enterLetter, mailsOf, NOW, press } from '../dispatch/test-bench.ts';
import { readMachineAcknowledgement } from '../notices/acknowledgement.ts';
import { recogniseFromHeaders } from '../notices/recognise.ts';
import { acknowledgeHandler } from './acknowledge.ts';

let fresh: FreshDatabase;
let agency: number;

beforeAll(async () => {
  fresh = await freshDatabase();
  agency = await addTestAgency(fresh.db, 'agency');
});
afterAll(() => fresh.close());

const acknowledge = (entryId: string) => acknowledgeHandler(contextOf(fresh))({ agencyId: agency, entryId });
const settings = (change: object) =>
  inAgency(fresh.db, agency, THE_APPLIANCE, tx => tx`UPDATE agency SET settings = ${tx.json(change as never)} WHERE id = ${agency}`);

describe('the acknowledgement', () => {
  it('is a reply in the thread, for people and for programs', async () => {
    const pdf = Buffer.from('%PDF-1.7 …');
    const letter = await enterLetter(fresh, agency, {
      head: [
        'From: =?utf-8?B?4Liq4Lih4LiK4Liy4Lii?= <somchai@sender.example>',
        'To: saraban+tax@agency.example',
        'Subject: ignored, the entry has it',
        'Message-ID: <CAF=strange.$%id+x@mail.sender.example>',
        'References: <root@x>',
        ' <second@x>',
        '',
      ].join('\r\n'),
      headerMessageId: '<CAF=strange.$%id+x@mail.sender.example>',
      attachments: [
        { name: '', contentType: 'text/plain', content: Buffer.from('body'), role: 'body' },
        { name: 'หนังสือเชิญ.pdf', contentType: 'application/pdf', content: pdf },
      ],
      to: 'saraban+tax@agency.example',
    });
    await acknowledge(letter.entryId);
    const [mail] = await mailsOf(fresh, letter.entryId);
    if (mail === undefined) throw new Error('no mail');
    expect(mail).toMatchObject({
      kind: 'acknowledgement',
      state: 'queued',
      recipient: 'somchai@sender.example',
      envelopeFrom: '',
      headerMessageId: `<ack-${letter.entryId}@agency.example>`,
    });
    expect(await acknowledgementOf(fresh, letter.entryId)).toEqual({ state: 'queued', reason: '', mailId: mail.id, sentAt: null });

    const bytes = await fresh.store.read(mail.sha256);
    expect(bytes.every(byte => byte < 128)).toBe(true);
    expect(bytes.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]/);
    expect(
      Math.max(
        ...bytes
          .toString('latin1')
          .split('\r\n')
          .map(line => line.length),
      ),
    ).toBeLessThanOrEqual(998);
    const head = bytes.toString('latin1').split('\r\n\r\n')[0] ?? '';
    expect(head).toContain('In-Reply-To: <CAF=strange.$%id+x@mail.sender.example>\r\n');
    expect(head).not.toMatch(/^(Precedence|Bcc):/im);

    const parsed = await simpleParser(bytes);
    expect(parsed.references).toEqual(['<root@x>', '<second@x>', '<CAF=strange.$%id+x@mail.sender.example>']);
    expect(parsed.messageId).toBe(mail.headerMessageId);
    expect(parsed.date).toEqual(NOW);
    expect(parsed.from?.value[0]).toEqual({ address: 'saraban@agency.example', name: 'หน่วยงาน agency' });
    expect(parsed.subject).toBe(`ตอบรับ: ขอเชิญประชุม (เลขทะเบียนรับ ${letter.number}/2569)`);
    expect(parsed.headers.get('auto-submitted')).toBe('auto-replied');
    for (const body of [parsed.text ?? '', String(parsed.html)]) {
      for (const fact of ['22 พฤศจิกายน 2569', '10.00 น.', 'หนังสือเชิญ.pdf', letter.sha256, 'Receive number', 'มิได้เป็นการรับรองเนื้อหา'])
        expect(body).toContain(fact);
      expect(body).toMatch(/https:\/\/saraban\.agency\.example\/v\/[0-9a-z]{26}/);
    }
    const image = parsed.attachments.find(part => part.contentType === 'image/png');
    expect(image?.related).toBe(true);
    expect(image?.content.subarray(1, 4).toString()).toBe('PNG');
    const machine = parsed.attachments.find(part => part.contentType === 'application/vnd.saraban.acknowledgement+json');
    const json = JSON.parse(machine?.content.toString() ?? '') as Record<string, unknown>;
    expect(json).toMatchObject({
      agency: { code: 'agency', name: { th: 'หน่วยงาน agency', en: 'Agency agency' }, address: 'saraban@agency.example' },
      register: 'receive',
      number: letter.number,
      year: 2569,
      receivedAt: NOW.toISOString(),
      enteredAt: NOW.toISOString(),
      messageSha256: letter.sha256,
      subject: 'ขอเชิญประชุม',
      attachments: [{ name: 'หนังสือเชิญ.pdf', contentType: 'application/pdf', size: pdf.length }],
      entryHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(readMachineAcknowledgement(machine?.content.toString() ?? '')?.facts).toEqual({
      agency: 'หน่วยงาน agency',
      number: String(letter.number),
      year: 2569,
      receivedAt: NOW.toISOString(),
      verifyUrl: json.verifyUrl,
      messageSha256: letter.sha256,
      source: 'machine',
    });
    expect(await actsOf(fresh, letter.entryId)).toEqual(['acknowledgement-queued']);
  });

  it('is a notice, never a letter, to another Saraban', async () => {
    const letter = await enterLetter(fresh, agency);
    await acknowledge(letter.entryId);
    const [mail] = await mailsOf(fresh, letter.entryId);
    const headers = readHeaders(splitHead(await fresh.store.read(mail?.sha256 ?? '')).head, { fallbackCharset: 'windows-874' });
    for (const envelopeFrom of ['', 'saraban@agency.example']) {
      expect(recogniseFromHeaders({ headers, envelopeFrom, recipientTags: [], ownAddresses: ['saraban@other.example'] })).toMatchObject({
        disposition: 'notice',
      });
    }
  });

  it('is one, however often and wherever the job runs', async () => {
    const letter = await enterLetter(fresh, agency);
    await Promise.all(Array.from({ length: 6 }, () => acknowledge(letter.entryId)));
    await acknowledge(letter.entryId);
    expect(await mailsOf(fresh, letter.entryId)).toHaveLength(1);
    expect(await actsOf(fresh, letter.entryId)).toEqual(['acknowledgement-queued']);
  });

  it('leaves nothing behind when the transaction fails, and comes with the next try', async () => {
    const letter = await enterLetter(fresh, agency);
    const broken = contextOf(fresh, { jobs: { ...fresh.jobs, enqueue: () => Promise.reject(new Error('queue away')) } });
    await expect(acknowledgeHandler(broken)({ agencyId: agency, entryId: letter.entryId })).rejects.toThrow('queue away');
    expect(await mailsOf(fresh, letter.entryId)).toEqual([]);
    expect(await acknowledgementOf(fresh, letter.entryId)).toMatchObject({ state: 'waiting', mailId: null });
    await acknowledge(letter.entryId);
    expect(await mailsOf(fresh, letter.entryId)).toHaveLength(1);
  });

  it('does without In-Reply-To when the Message-ID cannot stand in a header', async () => {
    const letter = await enterLetter(fresh, agency, { head: `From: a@b.example\r\nMessage-ID: <${'x'.repeat(2000)}@y>\r\n` });
    await acknowledge(letter.entryId);
    const [mail] = await mailsOf(fresh, letter.entryId);
    expect((await fresh.store.read(mail?.sha256 ?? '')).toString('latin1')).not.toMatch(/^(In-Reply-To|References):/im);
  });

  it('says of an unread letter that its attachments are not known', async () => {
    const letter = await enterLetter(fresh, agency, { reading: 'failed' });
    await acknowledge(letter.entryId);
    const [mail] = await mailsOf(fresh, letter.entryId);
    const parsed = await simpleParser(await fresh.store.read(mail?.sha256 ?? ''));
    expect(parsed.text).toContain('ระบบยังอ่านรายการไม่ได้');
  });

  it('repeats neither subject nor file names of a classified letter, to people or programs', async () => {
    const letter = await enterLetter(fresh, agency, {
      attachments: [{ name: 'แผนลับ.pdf', contentType: 'application/pdf', content: Buffer.from('plan') }],
    });
    await inAgency(
      fresh.db,
      agency,
      THE_APPLIANCE,
      tx => tx`UPDATE entry SET secrecy = 'confidential', subject = 'เรื่องลับ' WHERE id = ${letter.entryId}`,
    );
    await acknowledge(letter.entryId);
    const [mail] = await mailsOf(fresh, letter.entryId);
    const parsed = await simpleParser(await fresh.store.read(mail?.sha256 ?? ''));
    const all = [parsed.subject, parsed.text, String(parsed.html), ...parsed.attachments.map(part => part.content.toString())].join('\n');
    expect(all).not.toMatch(/เรื่องลับ|แผนลับ/);
    expect(all).toContain(letter.sha256);
  });

  it('does nothing for an entry that does not exist, or is another agency’s', async () => {
    const other = await addTestAgency(fresh.db, 'other');
    const letter = await enterLetter(fresh, agency);
    await acknowledge('00000000-0000-7000-8000-000000000000');
    await acknowledgeHandler(contextOf(fresh))({ agencyId: other, entryId: letter.entryId });
    expect(await acknowledgementOf(fresh, letter.entryId)).toMatchObject({ state: 'waiting' });
  });

  it('says which register the number of a classified letter is of, and nothing of what it is about', async () => {
    const letter = await enterLetter(fresh, agency, { secrecy: 'secret', subject: 'ลับมาก แผนการ' });
    await acknowledge(letter.entryId);
    const [mail] = await mailsOf(fresh, letter.entryId);
    const parsed = await simpleParser(await fresh.store.read(mail?.sha256 ?? ''));
    expect(parsed.text).toContain(`เลขทะเบียนรับ: ${letter.number}/2569\nทะเบียน: ทะเบียนหนังสือรับชั้นความลับ\n`);
    expect(parsed.text).toContain('Register: register of classified letters received');
    expect(`${parsed.subject} ${parsed.text} ${parsed.html}`).not.toContain('แผนการ');
    const machine = parsed.attachments.find(part => part.contentType === 'application/vnd.saraban.acknowledgement+json');
    expect(JSON.parse(machine?.content.toString() ?? '')).toMatchObject({
      register: 'receive-classified',
      number: letter.number,
      subject: '',
    });
    const acts = await fresh.owner`SELECT register, kind FROM act WHERE entry_id = ${letter.entryId}`;
    expect([...acts]).toEqual([{ register: 'receive-classified', kind: 'acknowledgement-queued' }]);
  });

  it('is captured byte for byte', async () => {
    const letter = await enterLetter(fresh, agency);
    await acknowledge(letter.entryId);
    const [mail] = await mailsOf(fresh, letter.entryId);
    const context = contextOf(fresh);
    await sendMailHandler(context, chooseCourier(context.settings))({ agencyId: agency, mailId: mail?.id ?? '' });
    expect(await readFile(join(fresh.folder, 'outbox', String(agency), `${mail?.id}.eml`))).toEqual(
      await fresh.store.read(mail?.sha256 ?? ''),
    );
    expect(await acknowledgementOf(fresh, letter.entryId)).toMatchObject({ state: 'sent', sentAt: NOW });
    expect(await actsOf(fresh, letter.entryId)).toEqual(['acknowledgement-queued', 'acknowledged']);
  });
});

describe('no acknowledgement', () => {
  it.each([
    ['', 'From: a@b.example\r\n', 'null-sender'],
    ['saraban+x@agency.example', 'From: a@b.example\r\n', 'own-address'],
    ['somchai@sender.example', 'From: a@b.example\r\nAuto-Submitted: auto-generated\r\n', 'automatic-mail'],
    ['somchai@sender.example', 'From: a@b.example\r\nPrecedence: bulk\r\n', 'bulk-mail'],
    ['somchai@sender.example', 'From: a@b.example\r\nContent-Type: multipart/report; boundary=x\r\n', 'report-mail'],
  ])('to %j after %j', async (envelopeFrom, head, reason) => {
    const letter = await enterLetter(fresh, agency, { envelopeFrom, head });
    await acknowledge(letter.entryId);
    expect(await acknowledgementOf(fresh, letter.entryId)).toMatchObject({ state: 'refused', reason, mailId: null });
    expect(await mailsOf(fresh, letter.entryId)).toEqual([]);
    expect(await actsOf(fresh, letter.entryId)).toEqual(['acknowledgement-refused']);
    await press(fresh, agency, letter.entryId);
    await acknowledge(letter.entryId);
    expect(await mailsOf(fresh, letter.entryId)).toEqual([]);
  });

  it('to a sender who proved nothing, until an officer presses', async () => {
    const letter = await enterLetter(fresh, agency, { trust: {} });
    await acknowledge(letter.entryId);
    expect(await acknowledgementOf(fresh, letter.entryId)).toMatchObject({ state: 'held', reason: 'sender-unproven', mailId: null });
    await acknowledge(letter.entryId);
    expect(await mailsOf(fresh, letter.entryId)).toEqual([]);
    await press(fresh, agency, letter.entryId);
    await acknowledge(letter.entryId);
    expect(await acknowledgementOf(fresh, letter.entryId)).toMatchObject({ state: 'queued', reason: 'officer' });
    expect(await actsOf(fresh, letter.entryId)).toEqual(['acknowledgement-held', 'acknowledgement-queued']);
  });
});

describe('the circuit breakers', () => {
  it('let exactly so many through at once, for one sender', async () => {
    await settings({ acknowledgementsPerSender: 3 });
    const letters = await Promise.all(
      Array.from({ length: 8 }, () => enterLetter(fresh, agency, { envelopeFrom: 'storm@sender.example' })),
    );
    await Promise.all(letters.map(letter => acknowledge(letter.entryId)));
    const states = await Promise.all(letters.map(letter => acknowledgementOf(fresh, letter.entryId)));
    expect(states.filter(one => one.state === 'queued')).toHaveLength(3);
    expect(states.filter(one => one.state === 'held' && one.reason === 'too-many-to-sender')).toHaveLength(5);
    const quiet = await enterLetter(fresh, agency, { envelopeFrom: 'quiet@sender.example' });
    await acknowledge(quiet.entryId);
    expect(await acknowledgementOf(fresh, quiet.entryId)).toMatchObject({ state: 'queued' });
  });

  it('let exactly so many through over all, and more again after an hour', async () => {
    const second = await addTestAgency(fresh.db, 'second');
    await inAgency(
      fresh.db,
      second,
      THE_APPLIANCE,
      tx => tx`UPDATE agency SET settings = '{"acknowledgementsPerHour": 2}' WHERE id = ${second}`,
    );
    const letters = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        enterLetter(fresh, second, { envelopeFrom: `s${index}@sender.example`, to: 'saraban@second.example' }),
      ),
    );
    const run = (entryId: string, now: Date) => acknowledgeHandler(contextOf(fresh, { now: () => now }))({ agencyId: second, entryId });
    for (const letter of letters.slice(0, 3)) await run(letter.entryId, NOW);
    const states = await Promise.all(letters.map(letter => acknowledgementOf(fresh, letter.entryId)));
    expect(states.map(one => one.state)).toEqual(['queued', 'queued', 'held', 'waiting']);
    expect(states[2]?.reason).toBe('too-many-in-all');
    await run(letters[3]?.entryId ?? '', new Date(NOW.getTime() + 3_600_001));
    expect(await acknowledgementOf(fresh, letters[3]?.entryId ?? '')).toMatchObject({ state: 'queued' });
  });
});

describe('the agency’s own template', () => {
  it('is used in its newest version, and gives way to the default when it cannot be filled', async () => {
    const own = await addTestAgency(fresh.db, 'own');
    const save = (version: number, subject: string) =>
      inAgency(
        fresh.db,
        own,
        THE_APPLIANCE,
        tx => tx`INSERT INTO template (agency_id, name, version, subject, body_text, body_html, saved_by, saved_at)
        VALUES (${own}, 'acknowledgement', ${version}, ${subject}, 'text {{number}}', '<p>{{subject}}</p>', 'test', ${NOW})`,
      );
    const subjectOf = async (entryId: string) => {
      await acknowledgeHandler(contextOf(fresh))({ agencyId: own, entryId });
      const [mail] = await mailsOf(fresh, entryId);
      return (await simpleParser(await fresh.store.read(mail?.sha256 ?? ''))).subject;
    };
    await save(1, 'old');
    await save(2, 'ของเรา {{number}}');
    const first = await enterLetter(fresh, own, { to: 'saraban@own.example', envelopeFrom: 'a@sender.example' });
    expect(await subjectOf(first.entryId)).toBe('ของเรา 1/2569');
    await save(3, 'gone {{renamed}}');
    const second = await enterLetter(fresh, own, { to: 'saraban@own.example', envelopeFrom: 'a@sender.example' });
    expect(await subjectOf(second.entryId)).toBe('ตอบรับ: ขอเชิญประชุม (เลขทะเบียนรับ 2/2569)');
  });
});
