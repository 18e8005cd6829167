/** Evidence that nobody signs proves nothing: without the appliance's key file no pack is made. */
import { Failure } from '../failure.ts';
import type { SecretBox } from '../seal/secret-box.ts';

/** @throws Failure `no-signing-key` */
export function boxOrFailure(box: SecretBox | null | undefined): SecretBox {
  if (box != null) return box;
  throw new Failure({
    code: 'no-signing-key',
    temporary: true,
    message: 'the key file that opens the signing keys could not be read when this process started',
    userMessage: {
      th: 'ยังจัดทำชุดหลักฐานไม่ได้ เพราะระบบอ่านไฟล์กุญแจสำหรับลงลายมือชื่อไม่ได้ โปรดแจ้งผู้ดูแลระบบ',
      en: 'No evidence can be taken just now: the key file for signing cannot be read. Please tell whoever runs the system.',
    },
  });
}
