import { describe, expect, it } from 'vitest';
import { parseNotice } from './parse.ts';
import { messageOf } from './test-message.ts';

const parse = async (source: string) =>
  parseNotice({ ...(await messageOf(source)), envelopeFrom: '', envelopeTo: ['saraban+r-tok42@agency.go.th'], now: new Date(0) });

describe('acknowledgements', () => {
  const machine = (json: string) => `From: สารบรรณ <saraban@other.go.th>
Subject: แจ้งผลการรับหนังสือ
Auto-Submitted: auto-replied
In-Reply-To: <letter-7@agency.go.th>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

ได้รับแล้ว
--b
Content-Type: application/vnd.saraban.acknowledgement+json

${json}
--b--
`;
  it('of another Saraban', async () => {
    const json = JSON.stringify({
      agency: 'เทศบาลเมืองตัวอย่าง',
      number: 12,
      year: 2569,
      receivedAt: '2026-11-02T10:00:00+07:00',
      messageSha256: 'AB'.repeat(32),
      verifyUrl: 'https://saraban.other.go.th/v/x',
    });
    expect(await parse(machine(json))).toMatchObject({
      kind: 'acknowledgement',
      original: { messageId: '<letter-7@agency.go.th>' },
      acknowledgement: {
        agency: 'เทศบาลเมืองตัวอย่าง',
        number: '12',
        year: 2569,
        messageSha256: 'ab'.repeat(32),
        verifyUrl: 'https://saraban.other.go.th/v/x',
        source: 'machine',
      },
    });
  });

  it('in the form that this appliance sends', async () => {
    const json = JSON.stringify({
      format: 'saraban.acknowledgement/1',
      agency: { code: '71001', name: { th: 'เทศบาลเมืองตัวอย่าง', en: 'Example Town' }, address: 'saraban@other.go.th', phone: null },
      register: 'receive',
      number: 12,
      year: 2569,
      receivedAt: '2026-11-02T03:00:00.000Z',
      enteredAt: '2026-11-02T03:00:01.000Z',
      messageId: '<letter-7@agency.go.th>',
      messageSha256: 'cd'.repeat(32),
      attachments: [{ name: 'a.pdf', contentType: 'application/pdf', size: 1, sha256: 'ef'.repeat(32) }],
      verifyUrl: 'https://saraban.other.go.th/v/abc',
      entryHash: '01'.repeat(32),
    });
    expect((await parse(machine(json))).acknowledgement).toEqual({
      agency: 'เทศบาลเมืองตัวอย่าง',
      number: '12',
      year: 2569,
      receivedAt: '2026-11-02T03:00:00.000Z',
      verifyUrl: 'https://saraban.other.go.th/v/abc',
      messageSha256: 'cd'.repeat(32),
      source: 'machine',
    });
  });

  it.each(['', '[]', '"x"', '{', 'null'])('broken JSON %j falls back to the words', async json => {
    const notice = await parse(machine(json));
    expect(notice).toMatchObject({ kind: 'acknowledgement', acknowledgement: { number: null, source: 'wording' } });
  });

  it('hostile values are not taken', async () => {
    const notice = await parse(
      machine(
        JSON.stringify({
          agency: { name: 5 },
          number: -1,
          year: 99999,
          verifyUrl: 'javascript:alert(1)',
          messageSha256: 'zz',
          receivedAt: {},
        }),
      ),
    );
    expect(notice.acknowledgement).toEqual({
      agency: null,
      number: null,
      year: null,
      receivedAt: null,
      verifyUrl: null,
      messageSha256: null,
      source: 'machine',
    });
  });

  it.each([
    ['ได้รับหนังสือของท่านแล้ว เลขทะเบียนรับที่ 123/2569 ลงวันที่ 2 พฤศจิกายน 2569', '123', 2569],
    ['เทศบาลได้ลงรับหนังสือแล้ว เลขที่รับ ๐๑๒๓/๒๕๖๙', '123', 2569],
    ['เลขรับ : 45 วันที่ 2 พ.ย. 69', '45', null],
    ['ได้รับเรื่องแล้ว เลขรับที่ 7/69', '7', 2569],
    ['Your letter was registered under no. 88/2026.', '88', 2569],
    ['Receive number: 99/2569', '99', 2569],
  ])('by wording: %s', async (words, number, year) => {
    const notice = await parse(`From: กองกลาง <saraban@other.go.th>\nSubject: ตอบรับ\nAuto-Submitted: auto-replied\n\n${words}\n`);
    expect(notice).toMatchObject({ kind: 'acknowledgement', acknowledgement: { agency: 'กองกลาง', number, year, source: 'wording' } });
  });
});
