/** Words of the pages that a person reads without any Saraban. Thai first, English beside it. */
export const REGISTER_WORDS: Record<string, { th: string; en: string }> = {
  receive: { th: 'ทะเบียนหนังสือรับ', en: 'Receive register' },
  'receive-classified': { th: 'ทะเบียนหนังสือรับ (ลับ)', en: 'Receive register, classified' },
  send: { th: 'ทะเบียนหนังสือส่ง', en: 'Send register' },
  'send-classified': { th: 'ทะเบียนหนังสือส่ง (ลับ)', en: 'Send register, classified' },
};

export const NUMBER_WORDS: Record<string, string> = {
  receive: 'เลขทะเบียนรับ',
  'receive-classified': 'เลขทะเบียนรับ (ลับ)',
  send: 'เลขทะเบียนส่ง',
  'send-classified': 'เลขทะเบียนส่ง (ลับ)',
};

export const STATE_WORDS: Record<string, string> = {
  entered: 'ลงรับแล้ว',
  confirmed: 'ยืนยันการรับแล้ว',
  routed: 'ส่งต่อแล้ว',
  acting: 'กำลังดำเนินการ',
  closed: 'ปิดเรื่อง',
  returned: 'ส่งคืน',
  cancelled: 'ยกเลิก',
};

export const URGENCY_WORDS: Record<string, string> = { normal: 'ปกติ', urgent: 'ด่วน', 'very-urgent': 'ด่วนมาก', 'most-urgent': 'ด่วนที่สุด' };
export const SECRECY_WORDS: Record<string, string> = { normal: 'ปกติ', confidential: 'ลับ', secret: 'ลับมาก', 'top-secret': 'ลับที่สุด' };
export const PURPOSE_WORDS: Record<string, string> = { action: 'เพื่อดำเนินการ', information: 'เพื่อทราบ' };
export const ROUTE_WORDS: Record<string, string> = {
  waiting: 'รอยืนยันการรับ',
  confirmed: 'รับแล้ว',
  'passed-on': 'ส่งต่อแล้ว',
  closed: 'ปิดเรื่อง',
  withdrawn: 'เรียกคืน',
};

/** Stands for the words of a letter that is not in this archive. */
export function masked(row: { secrecy: string }): string {
  return row.secrecy === 'normal' ? '(ไม่อยู่ในชุดนี้)' : '(หนังสือชั้นความลับ ไม่อยู่ในชุดนี้)';
}

export const ACKNOWLEDGEMENT_WORDS: Record<string, string> = {
  waiting: 'รอแจ้งผลการรับ',
  held: 'รอเจ้าหน้าที่ตัดสินใจ',
  refused: 'ไม่แจ้งผลการรับ',
  queued: 'รอส่ง',
  sent: 'แจ้งผลการรับแล้ว',
  failed: 'ส่งไม่สำเร็จ',
  uncertain: 'ไม่แน่ใจว่าแจ้งผลการรับถึงหรือไม่',
};

/** Acts on a letter; one that is not here stands by its code, as in entry.json. */
export const ACT_WORDS: Record<string, string> = {
  opened: 'เปิดอ่าน',
  amended: 'แก้ไขข้อเท็จจริง',
  'fact-changed': 'ข้อเท็จจริงเปลี่ยน',
  confirmed: 'ยืนยันการรับ',
  routed: 'ส่งต่อ',
  'route-confirmed': 'หน่วยงานรับ',
  closed: 'ปิดเรื่อง',
  returned: 'ส่งคืน',
  cancelled: 'ยกเลิก',
  'moved-away': 'ย้ายไปทะเบียนลับ',
  'moved-in': 'ย้ายเข้าทะเบียนลับ',
  'acknowledgement-asked': 'สั่งแจ้งผลการรับ',
};
