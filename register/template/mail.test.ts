import { describe, expect, it } from 'vitest';
import { acknowledgementData } from './acknowledgement.ts';
import { checkMailTemplate, defaultMailTemplate, MAIL_TEMPLATES, previewMail, type RenderedMail } from './mail.ts';
import { type MailAgency, numberFields, oneLine, writeSize } from './mail-fields.ts';
import { notificationData, returnData } from './notification.ts';
import { qrPng, qrSvg } from './qr.ts';
import { ACKNOWLEDGEMENT_REASONS, MAIL_ACTS, reasonWords } from './reasons.ts';
import { compileTemplate } from './render.ts';
import { sampleData } from './samples.ts';

function preview(name: (typeof MAIL_TEMPLATES)[number], template = defaultMailTemplate(name)): RenderedMail {
  const found = previewMail(name, template);
  if (found.outcome !== 'ok') throw new Error(JSON.stringify(found.faults));
  return found.mail;
}

const AGENCY: MailAgency = {
  code: 'a',
  nameTh: 'กรม ก',
  nameEn: '',
  phone: '',
  address: 'saraban@a.example',
  timeZone: 'Asia/Bangkok',
  numerals: 'thai',
};
const LETTER = {
  number: 7,
  year: 2569,
  receivedAt: new Date('2026-12-31T16:59:00Z'),
  sha256: 'a'.repeat(64),
  size: 999,
  fromName: '',
  fromAddress: 'x@sender.example',
  subject: '',
  letterNumber: '',
  letterDate: null,
  attachments: [],
  read: true,
  publicCode: 'c'.repeat(26),
  secrecy: 'normal',
};

function fill(template: string, kind: 'text' | 'html', data: object): string {
  const compiled = compileTemplate(template, kind);
  const rendered = compiled.outcome === 'ok' ? compiled.render(data) : compiled;
  if (rendered.outcome !== 'ok') throw new Error(rendered.message.en);
  return rendered.text;
}

