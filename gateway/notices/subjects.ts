/**
 * What mail systems write into the subject of a notice. A subject alone proves nothing (people forward bounces and quote them):
 * recognise.ts uses it beside other evidence, parse.ts to tell one kind of notice from another.
 */
import type { NoticeKind } from './notice.ts';

const replyOrForward =
  /^\s*(?:(?:re|fw|fwd|aw|wg|sv|vs|tr|rv|rif|ref|enc|antw|odp|ynt|ตอบ|ตอบกลับ|ส่งต่อ|回复|转发|答复|返信|転送)\s*(?:\[\d+\]|\(\d+\))?\s*[:：])/iu;

const delaySubject =
  /\b(?:delay(?:ed)?\b.*\b(?:mail|deliver|message|notif)|(?:deliver|mail|message|notif)\w*\b.*\bdelay|warning: (?:could not send|message|unable to deliver)|could not send message for past|still being retried|not yet (?:been )?delivered|will (?:be )?retr|temporar(?:y|ily)\b.*(?:fail|defer|unable)|deferred)|\(delay(?:ed)?\)|ล่าช้า|遅延|verzögert|retard(?:é|ee)/iu;
const deliveredSubject =
  /^(?:delivered|zugestellt|remis|entregado|ส่งแล้ว)\s*[:：]|success(?:ful)?\b.*(?:deliver|mail|report|notif)|\((?:success|delivered)\)|delivery (?:confirmation|receipt|successful)|message (?:was )?(?:successfully )?delivered|ส่งถึงแล้ว|จัดส่งสำเร็จ/iu;
const relayedSubject = /^(?:relayed|weitergeleitet)\s*[:：]|\(relay(?:ed)?\)|delivery notification.*relay/iu;
const readSubject =
  /^(?:read|gelesen|lu|leído|leido|letto|lido|อ่าน|อ่านแล้ว|已读|既読|開封済み|not read|deleted|ungelesen)\s*[:：]|return receipt|read (?:receipt|report)|disposition notification|\((?:displayed|processed|deleted)\)|ใบตอบรับการอ่าน|แจ้งการอ่าน|lesebestätigung|開封確認/iu;
