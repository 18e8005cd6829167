/** Every sentence of the verifier, Thai first, English beside it. `d` is the finding's data; what strangers wrote in it was made showable before. */
import { DAYS, STAMPS } from './words-days.js';

const BOOKS = {
  receive: ['ทะเบียนหนังสือรับ', 'receive register'],
  'receive-classified': ['ทะเบียนหนังสือรับ (ลับ)', 'classified receive register'],
  send: ['ทะเบียนหนังสือส่ง', 'send register'],
  'send-classified': ['ทะเบียนหนังสือส่ง (ลับ)', 'classified send register'],
  office: ['บันทึกการดำเนินงานของส่วนราชการ', 'log of the office'],
};

export function bookTh(register, year) {
  return `${BOOKS[register]?.[0] ?? register}${year > 0 ? ` ปี ${year}` : ''}`;
}

export function bookEn(register, year) {
  return `${BOOKS[register]?.[1] ?? register}${year > 0 ? ` ${year}` : ''}`;
}

export const TITLES = {
  list: [d => `รายการค่าแฮช ${d.name}`, d => `List of hashes: ${d.name}`],
  reading: [() => 'การเปิดอ่านไฟล์', () => 'Reading the files'],
  seal: [
    d => `ทะเบียนที่ปิดประจำวันที่ ${d.day} · ${d.agency} (วันปิดลำดับที่ ${d.ordinal})`,
    d => `Closed day ${d.day} · ${d.agency} (closing no. ${d.ordinal})`,
  ],
  dayAlone: [d => `ทะเบียนประจำวัน ${d.name} ที่ไม่มีตราปิด`, d => `Register of a day without its seal: ${d.name}`],
  chain: [d => `ความต่อเนื่องของวันที่ปิดทะเบียน · ${d.agency}`, d => `Chain of closed days · ${d.agency}`],
  evidence: [
    d => `ชุดหลักฐานของหนังสือเลขที่ ${d.number}/${d.year} · ${d.agency}`,
    d => `Evidence pack of letter ${d.number}/${d.year} · ${d.agency}`,
  ],
  acknowledgement: [d => `แจ้งผลการรับ เลขทะเบียน ${d.number} · ${d.agency}`, d => `Acknowledgement, number ${d.number} · ${d.agency}`],
  certificate: [d => `ใบรับรองการทดสอบสำเนาสำรอง ${d.name}`, d => `Certificate of a copy: ${d.name}`],
  statement: [d => `ไฟล์ของระบบ ${d.name} (${d.format})`, d => `A file of the register's: ${d.name} (${d.format})`],
  signature: [d => `ลายมือชื่ออิเล็กทรอนิกส์ ${d.name}`, d => `Signature ${d.name}`],
  timestamp: [d => `ตราประทับเวลา ${d.name}`, d => `Time stamp ${d.name}`],
  across: [() => 'เทียบไฟล์ต่าง ๆ ระหว่างกัน', () => 'The files held against one another'],
  rest: [() => 'ไฟล์อื่น', () => 'Other files'],
};

const READING = {
  'too-many-files': [
    d => `มีไฟล์มากเกิน ${d.most} ไฟล์ ส่วนที่เกินไม่ได้ตรวจ`,
    d => `There are more than ${d.most} files; the rest was not looked at.`,
  ],
  'zip-broken': [
    d => `ไฟล์ ZIP ${d.name} เสียหาย${d.inside ? ` ที่ ${d.inside}` : ''} จึงเปิดอ่านไม่ได้`,
    d => `The ZIP ${d.name} is damaged${d.inside ? ` at ${d.inside}` : ''} and cannot be read.`,
  ],
  'zip-crc': [
    d => `${d.inside} ใน ${d.name} ถูกเปลี่ยนหลังจากจัดทำ ZIP (ผลรวมตรวจสอบไม่ตรง)`,
    d => `${d.inside} in ${d.name} was changed after the ZIP was made (its check sum is wrong).`,
  ],
  'zip-too-large': [
    d => `${d.inside || d.name} ใหญ่เกินกว่าที่โปรแกรมนี้จะเปิด จึงไม่ได้ตรวจ`,
    d => `${d.inside || d.name} is larger than this program unpacks; it was not checked.`,
  ],
  'zip-method': [
    d => `${d.inside || d.name} ถูกบีบอัดด้วยวิธีที่โปรแกรมนี้ไม่รู้จัก จึงไม่ได้ตรวจ`,
    d => `${d.inside || d.name} is packed in a way this program does not know; it was not checked.`,
  ],
  'zip-encrypted': [
    d => `${d.inside} ใน ${d.name} ใส่รหัสผ่านไว้ จึงไม่ได้ตรวจ`,
    d => `${d.inside} in ${d.name} is encrypted; it was not checked.`,
  ],
  'zip-twice': [d => `ใน ${d.name} มีไฟล์ชื่อ ${d.inside} มากกว่าหนึ่งไฟล์`, d => `${d.name} holds more than one file of the name ${d.inside}.`],
};

