/** README.txt of an export: for whoever finds the file in years, with or without a Saraban at hand. */
import type { LeavingAgency } from './letter-queries.ts';

export function agencyReadme(agency: LeavingAgency, cutAt: Date, fingerprint: string, privateKeys: boolean): string {
  const at = cutAt.toISOString();
  return `ชุดข้อมูลสารบรรณฉบับสมบูรณ์ของ ${agency.nameTh} (${agency.code})
รูปแบบ "saraban agency 1"  ข้อมูล ณ ${at}
ลายนิ้วมือกุญแจลงนาม (SHA-256): ${fingerprint}

ในชุดนี้มีทะเบียนทุกเล่ม หนังสือทุกฉบับตามที่ได้รับพร้อมสิ่งที่ส่งมาด้วย ประวัติการปฏิบัติ ผู้ใช้ กฎ แบบข้อความ
สมุดที่อยู่ ทะเบียนที่ปิดประจำวันพร้อมลายมือชื่อ และการตั้งค่า รวมถึงหนังสือชั้นความลับ โปรดเก็บรักษาตามชั้นความลับสูงสุดที่มีอยู่
${privateKeys ? 'มีกุญแจลับสำหรับลงนามของส่วนราชการ (keys/) ผู้ใดได้ไปย่อมลงนามแทนได้ ห้ามเผยแพร่' : 'ไม่มีกุญแจลับสำหรับลงนาม ระบบปลายทางจะสร้างกุญแจใหม่ ลายมือชื่อเดิมยังตรวจสอบได้'}

อ่านด้วยคน            เปิด index.html ด้วยโปรแกรมดูเว็บ ไม่ต้องใช้เครือข่าย
ตรวจว่าไฟล์ครบถ้วน    sha256sum -c files.sha256   แล้วเทียบ files.sha256 กับ manifest.json (ลงนามใน manifest.sig.json)
นำเข้าระบบสารบรรณอื่น  npx saraban agency import ไฟล์นี้
ตาราง                 tables/*.copy เป็นรูปแบบข้อความของคำสั่ง COPY ของ PostgreSQL รายชื่อคอลัมน์อยู่ใน manifest.json

------------------------------------------------------------------------
Complete export of ${agency.nameEn || agency.nameTh} (${agency.code})
Format "saraban agency 1", as of ${at}
Fingerprint of the signing key (SHA-256): ${fingerprint}

It holds every register, every letter as received with its attachments, the history of what was done, users, rules, templates,
address book, closed days with their signatures, and settings, classified letters included: keep it as the highest class in it asks.
${privateKeys ? "It holds the agency's private signing keys (keys/): whoever has them can sign as the agency. Do not publish." : 'The private signing keys are not in it: the next Saraban makes a new key. What was signed stays checkable.'}

For people            open index.html in a browser; no network is needed
Is it whole?          sha256sum -c files.sha256, then compare files.sha256 with manifest.json (signed in manifest.sig.json)
Into another Saraban  npx saraban agency import THIS-FILE
Tables                tables/*.copy are PostgreSQL COPY text; their columns stand in manifest.json
`;
}
