/** README.txt of an evidence pack: what it is and how to check it, for somebody who has never heard of us. */
import { formatEnglishDate, formatThaiDate } from '../letter/thai-date.ts';
import type { EvidenceAgency, EvidenceEntry } from './queries.ts';

export function readme(agency: EvidenceAgency, entry: EvidenceEntry, fingerprint: string, takenAt: Date): string {
  const { timeZone } = agency;
  const number = `${entry.number}/${entry.year}`;
  return `ชุดหลักฐานของหนังสือเลขทะเบียน ${number}
${agency.nameTh}
จัดทำเมื่อ ${formatThaiDate(takenAt, { style: 'long', digits: 'arabic', timeZone })}

ในชุดนี้
  message.eml           หนังสือตามที่ได้รับ ทุกไบต์
  attachments/          สิ่งที่ส่งมาด้วย แยกเป็นไฟล์
  entry.json            รายการในทะเบียน บันทึกการดำเนินการ การส่งต่อ และประวัติการแก้ไข
  acknowledgement.eml   แจ้งผลการรับตามที่ส่งออกไป
  closed-day/           ทะเบียนที่ปิดประจำวันซึ่งมีหนังสือนี้ พร้อมตราปิดและลายมือชื่อ (ถ้าวันนั้นปิดแล้ว)
  manifest.json         รายชื่อไฟล์ทั้งหมดพร้อมค่าแฮช
  manifest.sig.json     ลายมือชื่ออิเล็กทรอนิกส์ของส่วนราชการบน manifest.json
  saraban-verify.html   โปรแกรมตรวจสอบ ใช้งานได้โดยไม่ต้องต่อเครือข่าย

วิธีตรวจสอบ
  1. เปิด saraban-verify.html ด้วยเบราว์เซอร์ แล้วลากไฟล์ ZIP นี้มาวาง (ควรใช้โปรแกรมตรวจสอบที่ท่านได้มาเองจากแหล่งที่เชื่อถือ
     เช่น หน้า /verify ของระบบ เพราะผู้ที่แก้ไขชุดหลักฐานได้ ย่อมแก้ไขโปรแกรมในชุดได้ด้วย)
  2. เทียบลายพิมพ์กุญแจด้านล่างกับที่ส่วนราชการแจ้งไว้ทางอื่น
  ลายพิมพ์กุญแจ (SHA-256): ${fingerprint}


Evidence of the letter ${number}
${agency.nameEn || agency.nameTh}
Made on ${formatEnglishDate(takenAt, { style: 'long', timeZone })}

In this pack
  message.eml           the letter as it was received, byte for byte
  attachments/          what it carried, as files
  entry.json            its entry in the register, what was done to it, routes, history of its facts
  acknowledgement.eml   the acknowledgement as it was sent
  closed-day/           the closed day it stands in, with seal and signature (when that day is closed)
  manifest.json         the list of all files with their hashes
  manifest.sig.json     the agency's signature on manifest.json
  saraban-verify.html   the verifier; it needs no network

How to check
  1. Open saraban-verify.html in a browser and drop this ZIP on it. Better use a verifier that you got yourself from where you trust it, such as
     the register's /verify page: whoever can alter the pack can alter the program in it.
  2. Compare the fingerprint below with the one the agency gave you another way.
  Fingerprint of the key (SHA-256): ${fingerprint}
`;
}
