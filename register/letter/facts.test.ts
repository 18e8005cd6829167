import { describe, expect, test } from 'vitest';
import { findFacts } from './facts.ts';

const EXTERNAL = `
                                    ลับ
ด่วนที่สุด
ที่ มท ๐๒๐๑.๒/ว ๑๕๙๐                    กระทรวงมหาดไทย
                                    ถนนอัษฎางค์ กทม. ๑๐๒๐๐
                 ๒๐ พฤศจิกายน ๒๕๖๙
เรื่อง  ขอเชิญประชุมคณะกรรมการ
        บริหารจัดการน้ำ
เรียน  ผู้ว่าราชการจังหวัดทุกจังหวัด
อ้างถึง  ๑. หนังสือกระทรวงมหาดไทย ที่ มท ๐๒๐๑.๒/๑๒๓๔
            ลงวันที่ ๑ ตุลาคม ๒๕๖๙
        ๒. หนังสือกรมชลประทาน ที่ กษ 0301/55 ลงวันที่ 2 ต.ค. 69
สิ่งที่ส่งมาด้วย  ๑. ระเบียบวาระการประชุม   จำนวน ๑ ชุด
                 ๒. แบบตอบรับ
                    จำนวน ๑ ฉบับ
     ตามที่กระทรวงมหาดไทยได้กำหนด นั้น ขอให้ส่งแบบตอบรับภายในวันที่ ๓๐
พฤศจิกายน ๒๕๖๙ และกลับมาประชุม
                 ขอแสดงความนับถือ
`;

const none = { subject: '', bodyText: '', documents: [] };

describe('a document in the form of the regulation', () => {
  const facts = findFacts({ subject: 'Scan_0001', bodyText: 'ส่งหนังสือตามแนบ', documents: [{ path: '2', name: 'a.pdf', text: EXTERNAL }] });

  test('number, date and circular, with the digits of the sender', () => {
    expect(facts.letterNumber).toEqual({ value: 'มท 0201.2/ว 1590', raw: 'มท ๐๒๐๑.๒/ว ๑๕๙๐', source: 'document:2', certainty: 'certain' });
    expect(facts.letterDate).toEqual({ value: '2026-11-20', raw: '๒๐ พฤศจิกายน ๒๕๖๙', source: 'document:2', certainty: 'certain' });
    expect(facts.circular).toMatchObject({ value: true, certainty: 'certain' });
  });

  test('subject over two lines, addressee', () => {
    expect(facts.subject?.value).toBe('ขอเชิญประชุมคณะกรรมการ บริหารจัดการน้ำ');
    expect(facts.addressee?.value).toBe('ผู้ว่าราชการจังหวัดทุกจังหวัด');
  });

  test('references with their own numbers and dates', () => {
    expect(facts.references.map(({ value }) => [value.letterNumber, value.date])).toEqual([
      ['มท 0201.2/1234', '2026-10-01'],
      ['กษ 0301/55', '2026-10-02'],
    ]);
  });

  test('enclosures, a wrapped one joined, the paragraph after them left out', () => {
    expect(facts.enclosures.map(({ value }) => value)).toEqual(['ระเบียบวาระการประชุม จำนวน ๑ ชุด', 'แบบตอบรับ จำนวน ๑ ฉบับ']);
  });

  test('classes, kind, due date over the end of a line', () => {
    expect(facts.urgency).toMatchObject({ value: 'most-urgent', raw: 'ด่วนที่สุด', certainty: 'certain' });
    expect(facts.secrecy).toMatchObject({ value: 'confidential', raw: 'ลับ', source: 'document:2', certainty: 'certain' });
    expect(facts.kind).toMatchObject({ value: 'external', certainty: 'certain' });
    expect(facts.dueDate).toMatchObject({ value: '2026-11-30', raw: 'ภายในวันที่ ๓๐ พฤศจิกายน ๒๕๖๙' });
  });

  test('the same facts when a PDF lost the tone marks', () => {
    const lossy = EXTERNAL.replace(/([\u0e34-\u0e37])[\u0e48-\u0e4b]/g, '$1\u0000');
    const again = findFacts({ ...none, documents: [{ path: '2', name: null, text: lossy }] });
    expect(again.letterNumber?.value).toBe('มท 0201.2/ว 1590');
    expect(again.letterDate?.value).toBe('2026-11-20');
    expect(again.subject?.value).toContain('ขอเชิญประชุม');
    expect(again.references).toHaveLength(2);
    expect(again.enclosures).toHaveLength(2);
    expect(again.urgency?.value).toBe('most-urgent');
    expect(again.dueDate?.value).toBe('2026-11-30');
  });
});

