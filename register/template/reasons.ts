/**
 * Why a letter was or was not acknowledged: stable codes as they stand in acknowledgement.reason, with their words.
 * gateway/acknowledge/may-we.ts and the couriers give the codes; the pages and the API show the words.
 */
import type { UserMessage } from '../failure.ts';

export const ACKNOWLEDGEMENT_REASONS = {
  officer: { th: 'เจ้าหน้าที่สั่งให้แจ้งผลการรับ', en: 'An officer asked for the acknowledgement.' },

  'null-sender': {
    th: 'ไม่มีที่อยู่ผู้ส่งให้ตอบ (ซองจดหมายไม่ระบุผู้ส่ง)',
    en: 'There is no address to answer: the envelope names no sender.',
  },
  'bad-sender': { th: 'ที่อยู่ผู้ส่งบนซองจดหมายใช้ส่งตอบไม่ได้', en: 'The sender address on the envelope cannot be written to.' },
  'automatic-mail': {
    th: 'เป็นจดหมายที่ระบบอัตโนมัติส่ง จึงไม่ตอบ เพื่อไม่ให้ระบบตอบกันเองไม่รู้จบ',
    en: 'A program sent it, so it gets no automatic answer: two programs could answer each other for ever.',
  },
  'bulk-mail': { th: 'เป็นจดหมายที่ส่งถึงคนจำนวนมาก จึงไม่ตอบ', en: 'It is bulk mail, which gets no answer.' },
  'mailing-list': { th: 'มาจากกลุ่มอีเมล จึงไม่ตอบ', en: 'It came through a mailing list, which gets no answer.' },
  'report-mail': { th: 'เป็นรายงานของระบบไปรษณีย์อิเล็กทรอนิกส์ จึงไม่ตอบ', en: 'It is a report of a mail system, which gets no answer.' },
  'no-reply-sender': { th: 'ผู้ส่งใช้ที่อยู่ที่ไม่รับจดหมายตอบ', en: 'The sender uses an address that takes no replies.' },
  'system-sender': {
    th: 'ผู้ส่งเป็นที่อยู่ของระบบ ไม่ใช่บุคคลหรือหน่วยงาน',
    en: 'The sender is the address of a system, not of a person or an agency.',
  },
  'own-address': { th: 'ผู้ส่งคือที่อยู่ของหน่วยงานเราเอง', en: 'The sender is our own address.' },
  cancelled: { th: 'เลขทะเบียนรับนี้ถูกยกเลิกก่อนแจ้งผลการรับ', en: 'The entry was cancelled before it was acknowledged.' },
  returned: { th: 'หนังสือถูกส่งคืนก่อนแจ้งผลการรับ', en: 'The letter was returned before it was acknowledged.' },

  'sender-unproven': {
    th: 'ยังพิสูจน์ไม่ได้ว่าผู้ส่งเป็นเจ้าของที่อยู่นี้จริง รอเจ้าหน้าที่สั่งส่ง',
    en: 'It is not proven that the sender owns this address. It waits for an officer.',
  },
  moved: {
    th: 'ผู้ส่งได้รับแจ้งเลขเดิมแล้ว หนังสือย้ายไปทะเบียนลับและมีเลขใหม่ รอเจ้าหน้าที่สั่งแจ้ง',
    en: 'The sender knows the old number; the letter has a new one in the classified register. It waits for an officer.',
  },
  'too-many-to-sender': {
    th: 'แจ้งผลการรับถึงผู้ส่งรายนี้ครบจำนวนต่อชั่วโมงแล้ว จึงหยุดไว้ รอเจ้าหน้าที่สั่งส่ง',
    en: 'This sender got as many acknowledgements as an hour allows. It waits for an officer.',
  },
  'too-many-in-all': {
    th: 'แจ้งผลการรับทั้งหมดครบจำนวนต่อชั่วโมงแล้ว จึงหยุดไว้ รอเจ้าหน้าที่สั่งส่ง',
    en: 'The agency sent as many acknowledgements as an hour allows. It waits for an officer.',
  },

  'relay-refused': { th: 'ระบบปลายทางปฏิเสธจดหมาย', en: 'The receiving system refused the mail.' },
  'gave-up': { th: 'ส่งไม่สำเร็จภายใน 5 วัน', en: 'It could not be delivered within 5 days.' },
  bounced: { th: 'จดหมายแจ้งผลการรับถูกตีกลับ', en: 'The acknowledgement bounced.' },
  interrupted: {
    th: 'การส่งขาดตอนขณะรอคำตอบของระบบปลายทาง อาจส่งถึงแล้วหรือยังไม่ถึง จึงไม่ส่งซ้ำเอง',
    en: 'Sending was cut off while the receiving system was to answer. It may have arrived or not, so it is not sent again by itself.',
  },
  restored: {
    th: 'ระบบกู้คืนจากสำเนา เครื่องเดิมอาจแจ้งผลการรับไปแล้วหรือยัง จึงไม่ส่งเอง รอเจ้าหน้าที่สั่งส่ง',
    en: 'The register was restored from a copy. The lost machine may have sent it already or not, so it waits for an officer.',
  },
} as const satisfies Record<string, UserMessage>;