const feedbackSubject = /\b(?:abuse report|feedback (?:report|loop)|complaint about message|fbl report|arf report|spam complaint)\b/iu;
const bounceSubject =
  /undeliver|returned (?:mail|message|to sender|e-?mail)|mail (?:returned|returning|delivery (?:fail|error|problem|report|status|system|notif|subsystem))|mail could not be delivered|deliver\w* (?:fail|error|problem|status|has failed|unsuccess|report|notification|impossible|attempt)|fail(?:ed|ure)\b.*(?:deliver|notice|mail|notif|message)|(?:deliver|mail|message|send|notif)\w*\b.*\b(?:fail(?:ed|ure)?|reject(?:ed)?|refused|bounced?)\b|could ?n[o']t (?:be )?(?:deliver|send|sent)|cannot (?:be )?deliver|not (?:be )?deliver(?:ed|able)|unable to deliver|non[- ]?deliver|nondeliver|non remis|nicht zustell|unzustellbar|unzustellbarkeit|zustellung|bounce|user unknown|unknown user|unknown (?:recipient|address)|no such user|mailbox (?:full|unavailable|is full|over quota)|over ?quota|invalid (?:address|recipient|mailbox)|problem delivering|error (?:sending|delivering)|message (?:could not|not|status|undeliver)|mensaje no entregado|no se (?:ha )?(?:puede|pudo|podido) entregar|no entregad|devuelto|devolvid|não (?:foi )?entreg|falha|échec|non distribu|consegna|mancato recapito|errore|недоставлен|не доставлен|не может быть доставлено|возврат|ส่งไม่(?:ได้|สำเร็จ|ถึง)|ไม่สามารถ(?:จัด)?ส่ง|ตีกลับ|退信|无法投递|未送达|無法傳遞|配信不能|配送不能|送信できません|エラーメール|returned mail|failure notice|blocked by our|mail system error|전송 실패|반송/iu;
const autoReplySubject =
  /^(?:\[?\s*(?:auto(?:mat(?:ic|ed|ische?))?|autom\.)[\s_-]*(?:re(?:ply|sponse|sponder)|respon[sd]\w*|answer|antwort|svar|odpowied[zź]|replied)\b|(?:i['’]?(?:m| am) )?(?:currently )?out[\s-]of[\s-](?:the[\s-])?office\b|out of the office|ooo\b|away from (?:my )?(?:mail|office|desk|email)|on (?:annual |sick )?(?:leave|vacation|holiday)\b|(?:vacation|holiday|absence)\s*(?:re(?:ply|sponse)|notice|message|auto)|abwesen|automatische antwort|abwesenheit|r[ée]ponse automatique|absence du bureau|absen[tc]e?\b|respuesta autom|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|resposta autom|ausência|fora d[oe] escrit|автоответ|автоматический ответ|нет на (?:рабочем )?месте|การตอบกลับอัตโนมัติ|ข้อความตอบกลับอัตโนมัติ|ข้อความตอบรับอัตโนมัติ|(?:อีเมล)?ตอบ(?:กลับ|รับ)(?:อีเมล)?(?:โดย)?อัตโนมัติ|ไม่อยู่(?:ที่|ใน)?(?:สำนักงาน|ออฟฟิศ|ที่ทำงาน)|อยู่นอกสำนักงาน|自动(?:回复|答复)|自動(?:返信|応答|回覆)|不在(?:通知|です|のお知らせ)?|부재\s*중|자동\s*(?:회신|응답))/iu;
const acknowledgementSubject =
  /แจ้งผลการรับ|ตอบรับการ(?:ได้)?รับ|(?:ได้)?รับ(?:หนังสือ|เรื่อง|อีเมล|เอกสาร).{0,20}(?:แล้ว|เรียบร้อย|เลข(?:ที่)?(?:ทะเบียน)?รับ)|ลงรับ(?:หนังสือ)?(?:แล้ว|เรียบร้อย)|เลข(?:ที่)?(?:ทะเบียน)?รับ\s*(?:ที่)?\s*[0-9๐-๙]|acknowledge?ment of receipt|receipt (?:acknowledged|of your letter)|letter received|registered under (?:no|number)/iu;

/** True for a subject that a person's client made while replying or forwarding. */
export function isReplyOrForward(subject: string): boolean {
  return replyOrForward.test(subject);
}

/** True for the subject of an automatic reply, in the languages of the large mail systems; anchored at its start. */
export function isAutoReplySubject(subject: string): boolean {
  return autoReplySubject.test(subject.trim());
}

/** True for a subject that a mail system writes over its own reports: failed, delayed, delivered, relayed. */
export function isReportSubject(subject: string): boolean {
  const kind = kindOfSubject(subject);
  return kind === 'bounce' || kind === 'delay' || kind === 'delivered' || kind === 'relayed';
}

/**
 * The kind a subject speaks of, or null. Replies and forwards speak of nothing.
 * Delay comes before bounce ('Delivery Status Notification (Delay)'): calling a delay a bounce makes an officer send twice.
 */
export function kindOfSubject(subject: string): NoticeKind | null {
  const text = subject.slice(0, 500);
  if (isReplyOrForward(text)) return null;
  if (isAutoReplySubject(text)) return 'auto-reply';
  if (delaySubject.test(text)) return 'delay';
  if (relayedSubject.test(text)) return 'relayed';
  if (deliveredSubject.test(text) && !/undeliver|not deliver|fail/iu.test(text)) return 'delivered';
  if (readSubject.test(text)) return 'read';
  if (feedbackSubject.test(text)) return 'feedback';
  if (acknowledgementSubject.test(text)) return 'acknowledgement';
  if (bounceSubject.test(text)) return 'bounce';
  return null;
}
