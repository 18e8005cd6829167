/** The habits of groupware and Windows mail servers: Exchange, Notes, GroupWise, IMail, MDaemon, MailEnable, Mercury, CommuniGate, iPlanet, X.400. */
import { addressIn, line, readEntries, type TextEntry, type TextHabit } from './entries.ts';

/** "user@example.com on Thu, 29 Apr 1999 23:34:45 +0900" and beneath it the reason; the name may be X.400 or a person's. */
function readOldExchange(report: string): TextEntry[] {
  const found: TextEntry[] = [];
  const after = report
    .split(/(?:did not reach|following recipient\(s\)|recipients?)[^\n]*:\s*\n/i)
    .slice(1)
    .join('\n');
  const hint = addressIn(/^\s*To:\s*(.*)$/im.exec(report)?.[1] ?? '');
  for (const text of after.split('\n')) {
    const named = /^\s*['"]?(\S.{0,200}?)['"]?\s+on\s+(?:[A-Za-z]{2,4},?\s+)?\d{1,4}[./ -]\S.*$/.exec(text)?.[1];
    if (named !== undefined) {
      found.push({ address: addressIn(named), words: '' });
      continue;
    }
    const current = found[found.length - 1];
    if (!current || text.trim() === '' || /MTS-ID of the original/i.test(text)) continue;
    current.words = `${current.words} ${text.trim()}`.trim().slice(0, 1000);
    current.address ??= addressIn(text);
  }
  if (found.length === 1 && found[0]!.address === null) found[0]!.address = hint;
  return found;
}

/** The block for administrators has the codes; the friendly list above it is read when the block names nobody. */
function readNewExchange(report: string): TextEntry[] {
  const begin =
    /Diagnostic information for administrators|การวินิจฉัยสำหรับผู้ดูแล|Informations de diagnostic|Diagnoseinformationen|Información de diagnóstico|Generating server/i;
  const technical = readEntries(report, {
    begin,
    end: /^Original (?:message )?headers/i,
    entry: [line('^\\s*<?{A}>?\\s*$'), line('^\\s*<?{A}>?\\s*(?<d>(?:#|Remote Server|\\d{3} ).*)$')],
  });
  if (technical.length > 0) return technical;
  return readEntries(report, {
    begin: /Delivery has failed to these recipients|delivered to the following recipients|couldn'?t be delivered|wasn'?t delivered/i,
    end: begin,
    entry: [line('^.{0,120}?(?:<mailto:|mailto:|[(<\\[]|^|\\s){A}[^\\n]{0,60}$')],
  });
}

/** Notes 4: under "Failure Reasons" first the reason, then the address. Domino: "was not delivered to: … because: …". */
function readNotes(report: string): TextEntry[] {
  const found: TextEntry[] = [];
  const reasons = /-{2,} *Failure Reasons? *-{2,}\s*\n([\s\S]*)/i.exec(report)?.[1];
  if (reasons !== undefined) {
    let words = '';
    for (const text of reasons.split('\n')) {
      if (/^-{4,}/.test(text.trim())) break;
      const address = new RegExp(line('^\\s*<?{A}>?\\s*$')).exec(text)?.groups?.a;
      if (address !== undefined) {
        found.push({ address, words });
        continue;
      }
      if (text.trim() !== '')
        words = found.length > 0 && found[found.length - 1]!.words === words ? text.trim() : `${words} ${text.trim()}`.trim();
    }
    return found;
  }
  const block = /was (?:not|NOT) delivered to:?\s*\n([\s\S]{0,3000}?)\n\s*because:?\s*\n?([\s\S]{0,800})/i.exec(report);
  if (!block) return [];
  const words = block[2]!.trim();
  for (const text of block[1]!.split('\n')) {
    const named = text.trim();
    if (named !== '') found.push({ address: addressIn(named), words });
  }
  if (found.length === 1) found[0]!.address ??= addressIn(words);
  return found;
}

export const groupwareHabits: TextHabit[] = [
  {
    name: 'exchange-online',
    mark: /Original Message Details|^\s*Reported error:/im,
    read: report =>
      readEntries(report, {
        entry: [line('^\\s*Recipient Address:\\s*<?{A}>?')],
        end: /^\s*Subject:/i,
        shared: /(?:Reported error|Error):\s*(?<d>[^\n]{1,800})/i,
      }),
  },
  {
    name: 'exchange',
    mark: /Delivery has failed to these recipients|Diagnostic information for administrators|^Generating server:/im,
    read: readNewExchange,
  },
  {
    name: 'exchange-old',
    mark: /did not reach the following recipient|following recipient\(s\) (?:could not|cannot|can not) be reached|MSEXCH:/i,
    read: readOldExchange,
  },
  {
    name: 'mailenable',
    mark: /^\s*MailEnable:|Recipient:\s*\[(?:SMTP|SF):/im,
    read: report =>
      readEntries(report, {
        entry: [line('^\\s*Recipient:\\s*\\[?(?:SMTP:|SF:)?{A}\\]?(?<d>.*)$')],
        end: /^Message contents follow|^-{4,}/i,
        blankEnds: true,
      }),
  },
  { name: 'notes', mark: /-{2,} *Failure Reasons? *-{2,}|was not delivered to:?\s*\n[\s\S]{0,3000}?\n\s*because:?/i, read: readNotes },
  {
    name: 'groupwise',
    mark: /message that you sent was undeliverable to the following/i,
    read: report =>
      readEntries(report, {
        begin: /undeliverable to the following/i,
        entry: [line('^\\s+<?{A}>?\\s*(?:\\((?<d>[^)]*)\\)?)?\\s*$'), /^\s+(?<a>[\w.'-]{1,64})\s+\((?<d>[^)]*)\)\s*$/],
        end: /truncated|original message/i,
      }),
  },
  {
    name: 'imail',
    mark: /^\s*(?:Unknown (?:local )?user|Unknown host|User mailbox exceeds allowed size|Delivery failed \d+ attempts|Invalid final delivery userid|undeliverable to|User unknown|Unknown address):?\s+\S+@/im,
    read: report =>
      readEntries(report, {
        entry: [
          line(
            '^\\s*(?<d>Unknown (?:local )?user|Unknown host|User mailbox exceeds allowed size|Delivery failed \\d+ attempts|Invalid final delivery userid|undeliverable to|User unknown|Unknown address):?\\s+<?{A}>?.*$',
          ),
        ],
        blankEnds: true,
      }).filter((entry, at, all) => at === 0 || !all.slice(0, at).some(other => other.address === entry.address)),
  },
  {
    name: 'mdaemon',
    mark: /fatal delivery errors|^Failed address:|--- Session Transcript ---|^MDaemon has/im,
    read: report => {
      const replies = report.split('\n').filter(text => /<-- *[45]\d\d/.test(text));
      const words = replies.map(text => text.replace(/^.*<-- */, '').trim()).join(' ');
      const entries = readEntries(report, {
        entry: [line('^\\s*(?:Failed address|Recipient|Undeliverable address|Delivery failed|Message to|To)\\s*:\\s*<?{A}>?(?<d>.*)$')],
        end: /--- ?(?:Session Transcript|End Transcript|Message)/i,
        blankEnds: true,
      });
      const asked = entries.length > 0 ? entries : transcriptRecipients(report);
      return asked.map(entry => ({ address: entry.address, words: words !== '' ? words : entry.words }));
    },
  },
  {
    name: 'mercury',
    mark: /local mail transport system has reported/i,
    read: report => readEntries(report, { entry: [line('^\\s*\\*{2,}\\s*<?{A}>?\\s*(?<d>.*)$')], blankEnds: true }),
  },
  {
    name: 'communigate',
    mark: /^\s*Failed to deliver to '?<?\S+@|Message delivery to '?\S+@\S+ (?:delayed|failed)/im,
    read: report =>
      readEntries(report, {
        entry: [line("^\\s*(?:Failed to deliver to|Message delivery to)\\s+['<]{0,2}{A}['>]*(?<d>.*)$")],
        blankEnds: true,
      }),
  },
  {
    name: 'iplanet',
    mark: /This report relates to a message you sent with the following header fields|^\s*Recipient address:/im,
    read: report =>
      readEntries(report, {
        entry: [line('^\\s*Recipient address:\\s*<?{A}>?(?<d>.*)$')],
        origin: line('^\\s*Original address:\\s*<?{A}>?'),
        blankEnds: true,
      }),
  },
  {
    name: 'x400',
    mark: /Your message was not delivered to\b|report relates to your message|X\.?400|MTA .* (?:reports|Diagnostic was)/i,
    read: report =>
      readEntries(report, {
        entry: [
          line('not delivered to:?\\s*<?{A}>?\\s*(?:for the following reason)?:?(?<d>.*)$'),
          line('^\\s*(?:Recipient|To|for)\\s*:?\\s*<?{A}>?\\s*,?(?<d>.*)$'),
          /(?<a>(?:DDA:(?:SMTP|RFC-?822)=|RFC-822=)[^;/\s]+)(?<d>.*)$/i,
        ],
      }),
  },
];

/** MDaemon and others log the dialogue: "--> RCPT To:<a@b>". */
function transcriptRecipients(report: string): TextEntry[] {
  const found: TextEntry[] = [];
  for (const text of report.split('\n')) {
    const address = /--> *RCPT TO: *(\S+)/i.exec(text)?.[1];
    const plain = address === undefined ? null : addressIn(address);
    if (plain !== null && !found.some(entry => entry.address === plain)) found.push({ address: plain, words: '' });
  }
  return found;
}