test('a subject that lost its tone marks in the PDF is taken from the mail, when they are the same', () => {
  const documents = [{ path: '2', name: null, text: 'เรือง แจ้งการใช้นำประปา\nเรียน ผู้ใหญ่บ้าน' }];
  const same = findFacts({ ...none, subject: 'ด่วน แจ้งการใช้น้ำประปา', documents });
  expect(same.subject).toMatchObject({ value: 'แจ้งการใช้น้ำประปา', source: 'subject', certainty: 'certain' });
  expect(findFacts({ ...none, subject: 'ส่งหนังสือ', documents }).subject?.value).toBe('แจ้งการใช้นำประปา');
});

describe('a memo, an order, an announcement', () => {
  const kindOf = (text: string): string | undefined => findFacts({ ...none, documents: [{ path: '1', name: null, text }] }).kind?.value;

  test('internal memo: one line has number and date', () => {
    const text = 'บันทึกข้อความ\nส่วนราชการ กองคลัง โทร. 0 2123 4567\nที่ มท 0203/12      วันที่ 5 ม.ค. 2570\nเรื่อง ขออนุมัติ\nเรียน ปลัดกระทรวง\n';
    const facts = findFacts({ ...none, documents: [{ path: '1', name: null, text }] });
    expect([facts.letterNumber?.value, facts.letterDate?.value, facts.subject?.value, facts.kind?.value]).toEqual([
      'มท 0203/12',
      '2027-01-05',
      'ขออนุมัติ',
      'internal',
    ]);
    expect(facts.circular?.value).toBe(false);
  });

  test('the six kinds', () => {
    expect(kindOf('คำสั่งกรมการปกครอง\nที่ 123/2569\nเรื่อง แต่งตั้ง')).toBe('order');
    expect(kindOf('ประกาศจังหวัด\nเรื่อง รับสมัคร')).toBe('publicity');
    expect(kindOf('รายงานการประชุม\nครั้งที่ 1/2569')).toBe('record');
    expect(kindOf('ที่ มท 0201/5\nถึง จังหวัดทุกจังหวัด\n   ขอส่งสำเนา')).toBe('stamped');
    expect(kindOf('สวัสดีครับ')).toBeUndefined();
  });
});

describe('a mail without documents', () => {
  test('everything in the subject line', () => {
    const facts = findFacts({ ...none, subject: 'Fw: ด่วนมาก ที่ มท 0201.2/ว 1590 ลงวันที่ 20 พ.ย. 2569 เรื่อง ขอเชิญประชุม' });
    expect(facts.letterNumber).toMatchObject({ value: 'มท 0201.2/ว 1590', source: 'subject', certainty: 'likely' });
    expect(facts.letterDate).toMatchObject({ value: '2026-11-20', source: 'subject' });
    expect(facts.subject?.value).toBe('ขอเชิญประชุม');
    expect(facts.urgency).toMatchObject({ value: 'very-urgent', source: 'subject' });
    expect(facts.secrecy).toBeNull();
  });

  test('a class and reply marks are no part of the subject', () => {
    expect(findFacts({ ...none, subject: 'Re: Fwd: [ด่วนที่สุด] ขอข้อมูลงบประมาณ' }).subject?.value).toBe('ขอข้อมูลงบประมาณ');
    expect(findFacts({ ...none, subject: 'ด่วนที่สุด' }).subject?.value).toBe('ด่วนที่สุด');
    expect(findFacts({ ...none, subject: 'Request for documents' }).subject?.value).toBe('Request for documents');
  });

  test("another letter's number is not this one's", () => {
    const facts = findFacts({ ...none, subject: 'ขอส่งข้อมูล', bodyText: 'สวัสดีครับ\nตามหนังสือ ที่ มท 0201.2/99 ลงวันที่ 1 ต.ค. 2569 ขอส่งข้อมูลครับ' });
    expect(facts.letterNumber).toBeNull();
    expect(facts.letterDate).toBeNull();
  });

  test('an own number in running text is a guess', () => {
    const facts = findFacts({ ...none, bodyText: 'สวัสดีครับ\nด้วยสำนักงานขอส่งหนังสือ ที่ มท 0201.2/99 ลงวันที่ 1 ต.ค. 2569' });
    expect(facts.letterNumber).toMatchObject({ value: 'มท 0201.2/99', certainty: 'guess', source: 'body' });
    expect(facts.letterDate).toMatchObject({ value: '2026-10-01', certainty: 'guess' });
  });

  test('quoted lines are not the writer’s own', () => {
    expect(findFacts({ ...none, bodyText: 'รับทราบ\n> ลับที่สุด\n> เรื่อง เดิมพัน\n' })).toMatchObject({ secrecy: null, subject: null });
  });

  test('importance is only a guess, and a class in words beats it', () => {
    expect(findFacts({ ...none, headers: { importance: 'High' } }).urgency).toEqual({
      value: 'urgent',
      raw: 'High',
      source: 'header',
      certainty: 'guess',
    });
    expect(findFacts({ ...none, headers: { priority: '1 (Highest)' } }).urgency?.value).toBe('urgent');
    expect(findFacts({ ...none, headers: { importance: 'normal', priority: '3' } }).urgency).toBeNull();
    expect(findFacts({ ...none, subject: 'ด่วนที่สุด', headers: { importance: 'high' } }).urgency).toMatchObject({
      value: 'most-urgent',
      source: 'subject',
    });
  });
});

