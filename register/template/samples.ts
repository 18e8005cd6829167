/** A letter that never came: what templates are tried on before they are saved, and what the page shows as a preview. */
import { acknowledgementData } from './acknowledgement.ts';
import type { MailAgency } from './mail-fields.ts';
import { notificationData, returnData } from './notification.ts';

const AGENCY: MailAgency = {
  code: 'sample',
  nameTh: 'เทศบาลตำบลตัวอย่าง',
  nameEn: 'Sample Subdistrict Municipality',
  phone: '0 2123 4567',
  address: 'saraban@agency.example',
  timeZone: 'Asia/Bangkok',
  numerals: 'arabic',
};
const LETTER = {
  number: 1284,
  year: 2569,
  receivedAt: new Date('2026-11-20T03:15:00Z'),
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  size: 348_211,
  fromName: 'กรมตัวอย่าง กระทรวงสมมติ',
  fromAddress: 'saraban@sender.example',
  fromAgency: 'กรมตัวอย่าง',
  subject: 'ขอเชิญประชุมคณะกรรมการพัฒนาระบบสารบรรณ ครั้งที่ 3/2569',
  letterNumber: 'มท 0201.2/ว 1590',
  letterDate: '2026-11-18',
  attachments: [
    {
      name: 'หนังสือเชิญประชุม.pdf',
      contentType: 'application/pdf',
      size: 214_003,
      sha256: '5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9',
    },
    {
      name: 'ระเบียบวาระ.docx',
      contentType: 'application/octet-stream',
      size: 48_112,
      sha256: '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b',
    },
  ],
  read: true,
  publicCode: '0000000000000000000000test'.slice(0, 26),
  reason: 'ไม่พบสิ่งที่ส่งมาด้วยตามที่อ้างถึงในหนังสือ',
  urgency: 'very-urgent',
  secrecy: 'normal',
  unitNameTh: 'กองคลัง',
  unitNameEn: 'Finance Division',
  officerName: null,
  purpose: 'action' as const,
  instruction: 'โปรดจัดผู้แทนเข้าร่วมประชุม',
  dueOn: '2026-11-27',
  entryId: '00000000-0000-7000-8000-000000000000',
};

/** @param qrUrl - an image the page can show, e.g. a data: address */
export function sampleData(
  name: 'acknowledgement' | 'return' | 'notification',
  webUrl = 'https://saraban.agency.example',
  qrUrl = 'cid:qr',
): object {
  if (name === 'acknowledgement') return acknowledgementData(AGENCY, LETTER, webUrl, qrUrl);
  if (name === 'return') return returnData(AGENCY, LETTER, webUrl);
  return notificationData(AGENCY, LETTER, webUrl);
}
