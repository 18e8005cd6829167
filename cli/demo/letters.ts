/**
 * The sample letters of `saraban demo`: what a municipality's central address gets in a morning. All names, numbers and domains are made up
 * (domains under .example, RFC 2606).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { b, type DemoFile, filePart, head, multipart, textPart, word } from './mime.ts';

export interface DemoLetter {
  /** One line for the terminal, in Thai and English. */
  what: string;
  from: string;
  /** The +tag of the address it goes to; '' for none. */
  tag: string;
  message: Buffer;
}

const file = (name: string) => readFileSync(new URL(`./files/${name}`, import.meta.url));
const pdf = (name: string, shownAs: string): DemoFile => ({ name: shownAs, type: 'application/pdf', bytes: file(name) });

/** `to` is the central address; `run` makes Message-IDs unique to one run, so that a second demo brings new letters and not the old numbers. */
export function demoLetters(to: string, run: string, now: Date): DemoLetter[] {
  const date = now.toUTCString().replace('GMT', '+0000');
  const fields = (id: string, name: string, address: string, subject: string, more: Record<string, string> = {}) =>
    head({
      From: `${word(name)} <${address}>`,
      To: `<${to}>`,
      Subject: word(subject),
      Date: date,
      'Message-ID': `<${id}.${run}@${address.split('@')[1]}>`,
      'MIME-Version': '1.0',
      ...more,
    });
  const letter = (what: string, from: string, text: string, tag = ''): DemoLetter => ({ what, from, tag, message: b(text) });
  const mixed = (id: string, text: string, files: DemoFile[]) => multipart('mixed', `=_${id}`, [textPart(text), ...files.map(filePart)]);

  const invitation =
    fields('cgd-88', 'กรมบัญชีกลาง', 'saraban@cgd.example', 'ซ้อมความเข้าใจเกี่ยวกับการเบิกจ่ายเงินสะสมขององค์กรปกครองส่วนท้องถิ่น') +
    multipart('alternative', '=_cgd', [
      textPart(
        'ที่ กค 0409.6/ว 88\nลงวันที่ 17 พฤศจิกายน 2569\nเรื่อง ซ้อมความเข้าใจเกี่ยวกับการเบิกจ่ายเงินสะสม\nเรียน นายกองค์กรปกครองส่วนท้องถิ่นทุกแห่ง\n\nตามระเบียบที่อ้างถึง ขอซ้อมความเข้าใจวิธีปฏิบัติตามรายละเอียดที่แนบ จึงเรียนมาเพื่อทราบและถือปฏิบัติ\n',
      ),
      textPart(
        '<html><body><p>ที่ <b>กค 0409.6/ว 88</b></p><p>เรื่อง ซ้อมความเข้าใจเกี่ยวกับการเบิกจ่ายเงินสะสม</p><p>เรียน นายกองค์กรปกครองส่วนท้องถิ่นทุกแห่ง</p><p>ตามระเบียบที่อ้างถึง ขอซ้อมความเข้าใจวิธีปฏิบัติดังนี้</p><ol><li>ตรวจยอดเงินสะสมคงเหลือ</li><li>เสนอสภาท้องถิ่นก่อนเบิกจ่าย</li></ol><img src="https://tracker.example/p.gif" alt=""></body></html>\n',
        'text/html',
      ),
    ]);
  const complaint =
    fields('somying', 'นางสาวสมหญิง ใจดี', 'somying@mail.example', 'ขอให้ซ่อมแซมไฟส่องสว่างสาธารณะ หมู่ที่ 4') +
    mixed(
      'light',
      'เรียน นายกเทศมนตรี\n\nไฟส่องสว่างหน้าวัดหมู่ที่ 4 ดับมาสามวันแล้ว ขอให้ส่งช่างมาตรวจสอบด้วย ตามรูปที่แนบมา\n\nสมหญิง ใจดี โทร 08 0000 0000\n',
      [
        { name: 'เสาไฟต้นที่ 1.png', type: 'image/png', bytes: file('lamp-1.png') },
        { name: 'เสาไฟต้นที่ 2.png', type: 'image/png', bytes: file('lamp-2.png') },
      ],
    );

  return [
    letter(
      'หนังสือเวียน ด่วนที่สุด พร้อม PDF · most urgent circular with a PDF',
      'saraban@dla.example',
      fields('dla-1590', 'กรมส่งเสริมการปกครองท้องถิ่น', 'saraban@dla.example', 'ด่วนที่สุด การจัดสรรเงินอุดหนุนเฉพาะกิจ ประจำปีงบประมาณ พ.ศ. 2570') +
        mixed('dla', 'เรียน นายกเทศมนตรี\n\nขอส่งหนังสือที่ มท 0808.2/ว 1590 ลงวันที่ 20 พฤศจิกายน 2569 ตามไฟล์แนบ\n', [
          pdf('letter-dla.pdf', 'หนังสือนำส่ง.pdf'),
          { name: 'บัญชีจัดสรร.csv', type: 'text/csv; charset=utf-8', bytes: b('\ufeffลำดับ,อปท.,จำนวนเงิน\r\n1,เทศบาลตำบลตัวอย่าง,1250000\r\n') },
        ]),
    ),
    letter("คำร้องของประชาชน พร้อมรูป · a citizen's request with pictures", 'somying@mail.example', complaint),
    letter(
      'ด่วน เชิญประชุม · urgent invitation',
      'saraban@phayao.example',
      fields('phayao-4471', 'ที่ทำการปกครองจังหวัด', 'saraban@phayao.example', 'ด่วน ขอเชิญประชุมคณะกรรมการจังหวัด ครั้งที่ 11/2569') +
        mixed(
          'phayao',
          'ที่ พย ๐๐๒๓.๓/๔๔๗๑\nลงวันที่ ๑๙ พฤศจิกายน ๒๕๖๙\nเรื่อง ขอเชิญประชุมคณะกรรมการจังหวัด ครั้งที่ ๑๑/๒๕๖๙\nเรียน นายกเทศมนตรี\n\nขอเชิญประชุมในวันที่ ๒๗ พฤศจิกายน ๒๕๖๙ เวลา ๐๙.๓๐ น.\n',
          [pdf('letter-phayao.pdf', 'ระเบียบวาระ.pdf')],
        ),
    ),
    letter(
      'ขอสถานที่ฝึกงาน · asks for places for trainees',
      'saraban@college.example',
      fields('college-451', 'วิทยาลัยเทคนิคตัวอย่าง', 'saraban@college.example', 'ขอความอนุเคราะห์สถานที่ฝึกงานของนักศึกษา') +
        textPart(
          'ที่ ศธ 0512.1/0451\nลงวันที่ 18 พฤศจิกายน 2569\nเรื่อง ขอความอนุเคราะห์สถานที่ฝึกงานของนักศึกษา\nเรียน นายกเทศมนตรี\nสิ่งที่ส่งมาด้วย รายชื่อนักศึกษา จำนวน 1 ชุด\n\nด้วยวิทยาลัยมีนักศึกษาชั้นปีที่ 2 จำนวน 6 คน ขอฝึกงานภายในวันที่ 15 ธันวาคม 2569\n',
        ),
    ),
    letter('หนังสือเวียนแบบ HTML · circular as HTML', 'saraban@cgd.example', invitation),
    letter(
      'ฉบับเดิม แก้ไขแล้วส่งซ้ำ · the same letter, corrected and sent again',
      'saraban@cgd.example',
      invitation.replace('Date:', 'X-Corrected: 1\r\nDate:'),
    ),
    letter(
      'ภาษาอังกฤษ · in English',
      'registry@embassy.example',
      `${head({ From: 'Embassy of Exampland, Registry <registry@embassy.example>', To: `<${to}>`, Subject: 'Visit of a municipal delegation, 14 December 2026', Date: date, 'Message-ID': `<visit.${run}@embassy.example>`, 'MIME-Version': '1.0' })}Content-Type: text/plain; charset=us-ascii\r\n\r\nDear Mayor,\r\n\r\nA delegation of five would like to visit your municipality's waste station on 14 December 2026.\r\nPlease let us know by 1 December whether the day suits you.\r\n\r\nRegistry, Embassy of Exampland\r\n`,
    ),
    {
      what: 'จดหมายเก่า TIS-620 ไม่บอกชุดอักขระ · raw TIS-620 bytes, no charset named',
      from: 'old@system.example',
      tag: '',
      message: rawTis620(to, run, date),
    },
    letter(
      'ถึงกองคลังด้วย +finance · to the finance unit by +tag',
      'billing@pea.example',
      fields('pea-11', 'การไฟฟ้าตัวอย่าง', 'billing@pea.example', 'แจ้งค่าไฟฟ้าสาธารณะ ประจำเดือนตุลาคม 2569') +
        textPart('เรียน ผู้อำนวยการกองคลัง\n\nขอแจ้งค่าไฟฟ้าสาธารณะ เดือนตุลาคม 2569 จำนวน 84,120.50 บาท กำหนดชำระภายในวันที่ 10 ธันวาคม 2569\n'),
      'finance',
    ),
    letter(
      'ส่งต่อจดหมายทั้งฉบับ · a letter within a letter',
      'clerk@district.example',
      fields('fwd', 'ที่ว่าการอำเภอตัวอย่าง', 'clerk@district.example', 'ส่งต่อ: คำร้องของราษฎร') +
        multipart('mixed', '=_fwd', [
          textPart('เรียน นายกเทศมนตรี\n\nอำเภอได้รับคำร้องตามที่แนบ เป็นเรื่องในพื้นที่ของท่าน จึงขอส่งต่อเพื่อดำเนินการ\n'),
          `Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n${complaint}\r\n`,
        ]),
    ),
    letter(
      'ฉบับใหญ่ 18 MB · a very large one',
      'works@contractor.example',
      fields('plans', 'บริษัท ก่อสร้างตัวอย่าง จำกัด', 'works@contractor.example', 'ส่งแบบแปลนก่อสร้างถนนสายบ้านดอน') +
        mixed('plans', 'เรียน ผู้อำนวยการกองช่าง\n\nขอส่งแบบแปลนฉบับสมบูรณ์ตามไฟล์แนบ\n', [
          { name: 'แบบแปลนถนนสายบ้านดอน.dwg', type: 'application/octet-stream', bytes: noise(13 * 1024 * 1024) },
        ]),
    ),
    letter(
      'ลับที่สุด: พักไว้ ไม่ออกเลข · top secret: held, no number',
      'saraban@province.example',
      fields('secret', 'จังหวัดตัวอย่าง', 'saraban@province.example', 'ลับที่สุด แผนการรักษาความปลอดภัย') + textPart('(ข้อความตัวอย่าง)\n'),
    ),
    { what: 'จดหมายตีกลับ · a bounce', from: '', tag: '', message: b(bounce(to, run, date)) },
    letter(
      'ตอบอัตโนมัติ · an out-of-office reply',
      'officer@province.example',
      fields('ooo', 'เจ้าหน้าที่จังหวัด', 'officer@province.example', 'ตอบกลับอัตโนมัติ: ไม่อยู่ที่สำนักงาน', { 'Auto-Submitted': 'auto-replied' }) +
        textPart('ข้าพเจ้าลาพักผ่อนถึงวันที่ 30 พฤศจิกายน 2569\n'),
    ),
  ];
}