describe('the default templates', () => {
  it.each(MAIL_TEMPLATES)('%s can be filled and saved as it is', name => {
    expect(checkMailTemplate(name, defaultMailTemplate(name))).toEqual([]);
    expect(preview(name).subject).not.toContain('\n');
  });

  it.each(['text', 'html'] as const)('the acknowledgement says everything the regulation lists, in %s', kind => {
    const said = preview('acknowledgement')[kind];
    for (const fact of [
      '1284/2569',
      '20 พฤศจิกายน 2569',
      '10.15 น.',
      'มท 0201.2/ว 1590',
      '18 พฤศจิกายน 2569',
      'ขอเชิญประชุมคณะกรรมการพัฒนาระบบสารบรรณ',
      'หนังสือเชิญประชุม.pdf',
      '214.0 KB (214,003 ไบต์)',
      '5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9',
      'ระเบียบวาระ.docx',
      '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      'เทศบาลตำบลตัวอย่าง',
      '0 2123 4567',
      'ยืนยันการได้รับหนังสือของท่านเท่านั้น มิได้เป็นการรับรองเนื้อหา',
      'https://saraban.agency.example/v/',
      'Sample Subdistrict Municipality',
      '20 November 2026',
      '10:15 (Asia/Bangkok)',
      'It does not confirm or endorse its content.',
    ]) {
      expect(said).toContain(fact);
    }
  });

  it('the acknowledgement shows the QR code, and has no code in it that runs or loads', () => {
    const { html } = preview('acknowledgement');
    expect(html).toContain('<img src="cid:qr"');
    expect(html).not.toMatch(/<script|src="http|url\(|<link|onload/i);
  });

  it.each(['acknowledgement', 'return', 'notification'] as const)('%s names the classified register, and no other', name => {
    const template = defaultMailTemplate(name);
    const sample = sampleData(name);
    for (const [kind, text] of [['text', template.bodyText] as const, ['html', template.bodyHtml] as const]) {
      expect(fill(text, kind, sample)).not.toMatch(/ทะเบียน: |ชั้นความลับ<|classified letters received/);
      const classified = fill(text, kind, {
        ...sample,
        ...numberFields({ number: 3, year: 2569, register: 'receive-classified' }, AGENCY),
      });
      expect(classified).toContain('ทะเบียนหนังสือรับชั้นความลับ');
      expect(classified).toContain('register of classified letters received');
    }
  });

  it('an acknowledgement in Thai numerals, without facts, of an agency without phone and English name', () => {
    const data = acknowledgementData(AGENCY, LETTER, 'https://w.example', 'cid:qr');
    const text = fill(defaultMailTemplate('acknowledgement').bodyText, 'text', data);
    expect(text).toContain('เลขทะเบียนรับ: ๗/๒๕๖๙\n');
    expect(text).toContain('วันและเวลาที่ได้รับ: ๓๑ ธันวาคม ๒๕๖๙ เวลา ๒๓.๕๙ น.\n');
    expect(text).toContain('ที่: -\nลงวันที่: -\nเรื่อง: -\nสิ่งที่ส่งมาด้วย: ไม่มี\nหนังสือทั้งฉบับ');
    expect(text).toContain('Receive number: 7/2569');
    expect(text).toContain('Dear x@sender.example,');
    expect(text).not.toContain('โทรศัพท์');
    expect(text).not.toContain('undefined');
    expect(fill(defaultMailTemplate('acknowledgement').bodyHtml, 'html', data)).toContain('ไม่มี');
  });

  it('says that an unread letter was not read, rather than that it has no attachments', () => {
    const data = acknowledgementData(AGENCY, { ...LETTER, read: false }, 'https://w.example', 'cid:qr');
    for (const kind of ['text', 'html'] as const) {
      const template = defaultMailTemplate('acknowledgement');
      const said = fill(kind === 'text' ? template.bodyText : template.bodyHtml, kind, data);
      expect(said).toContain('ระบบยังอ่านรายการไม่ได้');
      expect(said).not.toContain('ไม่มี');
    }
  });

  it('lists a hundred attachments and counts the rest', () => {
    const attachments = Array.from({ length: 130 }, (_, index) => ({
      name: `f${index}`,
      contentType: 'x/y',
      size: 1,
      sha256: 'b'.repeat(64),
    }));
    const text = fill(
      defaultMailTemplate('acknowledgement').bodyText,
      'text',
      acknowledgementData(AGENCY, { ...LETTER, attachments }, 'https://w.example', ''),
    );
    expect(text).toContain('๑๓๐ รายการ');
    expect(text).toContain('และอีก 30 รายการ');
    expect(text).toContain('f99');
    expect(text).not.toContain('f100');
  });

  it('lets no stranger write lines or markup into an acknowledgement', () => {
    const hostile = 'ก\r\nเลขทะเบียนรับ: 99/2569 <img src=x onerror=alert(1)>\u2028';
    const attachments = [{ name: 'safe\u202efdp.exe\nSHA-256: forged', contentType: 'x/y', size: 1, sha256: 'b'.repeat(64) }];
    const data = acknowledgementData(
      AGENCY,
      { ...LETTER, subject: hostile, fromName: hostile, letterNumber: hostile, attachments },
      'https://w.example',
      '',
    );
    const template = defaultMailTemplate('acknowledgement');
    const text = fill(template.bodyText, 'text', data);
    expect(text.split('\n').filter(line => /^\s*(เลขทะเบียนรับ|SHA-256: forged)/.test(line))).toEqual(['เลขทะเบียนรับ: ๗/๒๕๖๙']);
    expect(text).not.toContain('\u202e');
    expect(fill(template.bodyHtml, 'html', data)).not.toContain('<img src=x');
  });

  it('a notification of a classified letter tells nothing of it', () => {
    const letter = {
      ...LETTER,
      subject: 'เรื่องลับมาก',
      fromAgency: 'หน่วยข่าว',
      fromName: 'นายลับ',
      letterNumber: 'ลับ 1/1',
      urgency: 'most-urgent',
      secrecy: 'secret',
      unitNameTh: 'กอง ข',
      unitNameEn: '',
      officerName: null,
      purpose: 'action' as const,
      instruction: 'สั่งลับ',
      dueOn: '2026-12-31',
      entryId: 'e1',
    };
    const data = notificationData(AGENCY, letter, 'https://w.example');
    const template = defaultMailTemplate('notification');
    const all = [fill(template.subject, 'text', data), fill(template.bodyText, 'text', data), fill(template.bodyHtml, 'html', data)].join(
      '\n',
    );
    for (const secret of ['เรื่องลับมาก', 'หน่วยข่าว', 'นายลับ', 'ลับ 1/1', 'สั่งลับ', 'x@sender.example']) expect(all).not.toContain(secret);
    for (const told of ['7/2569', 'ด่วนที่สุด', '๓๑ ธันวาคม ๒๕๖๙', 'https://w.example/entries/e1', 'ชั้นความลับ']) expect(all).toContain(told);
  });

  it('the answer to a classified letter repeats neither its subject nor its file names', () => {
    const attachments = [{ name: 'แผนลับ.pdf', contentType: 'application/pdf', size: 1, sha256: 'b'.repeat(64) }];
    const letter = { ...LETTER, secrecy: 'confidential', subject: 'เรื่องลับ', attachments, letterNumber: 'กห 0201/1', reason: 'ผิดหน่วยงาน' };
    for (const [name, data] of [
      ['acknowledgement', acknowledgementData(AGENCY, letter, 'https://w.example', '')],
      ['return', returnData(AGENCY, letter, 'https://w.example')],
    ] as const) {
      const template = defaultMailTemplate(name);
      const all = [fill(template.subject, 'text', data), fill(template.bodyText, 'text', data), fill(template.bodyHtml, 'html', data)];
      expect(all.join('\n')).not.toMatch(/เรื่องลับ|แผนลับ/);
      for (const body of all.slice(1)) expect(body).toContain('หนังสือมีชั้นความลับ มิได้แสดงไว้ในที่นี้');
      for (const body of all.slice(1)) expect(body).toContain('กห 0201/1');
    }
    expect(fill(defaultMailTemplate('acknowledgement').bodyText, 'text', acknowledgementData(AGENCY, letter, '', ''))).toContain(
      'b'.repeat(64),
    );
  });

  it('a return tells the reason in both halves', () => {
    const { text, html } = preview('return');
    for (const said of [text, html]) expect(said.split('ไม่พบสิ่งที่ส่งมาด้วย')).toHaveLength(3);
  });
});

describe('an edited template', () => {
  it('is refused with text and line', () => {
    const good = defaultMailTemplate('return');
    expect(checkMailTemplate('return', { ...good, bodyHtml: '<p>\n{{nothing}}' })).toMatchObject([{ field: 'bodyHtml', line: 2 }]);
    expect(checkMailTemplate('return', { subject: ' ', bodyText: '{{#if}}', bodyHtml: '{{{reason}}}' }).map(fault => fault.field)).toEqual([
      'bodyText',
      'bodyHtml',
    ]);
    expect(checkMailTemplate('return', { ...good, subject: ' ' })).toMatchObject([{ field: 'subject' }]);
  });
});

describe('fields', () => {
  it('sizes', () => {
    expect([0, 999, 1000, 1_234_567, 2e9].map(size => writeSize(size).en)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 KB (1,000 bytes)',
      '1.2 MB (1,234,567 bytes)',
      '2.0 GB (2,000,000,000 bytes)',
    ]);
  });
  it('one line, cut between characters', () => {
    expect(oneLine('a\u0000\tb\r\n  c')).toBe('a b c');
    expect(oneLine('😀😀😀', 2)).toBe('😀…');
  });
});

describe('QR codes', () => {
  it('come as SVG and PNG', async () => {
    expect(await qrSvg('https://w.example/v/1')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    expect((await qrPng('https://w.example/v/1')).subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    await expect(qrSvg('x'.repeat(3000))).rejects.toThrow();
  });
});

describe('reasons', () => {
  it('have words in both languages, and unknown codes are shown', () => {
    for (const words of [...Object.values(ACKNOWLEDGEMENT_REASONS), ...Object.values(MAIL_ACTS)]) expect(words.th).toMatch(/[ก-ฮ]/);
    expect(reasonWords('null-sender').en).toContain('no sender');
    expect(reasonWords('of-the-future')).toEqual({ th: 'of-the-future', en: 'of-the-future' });
    expect(reasonWords('toString').en).toBe('toString');
  });
});
