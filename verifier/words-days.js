/** Sentences about closed days and time stamps; words.js has the others and says how they are made. */

export const DAYS = {
  'seal-shape': [d => `${d.name} ไม่ใช่ตราปิดประจำวันที่สมบูรณ์: ${d.what}`, d => `${d.name} is not a well-formed seal: ${d.what}.`],
  'seal-file-same': [d => `${d.name} คือไฟล์ที่ปิดตราไว้`, d => `${d.name} is the file that was sealed.`],
  'seal-file-differs': [
    d => `${d.name} ไม่ใช่ไฟล์ที่ปิดตราไว้: ถูกแก้ไขหลังปิดวัน`,
    d => `${d.name} is not the file that was sealed: it was changed after the day was closed.`,
  ],
  'seal-file-of-other-day': [
    d => `${d.name} เป็นของวันที่ ${d.day} ไม่ใช่ของวันนี้: ไฟล์ถูกสลับกัน`,
    d => `${d.name} belongs to ${d.day}, not to this day: the files were exchanged.`,
  ],
  'seal-file-missing': [d => `ไม่มี ${d.name} ให้ตรวจ`, d => `${d.name} is not here to be checked.`],
  'seal-file-classified': [d => `${d.name} เป็นไฟล์ชั้นความลับและไม่ได้ให้มา`, d => `${d.name} is classified and was not given.`],
  'day-missing': [
    () => 'ไม่มี day.json จึงไม่ได้ตรวจรายการและสายโซ่ของวันนี้',
    () => 'day.json is not here, so the entries and the chain of this day were not checked.',
  ],
  'day-without-seal': [
    () => 'ไม่มีตราปิด (seal.json) ที่ระบุไฟล์นี้ จึงไม่มีผู้ใดรับรอง',
    () => 'No seal (seal.json) names this file: nobody vouches for it.',
  ],
  'day-of-other': [
    d => `${d.name} เป็นของวันที่ ${d.day} ของ ${d.agency} ไม่ตรงกับตราปิด`,
    d => `${d.name} says it is ${d.day} of ${d.agency}, which is not what the seal says.`,
  ],
  'day-shape': [d => `${d.name} ไม่ใช่ทะเบียนประจำวันที่สมบูรณ์: ${d.what}`, d => `${d.name} is not a well-formed register of a day: ${d.what}.`],
  'book-entries': [
    d => `${d.bookTh}: เลขที่ ${d.first}–${d.last} ต่อเนื่องกันและไม่ถูกแก้ไข (${d.count} รายการ)`,
    d => `${d.bookEn}: numbers ${d.first}–${d.last} follow one another and were not altered (${d.count} entries).`,
  ],
  'book-none': [
    d => `${d.bookTh}: ไม่มีรายการใหม่ในวันนี้ (เลขล่าสุด ${d.last})`,
    d => `${d.bookEn}: no new entry that day (last number ${d.last}).`,
  ],
  'book-gap': [
    d => `${d.bookTh}: เลขที่ ${d.expected} หายไป (พบเลขที่ ${d.place} แทน)`,
    d => `${d.bookEn}: number ${d.expected} is missing (number ${d.place} stands in its place).`,
  ],
  'book-cut': [
    d => `${d.bookTh}: ตราปิดระบุถึงเลขที่ ${d.last} แต่รายการในไฟล์สิ้นสุดที่ ${d.found}`,
    d => `${d.bookEn}: the seal goes up to number ${d.last}, but the entries end at ${d.found}.`,
  ],
  'book-linked': [
    d => `${d.bookTh}: เลขที่ ${d.place} ไม่ต่อจากรายการก่อนหน้าในสายโซ่`,
    d => `${d.bookEn}: number ${d.place} is not linked to the one before it.`,
  ],
  'book-altered': [
    d => `${d.bookTh}: เลขที่ ${d.place} ถูกแก้ไข คำนวณแล้วไม่ได้ค่าแฮชที่บันทึกไว้`,
    d => `${d.bookEn}: number ${d.place} was altered; it does not make the hash that was recorded.`,
  ],
  'book-head': [
    d => `${d.bookTh}: ค่าแฮชท้ายสายโซ่ไม่ตรงกับในตราปิด`,
    d => `${d.bookEn}: the chain does not end in the head that the seal names.`,
  ],
  'book-start': [
    d => `${d.bookTh}: สายโซ่ไม่ได้เริ่มจากจุดเริ่มของทะเบียนนี้`,
    d => `${d.bookEn}: the chain does not begin where this register begins.`,
  ],
  'book-withheld': [
    d => `${d.bookTh}: ${d.count} รายการแสดงเพียงค่าแฮช (ชั้นความลับ) เนื้อหาจึงไม่ได้ตรวจ แต่ลำดับและการต่อสายโซ่ตรวจแล้ว`,
    d =>
      `${d.bookEn}: ${d.count} entries are given by their hash alone (classified); what they say was not judged, their place in the chain was.`,
  ],
  'seal-other-key': [d => `${d.name} ระบุกุญแจอื่น ไม่ใช่กุญแจที่ลงลายมือชื่อไว้`, d => `${d.name} names another key than the one it was signed with.`],
  'seal-not-made': [
    d => `ตราปิดระบุว่าทำไฟล์เหล่านี้ไม่ได้ในวันนั้น: ${d.names}`,
    d => `The seal says that these files could not be made that day: ${d.names}.`,
  ],
  'certificate-sealed': [d => `${d.name} คือใบรับรองที่ตราปิดระบุไว้`, d => `${d.name} is a certificate that the seal names.`],
  'book-absent': [d => `${d.bookTh}: มีในตราปิดแต่ไม่มีใน day.json`, d => `${d.bookEn}: stands in the seal but not in day.json.`],
  'book-parts': [
    d => `${d.bookTh}: day.json กับ day-classified.json กล่าวถึงสายโซ่นี้ไม่ตรงกัน`,
    d => `${d.bookEn}: day.json and day-classified.json disagree about this chain.`,
  ],
  'book-not-given': [
    d => `${d.bookTh}: รายการของวันนี้ไม่อยู่ในไฟล์ที่ให้มา จึงไม่ได้ตรวจ`,
    d => `${d.bookEn}: its entries of this day are not in the files given, so they were not checked.`,
  ],
  'book-unsealed': [d => `${d.bookTh}: มีใน day.json แต่ไม่มีในตราปิด`, d => `${d.bookEn}: stands in day.json but not in the seal.`],
  'book-range': [
    d => `${d.bookTh}: ช่วงเลขใน day.json ไม่ตรงกับในตราปิด`,
    d => `${d.bookEn}: its range in day.json is not the one in the seal.`,
  ],
  'book-cancelled': [
    d => `${d.bookTh}: เลขที่ยกเลิก ${d.numbers} (เลขยังคงอยู่ พร้อมเหตุผล)`,
    d => `${d.bookEn}: cancelled numbers ${d.numbers} (they stay, with their reason).`,
  ],
  'acts-chain': [
    d => `${d.bookTh}: บันทึกการดำเนินการลำดับที่ ${d.first}–${d.last} ต่อเนื่องกันและไม่ถูกแก้ไข`,
    d => `${d.bookEn}: acts ${d.first}–${d.last} follow one another and were not altered.`,
  ],
  'acts-gap': [d => `${d.bookTh}: บันทึกการดำเนินการลำดับที่ ${d.expected} หายไป`, d => `${d.bookEn}: act ${d.expected} is missing.`],
  'acts-cut': [
    d => `${d.bookTh}: ตราปิดระบุบันทึกการดำเนินการถึงลำดับที่ ${d.last} แต่ในไฟล์สิ้นสุดที่ ${d.found}`,
    d => `${d.bookEn}: the seal goes up to act ${d.last}, but the acts end at ${d.found}.`,
  ],
  'acts-linked': [
    d => `${d.bookTh}: บันทึกการดำเนินการลำดับที่ ${d.place} ไม่ต่อจากรายการก่อนหน้า`,
    d => `${d.bookEn}: act ${d.place} is not linked to the one before it.`,
  ],
  'acts-altered': [d => `${d.bookTh}: บันทึกการดำเนินการลำดับที่ ${d.place} ถูกแก้ไข`, d => `${d.bookEn}: act ${d.place} was altered.`],
  'acts-head': [
    d => `${d.bookTh}: ค่าแฮชท้ายสายบันทึกการดำเนินการไม่ตรงกับในตราปิด`,
    d => `${d.bookEn}: the chain of acts does not end in the head that the seal names.`,
  ],
  'acts-start': [
    d => `${d.bookTh}: สายบันทึกการดำเนินการไม่ได้เริ่มจากจุดเริ่มของทะเบียนนี้`,
    d => `${d.bookEn}: the chain of acts does not begin where this register begins.`,
  ],
  'acts-range': [
    d => `${d.bookTh}: ช่วงลำดับของบันทึกการดำเนินการใน day.json ไม่ตรงกับในตราปิด`,
    d => `${d.bookEn}: the range of its acts in day.json is not the one in the seal.`,
  ],
  'acts-not-given': [
    d => `${d.bookTh}: บันทึกการดำเนินการของวันนี้ไม่อยู่ในไฟล์ที่ให้มา จึงไม่ได้ตรวจ`,
    d => `${d.bookEn}: its acts of this day are not in the files given, so they were not checked.`,
  ],
  'acts-withheld': [
    d => `${d.bookTh}: บันทึกการดำเนินการ ${d.count} รายการแสดงเพียงค่าแฮช`,
    d => `${d.bookEn}: ${d.count} acts are given by their hash alone.`,
  ],
  'certificate-named': [
    d => `ตราปิดระบุใบรับรองการทดสอบสำเนาสำรอง ${d.count} ฉบับ`,
    d => `The seal names ${d.count} certificates of proven copies.`,
  ],
  'first-day': [() => 'เป็นวันแรกที่ปิดทะเบียนของส่วนราชการนี้', () => 'This is the first day that this agency closed.'],
  'one-day-only': [
    d => `มีเพียงวันเดียว จึงไม่ได้ตรวจว่าต่อจากวันก่อนหน้า (ตราปิดก่อนหน้า ${d.previous})`,
    d => `Only this day was given, so whether it follows the one before it was not judged (previous seal ${d.previous}).`,
  ],
  'days-follow': [
    d => `วันที่ ${d.from} ถึง ${d.until} (${d.count} วัน) ต่อกันครบ แต่ละวันระบุตราปิดของวันก่อนหน้า`,
    d => `The days ${d.from} to ${d.until} (${d.count} of them) follow one another; each names the seal of the one before.`,
  ],
  'days-missing': [
    d => `ขาดวันปิดลำดับที่ ${d.ordinals} (ระหว่างวันที่ ${d.after} กับ ${d.before})`,
    d => `Closing no. ${d.ordinals} is missing (between ${d.after} and ${d.before}).`,
  ],
  'days-unlinked': [
    d => `วันที่ ${d.day} ไม่ได้ต่อจากตราปิดของวันที่ ${d.before}: วันใดวันหนึ่งถูกทำขึ้นใหม่`,
    d => `${d.day} does not name the seal of ${d.before}: one of the two was made anew.`,
  ],
  'days-order': [
    d => `วันที่ ${d.day} (ลำดับที่ ${d.ordinal}) ไม่ได้อยู่หลังวันที่ ${d.before}`,
    d => `${d.day} (no. ${d.ordinal}) does not come after ${d.before}.`,
  ],
  'days-two-seals': [
    d => `มีตราปิดสองฉบับที่ต่างกันของวันปิดลำดับที่ ${d.ordinal} (${d.day})`,
    d => `There are two different seals of closing no. ${d.ordinal} (${d.day}).`,
  ],
  'days-numbers': [
    d => `${d.bookTh}: วันที่ ${d.day} เริ่มที่เลข ${d.first} แต่วันก่อนหน้าจบที่เลข ${d.last}`,
    d => `${d.bookEn}: ${d.day} begins at number ${d.first}, but the day before ended at ${d.last}.`,
  ],
  'days-heads': [
    d => `${d.bookTh}: สายโซ่ของวันที่ ${d.day} ไม่ได้ต่อจากท้ายสายของวันก่อนหน้า`,
    d => `${d.bookEn}: the chain of ${d.day} does not begin at the head of the day before.`,
  ],
  'days-acts': [
    d => `${d.bookTh}: บันทึกการดำเนินการของวันที่ ${d.day} เริ่มที่ลำดับ ${d.first} แต่วันก่อนหน้าจบที่ ${d.last}`,
    d => `${d.bookEn}: the acts of ${d.day} begin at ${d.first}, but the day before ended at ${d.last}.`,
  ],
  'days-act-heads': [
    d => `${d.bookTh}: สายบันทึกการดำเนินการของวันที่ ${d.day} ไม่ได้ต่อจากท้ายสายของวันก่อนหน้า`,
    d => `${d.bookEn}: the chain of acts of ${d.day} does not begin at the head of the day before.`,
  ],
  'days-lost-book': [
    d => `${d.bookTh}: มีในวันที่ ${d.before} แต่ไม่มีในวันที่ ${d.day}`,
    d => `${d.bookEn}: stands in ${d.before} but not in ${d.day}.`,
  ],
  'days-joined': [() => 'เลขและสายโซ่ของทุกทะเบียนต่อกันข้ามวันครบถ้วน', () => 'Numbers and chains of every register join from day to day.'],
  'days-keys': [
    d => `กุญแจที่ลงลายมือชื่อเปลี่ยนระหว่างวันที่ ${d.before} กับ ${d.day}: โปรดเทียบลายพิมพ์ของทั้งสองกุญแจกับส่วนราชการ`,
    d => `The signing key changed between ${d.before} and ${d.day}: compare both fingerprints with the agency.`,
  ],
};

