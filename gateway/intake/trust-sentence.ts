/** One plain sentence, Thai and English, about who sent a mail; trust.ts makes it, the entry's page shows it. */
import type { TrustResult } from './trust-verdict.ts';

export type TrustFacts = {
  known: boolean;
  temporary: boolean;
  aligned: boolean;
  spf: TrustResult;
  dkim: TrustResult;
  dmarc: TrustResult;
  policy: 'none' | 'quarantine' | 'reject' | null;
  domain: string | null;
  /** '' when the front server did not say it. */
  remoteAddress: string;
  front: string | null;
  /** How many From fields the mail has. */
  fields: number;
};

/** The sentence for the first of the cases that fits, gravest doubt first. */
export function trustSentence(facts: TrustFacts): { th: string; en: string } {
  const domain = facts.domain ?? '';
  const how = [facts.spf === 'pass' ? 'SPF' : '', facts.dkim === 'pass' ? 'DKIM' : ''].filter(name => name !== '').join(', ');
  if (facts.known)
    return {
      th: `ส่งจากเครือข่ายของหน่วยงานเอง (${facts.remoteAddress}) จึงถือว่าเป็นผู้ส่งที่รู้จัก`,
      en: `Sent from the agency's own network (${facts.remoteAddress}), so the sender counts as known.`,
    };
  if (facts.temporary)
    return {
      th: 'ยังตรวจสอบผู้ส่งไม่ได้ในขณะนี้ เนื่องจากระบบชื่อโดเมน (DNS) ไม่ตอบภายในเวลาที่กำหนด',
      en: 'The sender could not be verified for now: the domain name system gave no answer in time.',
    };
  if (facts.aligned)
    return {
      th: `ยืนยันได้ว่าส่งมาจากโดเมน ${domain} จริง (${how || 'DMARC'})`,
      en: `Verified: it really came from the domain ${domain} (${how || 'DMARC'}).`,
    };
  if (facts.fields !== 1 || facts.domain === null)
    return {
      th: 'จดหมายอิเล็กทรอนิกส์ไม่ได้ระบุผู้ส่งไว้อย่างถูกต้องเพียงรายเดียว จึงยืนยันผู้ส่งไม่ได้',
      en: 'The mail does not name exactly one valid sender, so none could be verified.',
    };
  if (facts.remoteAddress === '')
    return {
      th: `เครื่องแม่ข่ายด่านหน้า (${facts.front ?? ''}) ไม่ได้แจ้งว่ารับจดหมายจากเครื่องใด และไม่มีลายมือชื่อดิจิทัลของโดเมน ${domain} ที่ตรวจสอบได้ จึงยืนยันผู้ส่งไม่ได้`,
      en: `The front server (${facts.front ?? ''}) did not say which machine it had the mail from, and no signature of ${domain} holds, so the sender could not be verified.`,
    };
  if (facts.dmarc === 'fail' && (facts.policy === 'reject' || facts.policy === 'quarantine'))
    return {
      th: `อาจเป็นการปลอมแปลงผู้ส่ง โดเมน ${domain} ประกาศว่าจดหมายอิเล็กทรอนิกส์ลักษณะนี้ไม่ได้มาจากตน (DMARC: ${facts.policy})`,
      en: `Possibly forged: the domain ${domain} declares that mail like this is not its own (DMARC: ${facts.policy}).`,
    };
  if (facts.dkim === 'fail')
    return {
      th: `ลายมือชื่อดิจิทัล (DKIM) ของจดหมายอิเล็กทรอนิกส์ไม่ถูกต้อง เนื้อหาอาจถูกแก้ไขระหว่างทาง จึงยืนยันไม่ได้ว่ามาจากโดเมน ${domain}`,
      en: `The mail's signature (DKIM) does not hold, its content may have been changed on the way; it is not verified that it came from ${domain}.`,
    };
  if (facts.spf === 'fail' || facts.spf === 'softfail')
    return {
      th: `เครื่องที่ส่ง (${facts.remoteAddress}) ไม่ได้รับอนุญาตให้ส่งในนามโดเมนของผู้ส่ง จึงยืนยันไม่ได้ว่ามาจากโดเมน ${domain}`,
      en: `The sending machine (${facts.remoteAddress}) is not permitted to send for the sender's domain; it is not verified that it came from ${domain}.`,
    };
  if (how !== '')
    return {
      th: `ผ่านการตรวจสอบ ${how} แต่เป็นของโดเมนอื่น จึงยืนยันไม่ได้ว่ามาจากโดเมน ${domain}`,
      en: `${how} passed, but for another domain; it is not verified that it came from ${domain}.`,
    };
  return {
    th: `โดเมน ${domain} ไม่มีข้อมูลให้ตรวจสอบ จึงยืนยันผู้ส่งไม่ได้`,
    en: `The domain ${domain} publishes nothing to check against, so the sender could not be verified.`,
  };
}
