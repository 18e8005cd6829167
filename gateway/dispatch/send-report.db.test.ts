import { simpleParser } from 'mailparser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { amendEntry } from '../../register/act/amend.ts';
import { cancelEntry } from '../../register/act/cancel.ts';
import type { CloseContext } from '../../register/close/context.ts';
import { closeDueDays } from '../../register/close-day.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import type { Report } from '../../register/jobs/queues.ts';
import { openSecretBox, secretsKeyFile } from '../../register/seal/secret-box.ts';
import { checkSignature, readSignature, thingOf } from '../../register/seal/signature.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter as enter, testContext, testOfficer } from '../../test/database/letters.ts';
import { sendReportHandler } from './send-report.ts';
import { contextOf } from './test-bench.ts';

let fresh: FreshDatabase;
let agencyId: number;
const now = new Date('2026-11-22T17:00:05.000Z');

beforeEach(async () => {
  fresh = await freshDatabase();
  agencyId = await addTestAgency(fresh.db, 'tambon');
  await fresh.owner`UPDATE agency SET created_at = '2026-11-22T01:00:00Z' WHERE id = ${agencyId}`;
  await settings(agencyId, { head: ['head@agency.example'], auditor: ['Audit@agency.example', 'HEAD@agency.example'] });
});
afterEach(() => fresh.close());

async function settings(of: number, reports: object): Promise<void> {
  await fresh.owner`UPDATE agency SET settings = ${fresh.owner.json({ reports } as never)} WHERE id = ${of}`;
}

async function closeDays(pdf = Buffer.from('%PDF')): Promise<void> {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const form = async () => pdf;
  const box = await openSecretBox(secretsKeyFile(fresh.folder));
  const { db, jobs, store } = fresh;
  const context: CloseContext = {
    db,
    jobs,
    store,
    box,
    now: () => now,
    printer: { form13: form, form14: form },
    sheet: null,
    timestamp: null,
    log,
  };
  await closeDueDays(context, agencyId);
}

const send = (report: Report) => sendReportHandler(contextOf(fresh, { now: () => now }))(report);
const dayReport = (ordinal = 1): Report => ({ report: 'closed-day', agencyId, ordinal });

async function mails(of = agencyId) {
  const rows = await fresh.owner<{ recipient: string; kind: string; envelopeFrom: string; messageId: string; sha256: string }[]>`
    SELECT recipient, kind, envelope_from AS "envelopeFrom", header_message_id AS "messageId", encode(sha256, 'hex') AS sha256 FROM mail
    WHERE agency_id = ${of} ORDER BY recipient`;
  return await Promise.all(rows.map(async row => ({ ...row, mail: await simpleParser(await fresh.store.read(row.sha256)) })));
}