export const STAMPS = {
  'stamp-holds': [
    d => `${d.authority || 'หน่วยงานประทับเวลา'} ประทับเวลาไว้เมื่อ ${d.time} ว่าไฟล์นี้มีอยู่แล้วในขณะนั้น และลายมือชื่อของตราประทับถูกต้อง`,
    d =>
      `${d.authority || 'A time-stamping authority'} stated at ${d.time} that this file existed then, and the stamp's signature is valid.`,
  ],
  'stamp-other': [d => `ตราประทับเวลา ${d.name} เป็นของไฟล์อื่น`, d => `The time stamp ${d.name} is of another file.`],
  'stamp-broken': [
    d => `ตราประทับเวลา ${d.name} ถูกแก้ไข หรือลายมือชื่อไม่ถูกต้อง`,
    d => `The time stamp ${d.name} was altered, or its signature is not valid.`,
  ],
  'stamp-unreadable': [d => `${d.name} ไม่ใช่ตราประทับเวลาตาม RFC 3161`, d => `${d.name} is no time stamp of RFC 3161.`],
  'stamp-refused': [
    d => `${d.name} เป็นคำตอบปฏิเสธจากหน่วยงานประทับเวลา ไม่มีตราประทับอยู่`,
    d => `${d.name} is an authority's refusal; there is no stamp in it.`,
  ],
  'stamp-unjudged': [
    d => `ตราประทับเวลา ${d.time} เป็นของไฟล์นี้ แต่โปรแกรมนี้ตรวจลายมือชื่อไม่ได้ (ไม่มีใบรับรองหรือไม่รู้จักวิธีลงลายมือชื่อ)`,
    d =>
      `The time stamp of ${d.time} is of this file, but this program cannot check its signature (no certificate in it, or an unknown algorithm).`,
  ],
  'stamp-purpose': [
    d => `ใบรับรองของ ${d.authority} ไม่ได้ออกเพื่อการประทับเวลา`,
    d => `The certificate of ${d.authority} was not issued for time stamping.`,
  ],
  'stamp-expired': [
    d => `ขณะประทับเวลา (${d.time}) ใบรับรองของ ${d.authority} ไม่อยู่ในอายุ`,
    d => `At the time of the stamp (${d.time}) the certificate of ${d.authority} was not valid.`,
  ],
  'stamp-trust': [
    d => `ท่านต้องพิจารณาเองว่าเชื่อถือหน่วยงานประทับเวลานี้หรือไม่: ${d.chain}`,
    d => `Whether you trust this authority is yours to judge: ${d.chain}`,
  ],
};