/** What the gateway's workers write into the history (act.kind), with the words a page shows. */
export const MAIL_ACTS = {
  'acknowledgement-queued': { th: 'จัดทำการแจ้งผลการรับ', en: 'Acknowledgement made' },
  'acknowledgement-held': { th: 'พักการแจ้งผลการรับ รอเจ้าหน้าที่', en: 'Acknowledgement waits for an officer' },
  'acknowledgement-refused': { th: 'ไม่แจ้งผลการรับ', en: 'Not acknowledged' },
  acknowledged: { th: 'แจ้งผลการรับแล้ว', en: 'Acknowledged' },
  'acknowledgement-failed': { th: 'ส่งการแจ้งผลการรับไม่สำเร็จ', en: 'Acknowledgement could not be sent' },
  'acknowledgement-uncertain': { th: 'ไม่แน่ใจว่าการแจ้งผลการรับส่งถึงหรือไม่', en: 'Acknowledgement may or may not have gone out' },
  'acknowledgement-bounced': { th: 'การแจ้งผลการรับถูกตีกลับ', en: 'Acknowledgement bounced' },
  'return-queued': { th: 'จัดทำจดหมายส่งคืน', en: 'Return mail made' },
  'return-refused': { th: 'ส่งจดหมายส่งคืนไม่ได้ เพราะไม่มีที่อยู่ผู้ส่งที่ใช้ได้', en: 'No return mail: the sender has no address that can be written to' },
  'return-sent': { th: 'ส่งจดหมายส่งคืนแล้ว', en: 'Return mail sent' },
  'return-failed': { th: 'ส่งจดหมายส่งคืนไม่สำเร็จ', en: 'Return mail could not be sent' },
  'return-bounced': { th: 'จดหมายส่งคืนถูกตีกลับ', en: 'Return mail bounced' },
  'notification-queued': { th: 'จัดทำจดหมายแจ้งหน่วย', en: 'Notification made' },
  'notification-sent': { th: 'แจ้งหน่วยทางอีเมลแล้ว', en: 'Unit notified by mail' },
  'notification-failed': { th: 'ส่งจดหมายแจ้งหน่วยไม่สำเร็จ', en: 'Notification could not be sent' },
  'notification-bounced': { th: 'จดหมายแจ้งหน่วยถูกตีกลับ', en: 'Notification bounced' },
} as const satisfies Record<string, UserMessage>;

export type AcknowledgementReason = keyof typeof ACKNOWLEDGEMENT_REASONS;

/** The words of a code; a code of a newer version is shown as it is rather than hidden. '' for none. */
export function reasonWords(code: string): UserMessage {
  if (Object.hasOwn(ACKNOWLEDGEMENT_REASONS, code)) return ACKNOWLEDGEMENT_REASONS[code as AcknowledgementReason];
  return { th: code, en: code };
}