describe('classes in bodies and documents', () => {
  const secrecyOf = (text: string): string | null => {
    const found = findFacts({ ...none, documents: [{ path: '1', name: null, text }] }).secrecy;
    return found === null ? null : `${found.value} ${found.certainty}`;
  };

  test('labelled, alone on a line, in a form, in a sentence', () => {
    expect(secrecyOf('ชั้นความลับ : ลับมาก\nเรื่อง x')).toBe('secret certain');
    expect(secrecyOf('ชั้นความลับ: ปกติ\nเรื่อง x')).toBe('normal certain');
    expect(secrecyOf(`${'บรรทัด\n'.repeat(40)}- ลับที่สุด -\n`)).toBe('top-secret guess');
    expect(secrecyOf('ชั้นความลับ ( ) ปกติ ( ) ลับ ( ) ลับมาก ( ) ลับที่สุด')).toBeNull();
    expect(secrecyOf('เอกสารนี้กล่าวถึงเรื่อง ลับ ของทางราชการ')).toBeNull();
    expect(secrecyOf('ขอให้ส่งกลับ')).toBeNull();
  });

  test('CONFIDENTIAL under a mail is only a guess, ลับ in its place is not', () => {
    expect(findFacts({ ...none, bodyText: 'Hello\nCONFIDENTIAL: this mail is for you' }).secrecy).toMatchObject({
      value: 'confidential',
      certainty: 'guess',
    });
    expect(findFacts({ ...none, bodyText: 'ลับ\nเรื่อง x' }).secrecy).toMatchObject({
      value: 'confidential',
      certainty: 'likely',
      source: 'body',
    });
  });

  test('the strictest place wins', () => {
    const facts = findFacts({ subject: 'ลับ รายงาน', bodyText: '', documents: [{ path: '3', name: null, text: 'ลับที่สุด\nที่ มท 0201/1' }] });
    expect(facts.secrecy).toMatchObject({ value: 'top-secret', source: 'document:3' });
  });
});

describe('bad input', () => {
  test('nothing in, nothing out', () => {
    expect(findFacts(none)).toEqual({
      letterNumber: null,
      letterDate: null,
      subject: null,
      addressee: null,
      references: [],
      enclosures: [],
      urgency: null,
      secrecy: null,
      circular: null,
      kind: null,
      dueDate: null,
    });
  });

  test('an impossible date is no date', () => {
    const facts = findFacts({
      ...none,
      documents: [{ path: '1', name: null, text: 'ที่ มท 0201/1\n31 เมษายน 2569\nเรื่อง x\nภายในวันที่ 32 มกราคม 2570' }],
    });
    expect(facts.letterDate).toBeNull();
    expect(facts.dueDate).toBeNull();
  });

  test('long and broken texts do not throw or stall', () => {
    const text = `${'ที่ '.repeat(100_000)}\n${'เรื่อง\n'.repeat(10_000)}\ud800\u0000${'อ้างถึง 1. '.repeat(20_000)}${'ก'.repeat(500_000)}`;
    expect(findFacts({ subject: text, bodyText: text, documents: [{ path: '1', name: null, text }] }).letterNumber).toBeNull();
  });
});
