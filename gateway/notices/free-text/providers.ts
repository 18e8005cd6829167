/** The habits of large mailbox providers, filters and mobile carriers. */
import { line, readEntries, type TextHabit } from './entries.ts';

export const providerHabits: TextHabit[] = [
  {
    name: 'gmail',
    mark: /Delivery to the following recipients?\s+(?:failed permanently|has been delayed|failed)|Technical details of (?:permanent|temporary) failure|The response (?:from the remote server )?was:|\*\* (?:Address not found|Message (?:blocked|not delivered)|Delivery incomplete|Recipient inbox full) \*\*/i,
    read: report => {
      const old = readEntries(report, {
        begin: /Delivery to the following recipients?/i,
        entry: [line('^\\s+<?{A}>?\\s*$'), line('^<?{A}>?$')],
        end: /^(?:Technical details|Message will be retried|Reporting-MTA|-----)/i,
        shared: /(?:Technical details of (?:permanent|temporary) failure:)\s*(?<d>[\s\S]{1,1000}?)(?:\n\s*\n|$)/i,
      });
      if (old.length > 0) return old;
      const shared = /The response (?:from the remote server )?was:\s*(?<d>[\s\S]{1,800}?)(?:\n\s*\n|$)/i.exec(report)?.groups?.d ?? '';
      return readEntries(report, {
        entry: [
          line("(?:wasn'?t|couldn'?t be|could not be|hasn'?t been|not) delivered to\\s+<?{A}>?\\s*(?<d>.*)$"),
          line('(?:problem delivering your message to|sending (?:your|the) message to)\\s+<?{A}>?(?<d>.*)$'),
        ],
        blankEnds: true,
      }).map(entry => ({ address: entry.address, words: shared === '' ? entry.words : `${shared} ${entry.words}` }));
    },
  },
  {
    name: 'zoho',
    mark: /ERROR_CODE\s*:|\[Status: *Error, Address:/i,
    read: report =>
      readEntries(report, { entry: [line('Address: *<?{A}>?,(?<d>.*)$'), line('^\\s*<?{A}>?[ ,:]+(?<d>.*)$')], blankEnds: true }),
  },
  {
    name: 'mimecast',
    mark: /^\s*Failed Recipient:|Could not deliver message to the following recipient/im,
    read: report => readEntries(report, { entry: [line('^\\s*(?:Failed )?Recipient:\\s*<?{A}>?(?<d>.*)$')], end: /^-{3,}/ }),
  },
  {
    name: 'barracuda',
    mark: /blocked by our (?:Spam Firewall|bulk email filter)|^Your message to: *\S+@/im,
    read: report => readEntries(report, { entry: [line('^\\s*\\W*Your message to:?\\s*<?{A}>?(?<d>.*)$')], end: /^\s*Subject:/i }),
  },
  {
    name: 'surfcontrol',
    mark: /transcript of the attempts to send the message follows|^Addressed To:/im,
    read: report => readEntries(report, { entry: [line('^Addressed To:\\s*<?{A}>?\\s*$')], end: /^--- Message non-deliverable/i }),
  },
  {
    name: 'mailfoundry',
    mark: /^Unable to deliver message to: *<?\S+@/im,
    read: report =>
      readEntries(report, {
        entry: [line('^Unable to deliver message to: *<?{A}>?(?<d>.*)$')],
        end: /^(?:-{3,}|This has been a permanent failure)/i,
      }),
  },
  {
    name: 'intermail',
    mark: /This Message was undeliverable due to the following reason/i,
    read: report =>
      readEntries(report, {
        begin: /undeliverable due to the following reason/i,
        entry: [line('^\\s*(?:Recipient:\\s*)?<{A}>:?\\s*(?<d>.*)$'), line('^\\s*Recipient:\\s*<?{A}>?(?<d>.*)$')],
        end: /^Please reply to/i,
        shared: /following reason:\s*(?<d>[^\n]+(?:\n[^\n<]+)*)/i,
        blankEnds: true,
      }),
  },
  {
    name: 'kddi',
    mark: /user\(s\) account is (?:disabled|temporarily)|Each of the following recipients was rejected|As their mailbox is full|Your mail sent on:?/i,
    read: report =>
      readEntries(report, {
        entry: [
          line('^\\s*(?:Recipient:\\s*)?<{A}>:?\\s*(?<d>.*)$'),
          line('[Cc]ould not be delivered to:?\\s*<?{A}>?(?<d>.*)$'),
          line('^\\s*<?{A}>?\\s*$'),
        ],
        shared: /(?<d>(?:The user\(s\) account is|As their mailbox is)[^\n]*|User unknown|mailbox is full)/i,
        end: /^Please reply to/i,
        blankEnds: true,
      }),
  },
  {
    name: 'verizon',
    mark: /^RCPT TO: *\S+@(?:vtext|vzwpix|vzw)|message (?:to|could not be delivered to) mobile/im,
    read: report =>
      readEntries(report, {
        entry: [line('^\\s*(?:Message could not be delivered to mobile\\.?|RCPT TO:)\\s*<?{A}>?(?<d>.*)$')],
        shared: /Error:\s*(?<d>.*)/i,
      }),
  },
  {
    name: 'sendgrid',
    mark: /automatically generated message from SendGrid/i,
    read: report => readEntries(report, { entry: [line('^\\s*<?{A}>?\\s*[:(]?\\s*(?<d>.*)$')], blankEnds: true }),
  },
  {
    name: 'tencent',
    mark: /(?:邮件|郵件|信件).{0,12}(?:退回|退信|无法|無法)|退信原因/,
    read: report =>
      readEntries(report, {
        entry: [line('(?:无法发送到|無法傳送|收件人[^\\n@]{0,20}?|邮件地址)[:：（(]?\\s*<?{A}>?(?<d>.*)$')],
        shared: /(?:退信原因|原因|提示|出错原因)[^\n:：]*[:：]?\s*(?<d>[\s\S]{1,300}?)(?:\n\s*\n|$)/,
      }),
  },
  {
    // Exchange's SMTP service, Hotmail, SES, Novell and many others: a sentence with a colon, then addresses alone on their lines.
    name: 'listed',
    mark: /(?:following (?:recipient|address|e-?mail|user|destination)[^\n]{0,80}|(?:recipient|address)(?:\(s\)|\(es\)|e?s)?[^\n]{0,60}(?:fail|reject|not|deliver)[^\n]{0,40})[:.]\s*\n/i,
    read: report =>
      readEntries(report, {
        begin:
          /following (?:recipient|address|e-?mail|user|destination)|(?:recipient|address)(?:\(s\)|\(es\)|e?s)?.{0,60}(?:fail|reject|not|deliver).{0,40}[:.]\s*$/i,
        entry: [
          line('^\\s*[-*•]?\\s*[<"\']?{A}[>"\']?\\s*$'),
          line('^\\s*[-*•]?\\s*[<"\']?{A}[>"\']?\\s*(?:[:;,(]|-+|\\.{3})\\s*(?<d>.*?)\\)?$'),
        ],
      }),
  },
];