const SIGNATURES = {
  signed: [
    d =>
      `${d.name} ลงลายมือชื่อด้วยกุญแจของ ${d.agency} เมื่อ ${d.at} และไม่ถูกแก้ไขหลังจากนั้น กุญแจ ${d.fingerprint} (โปรดเทียบลายพิมพ์เต็มท้ายรายงานกับที่ส่วนราชการแจ้งไว้)`,
    d =>
      `${d.name} was signed with a key that says it is ${d.agency}'s, at ${d.at}, and was not changed since. Key ${d.fingerprint} (compare its whole fingerprint, at the end, with the one you were given).`,
  ],
  'signed-by-given': [
    d => `${d.name} ลงลายมือชื่อเมื่อ ${d.at} ด้วยกุญแจที่ท่านระบุ และไม่ถูกแก้ไขหลังจากนั้น`,
    d => `${d.name} was signed at ${d.at} with the key you named, and was not changed since.`,
  ],
  unsigned: [d => `ไม่มีไฟล์ลายมือชื่อของ ${d.name} จึงไม่มีผู้ใดรับรองไฟล์นี้`, d => `There is no signature of ${d.name}: nobody vouches for it.`],
  'signature-shape': [d => `${d.by} ไม่ใช่ไฟล์ลายมือชื่อที่สมบูรณ์`, d => `${d.by} is not a well-formed signature.`],
  'signature-fingerprint': [
    d => `ลายพิมพ์กุญแจที่เขียนใน ${d.by} ไม่ใช่ของกุญแจที่อยู่ในไฟล์เดียวกัน`,
    d => `The fingerprint written in ${d.by} is not that of the key in it.`,
  ],
  'signature-signature': [
    d => `ลายมือชื่อใน ${d.by} ไม่ถูกต้อง: ข้อความในไฟล์ถูกแก้ไข หรือไม่ได้ลงด้วยกุญแจนั้น`,
    d => `The signature in ${d.by} is not valid: what it says was altered, or it was never made with that key.`,
  ],
  'signature-of-other': [
    d => `${d.name} ไม่ใช่ไฟล์ที่ ${d.by} ลงลายมือชื่อไว้: ${d.name} ถูกแก้ไขหลังลงลายมือชื่อ หรือเป็นลายมือชื่อของไฟล์อื่น`,
    d => `${d.name} is not what ${d.by} signs: it was changed after it was signed, or the signature is of another file.`,
  ],
  'signature-of-other-agency': [
    d => `${d.by} เป็นลายมือชื่อของ ${d.other} ไม่ใช่ของ ${d.agency}`,
    d => `${d.by} is the signature of ${d.other}, not of ${d.agency}.`,
  ],
  'key-other': [
    d => `${d.name} ลงลายมือชื่อด้วยกุญแจอื่น ไม่ใช่กุญแจที่ท่านระบุ: ${d.fingerprint}`,
    d => `${d.name} was signed with another key than the one you named: ${d.fingerprint}`,
  ],
  'signed-missing': [
    d => `ไม่พบไฟล์ ${d.name} ที่ลายมือชื่อนี้รับรอง (SHA-256 ${d.sha256})`,
    d => `The file this signature is of is not here: ${d.name} (SHA-256 ${d.sha256}).`,
  ],
};