/** Subject and body in single bytes, as mailers of the nineties send them. windows-874 and TIS-620 agree on Thai letters: U+0E01-0E5B at A1-FB. */
function rawTis620(to: string, run: string, date: string): Buffer {
  const tis = (text: string) =>
    Buffer.from(
      [...text].map(character => (character >= 'ก' && character <= '๛' ? character.charCodeAt(0) - 0x0d60 : character.charCodeAt(0))),
    );
  return Buffer.concat([
    b('From: '),
    tis('"องค์การบริหารส่วนตำบลตัวอย่าง"'),
    b(` <old@system.example>\r\nTo: <${to}>\r\nSubject: `),
    tis('รายงานผลการดำเนินงานประจำปี 2569'),
    b(`\r\nDate: ${date}\r\nMessage-ID: <tis.${run}@system.example>\r\n\r\n`),
    tis('เรียน นายกเทศมนตรี\r\n\r\nขอส่งรายงานผลการดำเนินงานประจำปี ตามที่ได้รับแจ้ง\r\n'),
  ]);
}

/** A delivery report (RFC 3464) about a mail that this appliance never sent. */
function bounce(to: string, run: string, date: string): string {
  return (
    head({
      From: 'Mail Delivery System <MAILER-DAEMON@mx.province.example>',
      To: `<${to}>`,
      Subject: 'Undelivered Mail Returned to Sender',
      Date: date,
      'Message-ID': `<bounce.${run}@mx.province.example>`,
      'Auto-Submitted': 'auto-replied',
      'MIME-Version': '1.0',
    }) +
    multipart(
      'report',
      '=_dsn',
      [
        'Content-Type: text/plain; charset=us-ascii\r\n\r\nThe mail could not be delivered to <somsak@province.example>: mailbox full.\r\n',
        'Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.province.example\r\n\r\nFinal-Recipient: rfc822; somsak@province.example\r\nAction: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full\r\n\r\n',
        `Content-Type: message/rfc822-headers\r\n\r\nFrom: <${to}>\r\nTo: <somsak@province.example>\r\nSubject: test\r\nMessage-ID: <unknown.${run}@agency.example>\r\n\r\n`,
      ],
      '; report-type=delivery-status',
    )
  );
}

/** Bytes that do not compress, the same on every machine. */
function noise(size: number): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 0; index * 32 < size; index++) blocks.push(createHash('sha256').update(String(index)).digest());
  return Buffer.concat(blocks, size);
}
