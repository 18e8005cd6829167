/**
 * What any report would say: an address on a line that speaks of failure, or beside a reply code. The last resort of read-report.ts,
 * for systems that nobody described. Which mistake is worse: naming the wrong address; so an address needs words of failure near it.
 */
import { reasonFromText } from '../reason.ts';
import { enhancedStatus, replyCode } from '../status.ts';
import { addressIn, line, type TextEntry } from './entries.ts';

const failing =
  /undeliver|not (?:be )?(?:deliver|sent|reach|receiv|accept)|unable|could ?n[o']t|can ?not|can'?t|fail|reject|refus|bounce|unknown|no such|invalid|does ?n[o']t exist|not exist|error|full|quota|disabled|denied|blocked|returned|unavailable|delayed|non remis|impossible|échec|fehler|nicht|no se|no pudo|не |ไม่|退|无法|不存在|不明|できません/i;
const patterns: RegExp[] = [
  line('RCPT TO:\\s*<?{A}>?'),
  line('^\\s*(?:Final-Recipient|Original-Recipient):\\s*(?:rfc822\\s*;)?\\s*<?{A}>?'),
  line(
    '^\\s*(?:(?:failed|final|original|intended|undelivered|invalid|rejected)[ -])?(?:recipient|address|rcpt|user|mailbox|e-?mail(?: address)?|to|addressee|destinataire|empfänger|destinatario|ผู้รับ|宛先|收件人)s?\\s*[:：=]\\s*<?(?:mailto:)?{A}>?',
  ),
  line('^\\s*[<"\']?{A}[>"\']?\\s*(?::|\\.{3}|\\(|-{1,3}\\s|$)'),
  line(
    '(?:(?:^|[\\s("\'])(?:to|for|recipient|address|user|mailbox|account|addressee|an|à|a|para)|ผู้รับ|ถึง)\\s*:?\\s*[<"\'(\\[]?(?:mailto:)?{A}',
  ),
  line('[<"\'(\\[]{A}[>"\')\\]]'),
];

/** Addresses with the words around them, the surest form that is found anywhere deciding the form of all. */
export function readAnyReport(report: string, notRecipients: Set<string>): TextEntry[] {
  const lines = report.split('\n').slice(0, 400);
  const failsAnywhere = failing.test(report.slice(0, 8000));
  if (!failsAnywhere) return [];
  const overall = bestLine(lines);
  for (const pattern of patterns) {
    const found: TextEntry[] = [];
    for (const [at, text] of lines.entries()) {
      if (/^\s*(?:from|reply-to|sender|return-path|message-id|received|cc|bcc|references|in-reply-to|x-[\w-]+):/i.test(text)) continue;
      if (
        /contact|postmaster|please (?:send|write|call|reply|e-?mail|forward)|if you (?:have|need|believe|feel)|for (?:assistance|help|more)|support@/i.test(
          text,
        )
      )
        continue;
      const address = addressIn(pattern.exec(text)?.groups?.a ?? '');
      if (address === null || notRecipients.has(address.toLowerCase()) || isOffice(address)) continue;
      const near = lines.slice(Math.max(0, at - 3), at + 6).join('\n');
      if (!failing.test(near) && replyCode(near) === null) continue;
      if (!found.some(entry => entry.address === address)) found.push({ address, words: wordsNear(lines, at) || overall });
    }
    if (found.length > 0) return found.slice(0, 100);
  }
  return [];
}

/** The line that tells the reason: the one with a code, else one whose words are a known reason. */
export function bestLine(lines: string[]): string {
  const told = lines.slice(0, 200).filter(text => text.trim() !== '');
  const coded =
    told.find(text => enhancedStatus(text) !== null && replyCode(text) !== null) ??
    told.find(text => enhancedStatus(text) !== null || replyCode(text) !== null);
  return (coded ?? told.find(text => reasonFromText(text, false) !== 'unknown') ?? '').trim();
}

function wordsNear(lines: string[], at: number): string {
  const after: string[] = [];
  for (const text of lines.slice(at, at + 8)) {
    if (text.trim() === '' && after.length > 1) break;
    if (text.trim() !== '') after.push(text.trim());
  }
  const words = after.join(' ');
  if (enhancedStatus(words) !== null || replyCode(words) !== null || reasonFromText(words, false) !== 'unknown') return words;
  return '';
}

function isOffice(address: string): boolean {
  return /^(?:postmaster|mailer-daemon|abuse|support|help(?:desk)?|webmaster|hostmaster|admin(?:istrator)?|no-?reply|root|info-desk)@/i.test(
    address,
  );
}