const LETTER = {
  'files-whole': [d => `ไฟล์ทั้ง ${d.count} ไฟล์ในรายการตรงกับค่าแฮชทุกไฟล์`, d => `All ${d.count} files of the list have the hashes it names.`],
  'file-differs': [
    d => `${d.name} ไม่ใช่ไฟล์ที่ระบุในรายการ: ถูกแก้ไข หรือถูกสลับกับไฟล์อื่น`,
    d => `${d.name} is not the file that the list names: it was changed or exchanged.`,
  ],
  'file-missing': [d => `ไม่พบ ${d.name} ที่ระบุในรายการ`, d => `${d.name} is named in the list but is not here.`],
  'file-extra': [
    d => `${d.name} ไม่อยู่ในรายการที่ลงลายมือชื่อ: มีผู้ใส่เพิ่มภายหลัง`,
    d => `${d.name} is not in the signed list: somebody added it later.`,
  ],
  'entry-missing': [
    () => 'ไม่มี entry.json ที่อ่านได้ จึงตรวจรายการในทะเบียนไม่ได้',
    () => 'There is no readable entry.json, so the entry of the register cannot be checked.',
  ],
  'not-closed-yet': [
    () => 'ขณะจัดทำชุดหลักฐาน วันที่ลงทะเบียนหนังสือนี้ยังไม่ปิด จึงยังไม่มีตราปิดประจำวัน',
    () => 'When the pack was made, the day of this letter was not closed yet; so there is no seal of the day in it.',
  ],
  'day-left-out': [
    d => `ชุดนี้ไม่มีทะเบียนของวันที่ ${d.day} เพราะผู้ขอไม่มีสิทธิ์เห็นทะเบียนทั้งวัน จึงไม่ได้ตรวจว่าหนังสืออยู่ในวันนั้น ผู้มีสิทธิ์ขอชุดเต็มได้`,
    d =>
      `The register of ${d.day} is not in this pack, because whoever took it may not see the whole day; so whether the letter stands in it was not judged. An officer who may can take the full pack.`,
  ],
  'entry-in-day': [
    d => `เลขที่ ${d.number} อยู่ในช่วงเลขของวันที่ ${d.day} ซึ่งปิดตราแล้ว`,
    d => `Number ${d.number} stands in the sealed range of ${d.day}.`,
  ],
  'entry-not-in-day': [
    d => `เลขที่ ${d.number} ไม่อยู่ในช่วงเลขของวันที่ ${d.day}: ตราปิดในชุดนี้เป็นของวันอื่น`,
    d => `Number ${d.number} is not in the sealed range of ${d.day}: the seal in this pack is another day's.`,
  ],
  'day-not-here': [
    d => `ชุดนี้ระบุว่าหนังสืออยู่ในวันที่ปิด ${d.day} แต่ไม่มีตราปิดของวันนั้น`,
    d => `The pack says that the letter stands in the closed day ${d.day}, but the seal of that day is not here.`,
  ],
  'entry-hash': [
    d => `รายการเลขที่ ${d.number} ในทะเบียน (เลข เวลา ผู้ส่ง ค่าแฮชของหนังสือ) ตรงกับค่าแฮชในสายโซ่`,
    d => `The entry ${d.number} (number, times, sender, hash of the letter) makes the hash that stands in the chain.`,
  ],
  'entry-altered': [
    d => `รายการเลขที่ ${d.number} ถูกแก้ไข: คำนวณแล้วไม่ได้ค่าแฮชที่บันทึกไว้`,
    d => `The entry ${d.number} was altered: it does not make the hash that was recorded.`,
  ],
  'message-same': [
    d => `${d.name} คือหนังสือเลขที่ ${d.number} ตามที่ได้รับ ตรงกันทุกไบต์`,
    d => `${d.name} is letter ${d.number} as it was received, byte for byte.`,
  ],
  'message-differs': [
    d => `${d.name} ไม่ใช่หนังสือเลขที่ ${d.number} ตามที่ได้รับ: มีอย่างน้อยหนึ่งไบต์ต่างไป`,
    d => `${d.name} is not letter ${d.number} as it was received: at least one byte differs.`,
  ],
  'message-absent': [
    d => `ไม่มีตัวหนังสือเลขที่ ${d.number} (message.eml) ในชุดนี้`,
    d => `Letter ${d.number} itself (message.eml) is not in this pack.`,
  ],
  'attachment-in-message': [d => `สิ่งที่ส่งมาด้วย ${d.name} คือไฟล์ที่อยู่ในหนังสือ`, d => `The attachment ${d.name} is what the letter carried.`],
  'attachment-differs': [
    d => `สิ่งที่ส่งมาด้วย ${d.name} ไม่ตรงกับที่ทะเบียนบันทึกไว้`,
    d => `The attachment ${d.name} is not what the register recorded.`,
  ],
  'attachment-absent': [
    d => `ชุดนี้ไม่มีไฟล์ ${d.name} แยกต่างหาก (อยู่ในตัวหนังสือ)`,
    d => `${d.name} does not lie in the pack as a file of its own (it is in the letter).`,
  ],
  'attachment-not-found': [
    d => `${d.name} ตรงกับที่ทะเบียนบันทึกไว้ แต่โปรแกรมนี้แกะจากตัวหนังสือเองไม่ได้ (อยู่ในรูปแบบที่ซ้อนกัน)`,
    d =>
      `${d.name} is what the register recorded, but this program cannot take it out of the letter by itself (it lies inside another format).`,
  ],
  'acts-hash': [d => `บันทึกการดำเนินการ ${d.count} รายการไม่ถูกแก้ไข`, d => `${d.count} recorded acts were not altered.`],
  'act-altered': [
    d => `บันทึกการดำเนินการลำดับที่ ${d.ordinal} (${d.kind}) ถูกแก้ไข`,
    d => `The recorded act no. ${d.ordinal} (${d.kind}) was altered.`,
  ],
  'act-unlinked': [
    d => `บันทึกการดำเนินการลำดับที่ ${d.ordinal} (${d.kind}) ไม่ต่อจากรายการก่อนหน้า`,
    d => `The recorded act no. ${d.ordinal} (${d.kind}) does not follow the one before it.`,
  ],
  'facts-not-hashed': [
    () => 'เรื่อง ที่ ลงวันที่ และข้อมูลอื่นที่เจ้าหน้าที่แก้ไขได้ ไม่อยู่ในสายโซ่ แต่อยู่ในไฟล์ที่ลงลายมือชื่อพร้อมประวัติการแก้ไข',
    () =>
      'Subject, letter number, date and what else officers may correct are not in the chain; they stand, with their history, in the signed file.',
  ],
  'receipt-of-entry': [
    d => `แจ้งผลการรับที่ส่งออกไปเป็นของรายการเลขที่ ${d.number} จริง`,
    d => `The acknowledgement that was sent is of entry ${d.number}.`,
  ],
  'receipt-of-other': [
    d => `แจ้งผลการรับในชุดนี้ (${d.other}) ไม่ตรงกับรายการเลขที่ ${d.number}`,
    d => `The acknowledgement in this pack (${d.other}) does not agree with entry ${d.number}.`,
  ],
  'receipt-unreadable': [d => `อ่านแจ้งผลการรับจาก ${d.name} ไม่ได้`, d => `No acknowledgement could be read out of ${d.name}.`],
  'receipt-unsigned-note': [
    () => 'แจ้งผลการรับรุ่นก่อนไม่มีลายมือชื่อ ตรวจสอบได้จากลิงก์ในแจ้งผลการรับ หรือขอชุดหลักฐานจากส่วนราชการ',
    () => 'Older acknowledgements carry no signature: use the link in it, or ask the agency for the evidence pack.',
  ],
  'receipt-no-letter': [
    () => 'ไม่มีหนังสือหรือสิ่งที่ส่งมาด้วยให้เทียบ: ใส่ไฟล์ที่ท่านส่งเพิ่มเพื่อตรวจว่าเป็นฉบับที่ได้รับ',
    () => 'No letter was given to compare with: add the file you sent to see whether it is what was received.',
  ],
  'receipt-message': [
    d => `${d.name} คือหนังสือที่ได้รับและลงทะเบียนเลขที่ ${d.number} ตรงกันทุกไบต์`,
    d => `${d.name} is the letter that was received under ${d.number}, byte for byte.`,
  ],
  'receipt-attachment': [
    d => `${d.name} คือสิ่งที่ส่งมาด้วย “${d.attachment}” ของหนังสือเลขที่ ${d.number} ตรงกันทุกไบต์`,
    d => `${d.name} is the attachment “${d.attachment}” of letter ${d.number}, byte for byte.`,
  ],
  'receipt-message-differs': [
    d => `${d.name} ไม่ใช่หนังสือเลขที่ ${d.number} ตามที่ได้รับ หากเป็นสำเนาจากกล่องส่งของท่าน หัวจดหมายอาจต่างไปตามปกติ ให้ดูผลของไฟล์แนบด้านล่าง`,
    d =>
      `${d.name} is not letter ${d.number} as it was received. If it is the copy out of your own sent folder, its headers differ as a rule: look at its attachments below.`,
  ],
  'receipt-inside-same': [d => `ไฟล์แนบ “${d.name}” ในนั้นตรงกับที่ได้รับ`, d => `The attachment “${d.name}” in it is what was received.`],
  'receipt-inside-other': [d => `ไม่พบไฟล์แนบ “${d.name}” ที่ตรงกับที่ได้รับในนั้น`, d => `The attachment “${d.name}” as received is not in it.`],
  'receipt-attachment-differs': [
    d => `${d.name} มีชื่อตรงกับสิ่งที่ส่งมาด้วยของหนังสือเลขที่ ${d.number} แต่เนื้อไฟล์ไม่ใช่ที่ได้รับ`,
    d => `${d.name} has the name of an attachment of letter ${d.number}, but it is not what was received.`,
  ],
};