async function certificate(of: number, outcome: string, pdfSize = 4): Promise<string> {
  const json = await fresh.store.put(Buffer.from(`{"certificate":${of}}`));
  const pdf = await fresh.store.put(Buffer.alloc(pdfSize, '%'));
  const id = '018f0000-0000-7000-8000-000000000001';
  const summary = {
    outcome,
    copyCutAt: '2026-11-21T19:00:00.000Z',
    entries: 1284,
    blobs: 3000,
    bytes: 1_200_000,
    notProven: ['ยังไม่ได้เปิดไฟล์ <b>'],
    faults: [],
  };
  await inAgency(fresh.db, of, THE_APPLIANCE, async tx => {
    for (const { sha256, size } of [json, pdf])
      await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (${of}, decode(${sha256}, 'hex'), ${size})`;
    await tx`
      INSERT INTO certificate (agency_id, id, copy_id, place, at, outcome, summary, json_sha256, json_size, pdf_sha256, pdf_size)
      VALUES (${of}, ${id}, '20261121T190000Z-3f2a9c1e', 'nas', '2026-11-21T20:00:00Z', ${outcome}, ${tx.json(summary)}, decode(${json.sha256}, 'hex'), ${json.size},
              decode(${pdf.sha256}, 'hex'), ${pdf.size})`;
  });
  return id;
}

describe('a closed day', () => {
  it('goes once to the head and the auditor, Thai first, with its forms, its seal and its signature', async () => {
    const two = ['one', 'two'];
    for (const text of two) await enter(fresh, agencyId, text);
    const third = await enter(fresh, agencyId, 'three');
    await cancelEntry(testContext(fresh), testOfficer(agencyId, 'saraban'), { entryId: third, reason: 'ซ้ำ' });
    await closeDays();
    await send(dayReport());
    await send(dayReport());
    const sent = await mails();
    expect(sent.map(one => [one.recipient, one.kind])).toEqual([
      ['Audit@agency.example', 'report'],
      ['HEAD@agency.example', 'report'],
    ]);
    const [one] = sent;
    expect(one?.envelopeFrom).toMatch(/^saraban\+r-[0-9a-z]{26}@tambon\.example$/);
    const { mail } = one as (typeof sent)[number];
    expect(mail.subject).toBe('ทะเบียนประจำวันที่ 22 พฤศจิกายน 2569 หน่วยงาน tambon');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.from?.value).toMatchObject([{ name: 'หน่วยงาน tambon', address: 'saraban@tambon.example' }]);
    expect(mail.text).toContain('ทะเบียนหนังสือรับ: 3 รายการ เลขที่ 1/2569 ถึง 3/2569\n');
    expect(mail.text).toContain('ทะเบียนหนังสือส่ง: ไม่มีรายการใหม่\n');
    expect(mail.text).toContain('ยกเลิกหรือส่งคืน: 1 รายการ');
    expect(mail.text?.indexOf('ได้ปิดทะเบียน')).toBeLessThan(mail.text?.indexOf('has closed its registers of 22 November 2026') ?? 0);
    expect(mail.text).toContain('https://saraban.agency.example/days/2026-11-22');
    expect(mail.text).not.toContain('ไฟล์บางส่วน');
    expect(mail.attachments.map(part => part.filename).sort()).toEqual([
      '2026-11-22-receive-2569.pdf',
      '2026-11-22-send-2569.pdf',
      'seal.json',
      'seal.sig.json',
    ]);
    const part = (name: string) => mail.attachments.find(file => file.filename === name)?.content ?? Buffer.alloc(0);
    expect(checkSignature(readSignature(part('seal.sig.json')), thingOf('seal.json', part('seal.json')), null)).toMatchObject({
      outcome: 'holds',
    });
    expect(mail.text).toContain(thingOf('seal.json', part('seal.json')).sha256);
    const acts = await fresh.owner<{ detail: { mails: unknown[] } }[]>`SELECT detail FROM act WHERE kind = 'report-queued'`;
    expect(acts.map(act => act.detail.mails.length)).toEqual([2]);
  });

  it('tells nothing classified', async () => {
    await enter(fresh, agencyId, 'secret', { secrecy: 'secret', subject: 'เรื่องลับ' });
    await closeDays();
    await send(dayReport());
    const [one] = await mails();
    expect(one?.mail.attachments.map(part => part.filename)).not.toContain('2026-11-22-receive-classified-2569.pdf');
    expect(one?.mail.text).not.toContain('ลับ');
  });

  it('keeps the forms back when one of its letters was found classified meanwhile', async () => {
    const entryId = await enter(fresh, agencyId, 'one');
    await closeDays();
    await amendEntry(testContext(fresh), testOfficer(agencyId, 'saraban', { appointed: true }), { entryId, facts: { secrecy: 'secret' } });
    await send(dayReport());
    const [one] = await mails();
    expect(one?.mail.attachments.map(part => part.filename).sort()).toEqual(['seal.json', 'seal.sig.json']);
    expect(one?.mail.text).toContain('ไฟล์บางส่วนไม่ได้แนบมากับจดหมายนี้');
  });

  it('leaves out what no mailbox takes, never the seal', async () => {
    await closeDays(Buffer.alloc(6_999_500));
    await send(dayReport());
    const [one] = await mails();
    expect(one?.mail.attachments.map(part => part.filename).sort()).toEqual(['seal.json', 'seal.sig.json']);
    expect(one?.mail.text).toContain('Some files are not attached');
  });

  it('goes to nobody when nobody is named, and a day that is not there is no error', async () => {
    await closeDays();
    await settings(agencyId, {});
    await send(dayReport());
    await settings(agencyId, { head: ['head@agency.example'] });
    await send(dayReport(99));
    expect(await mails()).toEqual([]);
    await send(dayReport());
    expect(await mails()).toHaveLength(1);
  });

  it('a new recipient gets it when the report is run again, the old ones do not', async () => {
    await closeDays();
    await send(dayReport());
    await settings(agencyId, { head: ['head@agency.example'], auditor: ['new@agency.example'] });
    await send(dayReport());
    expect((await mails()).map(one => one.recipient)).toEqual(['Audit@agency.example', 'HEAD@agency.example', 'new@agency.example']);
  });
});

describe('a certificate', () => {
  it('goes to whoever looks after the copies, with its files', async () => {
    await settings(agencyId, { backup: ['copies@agency.example'] });
    await send({ report: 'certificate', agencyId, certificateId: await certificate(agencyId, 'partly') });
    const [one] = await mails();
    expect(one?.recipient).toBe('copies@agency.example');
    expect(one?.mail.subject).toBe('ใบรับรองสำเนาสำรอง 22 พฤศจิกายน 2569: พิสูจน์ได้บางส่วน');
    expect(one?.mail.text).toContain('หนังสือในทะเบียน: 1,284 ฉบับ');
    expect(one?.mail.text).toContain('- ยังไม่ได้เปิดไฟล์ <b>');
    expect(one?.mail.html).toContain('ยังไม่ได้เปิดไฟล์ &lt;b&gt;');
    expect(one?.mail.attachments.map(part => part.filename)).toEqual(['certificate-2026-11-21.pdf', 'certificate-2026-11-21.json']);
  });

  it('of the whole appliance leaves by the first active agency’s address, with no way back to it; a failed one says so first', async () => {
    await settings(0, { backup: ['noc@provider.example'] });
    await send({ report: 'certificate', agencyId: 0, certificateId: await certificate(0, 'failed') });
    expect(await mails()).toEqual([]);
    const [one] = await mails(0);
    expect(one).toMatchObject({ recipient: 'noc@provider.example', envelopeFrom: '' });
    expect(one?.mail.subject).toMatch(/^\[ล้มเหลว\] /);
    expect(one?.mail.from?.value).toMatchObject([{ address: 'saraban@tambon.example' }]);
    expect(one?.mail.text).toContain('https://saraban.agency.example/provider/copies');
  });

  it('of another agency is not there', async () => {
    const other = await addTestAgency(fresh.db, 'changwat');
    await settings(other, { backup: ['x@other.example'] });
    await send({ report: 'certificate', agencyId: other, certificateId: await certificate(agencyId, 'proven') });
    expect(await mails(other)).toEqual([]);
  });
});

describe('an alarm', () => {
  const alarm: Report = {
    report: 'alarm',
    agencyId: 0,
    code: 'place-full',
    problem: { th: 'พื้นที่ของที่เก็บสำเนาเต็ม\r\nBcc: x@evil.example', en: 'The place is full.' },
    at: '2026-11-22T19:00:00.000Z',
  };

  it('goes to the provider, each alarm once; to the keepers of the copies when nobody is named for alarms', async () => {
    await settings(0, { backup: ['noc@provider.example'] });
    await send(alarm);
    await send(alarm);
    await send({ ...alarm, at: '2026-11-23T19:00:00.000Z' });
    expect((await mails(0)).map(one => one.mail.subject)).toEqual([
      '[แจ้งเตือน] ระบบสารบรรณ: พื้นที่ของที่เก็บสำเนาเต็ม Bcc: x@evil.example',
      '[แจ้งเตือน] ระบบสารบรรณ: พื้นที่ของที่เก็บสำเนาเต็ม Bcc: x@evil.example',
    ]);
    await settings(0, { backup: ['noc@provider.example'], alarm: ['call@provider.example'] });
    await send({ ...alarm, code: 'too-old' });
    expect((await mails(0)).map(one => one.recipient)).toEqual(['call@provider.example', 'noc@provider.example', 'noc@provider.example']);
  });

  it('without any agency there is no address to come from', async () => {
    await fresh.owner`UPDATE agency SET state = 'suspended' WHERE id = ${agencyId}`;
    await settings(0, { alarm: ['call@provider.example'] });
    await send(alarm);
    expect(await mails(0)).toEqual([]);
  });
});
