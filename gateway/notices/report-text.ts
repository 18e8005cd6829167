/** Parts the text of a notice into what the mail system says and the copy of our mail beneath, for free-text/ and original.ts. */

/** Lines with which mail systems announce the returned mail. Anchored to whole lines: people's words must not cut a report short. */
const returnedMarks: RegExp[] = [
  /^-+ ?(?:This is a copy of (?:the|your) message|Below this line is (?:a copy of the message|the original bounce)|The header of the original message|The body of the message is|Enclosed is a copy|Here is (?:a copy|your message))/i,
  /^-+ ?(?:Original (?:message|mail)|Unsent message(?: follows)?|Returned (?:message|mail)|Message (?:header|text|headers) follows?|Undelivered message|Start of (?:returned|original) message|Forwarded message|Copy of (?:the )?(?:original )?message|Message (?:source|contents|body)|Failed message)/i,
  /^\|-+ ?Message text follows/i,
  /^(?:Possibly truncated )?(?:The )?original (?:message|mail) (?:follows|headers? follows?|is (?:below|attached|included))\b/i,
  /^(?:Original message headers?|Message headers?(?: follow)?|Headers of the original message|Below is a copy of the original message|The (?:first \d+ lines|header|headers|text|body) of (?:the|your) (?:original|returned|undelivered)? ?message|A copy of (?:the|your) (?:original )?message|Your (?:original )?message (?:follows|is (?:below|included|attached))|Unsent message below|Your message reads \(in part\)|Text of your mail)\b.*/i,
  /^\s*-{3,} (?:The )?(?:original|returned) (?:message|mail|headers?) -{0,}/i,
  /^=+ ?(?:original message|message headers?|copy of the message)/i,
];

/**
 * Report and returned mail. Without an announcement, the copy begins where trace fields stand in a row; a single "Received:" inside
 * a sentence begins nothing. Lines of more than 2,000 characters are cut.
 */
export function splitReport(text: string): { report: string; returned: string } {
  const lines = text
    .slice(0, 150_000)
    .replace(/\r\n?/g, '\n')
    .replace(/\u00a0/g, ' ')
    .split('\n')
    .map(line => line.slice(0, 2000).trimEnd())
    // Empty lines in a row become one: they mean nothing, and thousands of them make every pattern that skips them slow.
    .filter((line, at, all) => line !== '' || all[at - 1] !== '')
    .slice(0, 5000);
  const cut = lines.findIndex((line, at) => at > 0 && (returnedMarks.some(mark => mark.test(line.trim())) || beginsTrace(lines, at)));
  if (cut < 0) return { report: lines.join('\n'), returned: '' };
  return { report: lines.slice(0, cut).join('\n'), returned: lines.slice(cut).join('\n') };
}

function beginsTrace(lines: string[], at: number): boolean {
  if (!/^(?:> ?)?(?:Return-Path: *<|Received: *(?:from|by|\(qmail))/i.test(lines[at] ?? '')) return false;
  return lines.slice(at + 1, at + 30).some(line => /^(?:> ?)?(?:Received|Message-ID|From|Date|Subject|To):/i.test(line));
}

const delayWords =
  /warning message only|this is a warning|not yet been delivered|has been delayed|is delayed|will (?:be )?(?:keep|continue|retr|try)\w*|will be (?:retried|attempted)|still (?:being )?(?:tr|in the queue|undelivered|on the queue|queued)|delivery attempts will continue|no action is required on your part|do not need to resend|have not yet been|temporarily (?:delayed|deferred)|delayed (?:for|mail)|ล่าช้า|จะพยายามส่ง(?:อีก|ต่อ|ใหม่)|遅延/i;
const finalWords =
  /permanent(?:ly)? (?:fatal |error|fail)|failed permanently|giv(?:en|ing) up|will not be (?:retried|attempted)|no further (?:delivery )?attempts|no longer (?:be )?(?:retr|attempt|tr)|could not be delivered|cannot be delivered|removed from the (?:mail )?queue|fatal errors|returned to sender/i;

/**
 * True when the words say that the mail system goes on trying. Both kinds of words at once: "permanent", "giving up" win unless it
 * calls itself a warning. Which mistake is worse: a bounce taken for a delay leaves the officer waiting for a letter that was lost.
 */
export function speaksOfDelay(report: string): boolean {
  const head = report.slice(0, 4000);
  if (!delayWords.test(head)) return false;
  if (
    /warning message only|this is a warning|not yet been delivered|do not need to resend|have not yet been/i.test(head) &&
    !/giv(?:en|ing) up/i.test(head)
  )
    return true;
  return !finalWords.test(head);
}