const OTHERS = {
  'certificate-bytes': [
    d => `${d.name} ไม่ได้เขียนตามแบบที่ลงลายมือชื่อทุกตัวอักษร`,
    d => `${d.name} is not written as what was signed, letter by letter.`,
  ],
  'certificate-outcome': [
    d => `ใบรับรองระบุผล “${d.outcome}” เมื่อ ${d.at} (ระบบเป็นผู้ทดสอบเอง โปรแกรมนี้ตรวจได้เพียงว่าข้อความไม่ถูกแก้ไข)`,
    d =>
      `The certificate says “${d.outcome}”, ${d.at} (the appliance proved it itself; this program can only check that what it says was not altered).`,
  ],
  'meaning-unknown': [
    () => 'โปรแกรมนี้ตรวจได้เพียงลายมือชื่อ ไม่ได้ตรวจความหมายของไฟล์ชนิดนี้',
    () => 'Of this kind of file this program checks the signature only, not what it means.',
  ],
  'listed-files': [
    d => `ไฟล์ที่ระบุในรายการและมีอยู่ ${d.count} ไฟล์ ตรงกับค่าแฮช`,
    d => `${d.count} of the files it lists are here, and have the hashes it names.`,
  ],
  'listed-absent': [
    d => `ไฟล์ในรายการ ${d.count} ไฟล์ไม่ได้ให้มา จึงไม่ได้ตรวจ`,
    d => `${d.count} of the files it lists were not given, so they were not checked.`,
  ],
  'entry-alone': [
    () => 'ไม่มี manifest.json ที่ลงลายมือชื่อ จึงไม่มีผู้ใดรับรองไฟล์นี้',
    () => 'There is no signed manifest.json with it: nobody vouches for this file.',
  ],
  'two-hashes': [
    d => `${d.whatTh} มีค่าแฮชไม่ตรงกันใน ${d.a} กับ ${d.b}: ทะเบียนถูกเขียนใหม่ หรือไฟล์หนึ่งเป็นของปลอม`,
    d => `${d.whatEn} has different hashes in ${d.a} and in ${d.b}: the register was written anew, or one of the two is forged.`,
  ],
  'same-hashes': [d => `${d.whatTh} ตรงกันใน ${d.a} และ ${d.b}`, d => `${d.whatEn} is the same in ${d.a} and in ${d.b}.`],
  'nothing-known': [
    d => `${d.name}: ไม่มีไฟล์ใดในที่นี้กล่าวถึง (SHA-256 ${d.sha256})`,
    d => `${d.name}: nothing here says anything about it (SHA-256 ${d.sha256}).`,
  ],
  'nothing-to-check': [() => 'ไม่มีไฟล์ของระบบทะเบียนให้ตรวจ', () => 'There is nothing of the register here to check.'],
};

export const FINDINGS = { ...READING, ...SIGNATURES, ...LETTER, ...DAYS, ...STAMPS, ...OTHERS };

export const VERDICTS = {
  holds: ['ผลการตรวจสอบ: ถูกต้อง ทุกสิ่งที่ตรวจได้ตรงกัน', 'Result: it holds. Everything that could be checked agrees.'],
  broken: ['ผลการตรวจสอบ: ไม่ถูกต้อง มีสิ่งที่ไม่ตรงกัน โปรดดูรายการด้านล่าง', 'Result: it does not hold. See below what disagrees.'],
  unproven: [
    'ผลการตรวจสอบ: ยังยืนยันไม่ได้ ไม่พบสิ่งที่ขัดกัน แต่ขาดสิ่งที่จะยืนยัน',
    'Result: not proven. Nothing disagrees, but what would prove it is missing.',
  ],
};

export const STATES = {
  holds: ['ถูกต้อง', 'holds'],
  broken: ['ไม่ถูกต้อง', 'DOES NOT HOLD'],
  unproven: ['ยืนยันไม่ได้', 'not proven'],
  open: ['ไม่ได้ตัดสิน', 'not judged'],
  note: ['หมายเหตุ', 'note'],
};

export const KEYS = [
  'กุญแจที่ลงลายมือชื่อ โปรดเทียบลายพิมพ์กับที่ส่วนราชการแจ้งไว้ทางอื่น (ประกาศ หนังสือ หรือหน้า /verify ของระบบ)',
  'Keys that signed. Compare each fingerprint with the one the agency gave you another way (a notice, a letter, its /verify page).',
];
