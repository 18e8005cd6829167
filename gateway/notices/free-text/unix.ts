/** The habits of the Unix mail servers, from sendmail 5 to OpenSMTPD. Each form is described by the text it looks for. */
import { addressIn, line, readEntries, type TextEntry, type TextHabit } from './entries.ts';

/**
 * sendmail says it twice: sections of addresses, and a transcript of the session. The transcript has the server's words, the section
 * the true list; so the section leads, and takes from the transcript what is said of its address.
 */
function readSendmail(report: string): TextEntry[] {
  const section = /^\s*-{2,} *(?:The )?following addresses? (?:had|have|was|were|failed|could)[^\n]*-{2,}\s*$/im;
  const listed: TextEntry[] = [];
  let rest = report;
  for (let at = section.exec(rest); at && listed.length < 500; at = section.exec(rest)) {
    rest = rest.slice(at.index + at[0].length);
    listed.push(
      ...readEntries(`\n${rest}`, {
        entry: [line('^\\s{0,4}<?{A}>?\\s*(?:\\((?!reason|expanded)(?<d>[^)]*)\\))?\\s*(?:\\.\\.\\.\\s*)?$')],
        end: /^\s*-{3,}/,
        origin: /^\s*\(expanded from: *<?(?<a>[^\s<>()]+@[^\s<>()]+)>?\)/i,
      }),
    );
  }
  const transcript = /-{2,} *Transcript of session follows *-{2,}\n?([\s\S]*)/i.exec(report)?.[1] ?? '';
  const said = transcriptEntries(transcript);
  const all = listed.length > 0 ? listed : said;
  return all.map(entry => {
    const own = said.find(other => other.address !== null && other.address.toLowerCase() === entry.address?.toLowerCase());
    const reason = /\(reason: *([\s\S]*)\)/i.exec(entry.words)?.[1];
    const words = reason ?? entry.words;
    // "(unrecoverable error)" beside the address tells less than the server's own line.
    const thin = words === '' || /^(?:unrecoverable error|host unknown|user unknown)\)?$/i.test(words);
    return {
      address: entry.address,
      words: thin ? [own?.words || (all.length === 1 ? lastReply(transcript) : ''), words].filter(w => w !== '').join(' ') : words,
    };
  });
}

/** "550 <a@b>... User unknown", "<a@b>... Deferred: …", and ">>> RCPT TO:<a@b>" followed by "<<< 550 …". */
function transcriptEntries(transcript: string): TextEntry[] {
  const found: TextEntry[] = [];
  let asked: string | null = null;
  const add = (address: string | null, words: string) => {
    const known = found.find(entry => entry.address === address);
    if (known) known.words = `${known.words} ${words}`.slice(0, 1000);
    else if (address !== null) found.push({ address, words });
  };
  for (const text of transcript.split('\n').slice(0, 500)) {
    const rcpt = /^\s*>>> *RCPT TO: *(.*)$/i.exec(text)?.[1];
    if (rcpt !== undefined) {
      asked = addressIn(rcpt);
      continue;
    }
    const reply = /^\s*<<< *([45]\d\d.*)$/.exec(text)?.[1];
    if (reply !== undefined) {
      if (asked !== null) add(asked, reply);
      continue;
    }
    if (/^\s*>>>/.test(text)) asked = null;
    const own = /^\s*(?:([45]\d\d)[ -]?(?:[45]\.\d\.\d{1,3} )?)?(<?[^\s<>]+@[^\s<>]+?>?)\.{3}\s*(.*)$/.exec(text);
    if (own) add(addressIn(own[2]!), text.trim());
  }
  return found;
}

function lastReply(transcript: string): string {
  const replies = transcript.split('\n').filter(text => /^\s*(?:<<< *)?[45]\d\d[ -]/.test(text));
  return (replies[0] ?? '').replace(/^\s*<<< */, '').trim();
}

export const unixHabits: TextHabit[] = [
  {
    name: 'sendmail',
    mark: /-{2,} *(?:The )?following addresses? (?:had|have|was|were|failed|could)|-{2,} *Transcript of session follows/i,
    read: readSendmail,
  },
  {
    name: 'james',
    mark: /This is the James mail server/i,
    read: report =>
      readEntries(report, {
        begin: /Failed recipient\(s\):/i,
        end: /^Error message/i,
        entry: [line('^\\s*<?{A}>?\\s*$')],
        shared: /Error message:\s*(?<d>[\s\S]{1,600}?)(?:\n\s*\n|$)/i,
      }),
  },
  {
    name: 'haraka',
    mark: /^Intended Recipients?:/im,
    read: report =>
      readEntries(report, {
        entry: [line('^Intended Recipients?:\\s*<?{A}>?')],
        end: /^Failure Reason/i,
        shared: /Failure Reason:\s*(?<d>[\s\S]{1,600}?)(?:\n\s*\n|$)/i,
      }),
  },
  {
    name: 'opensmtpd',
    mark: /following list of recipients|This is the MAILER-DAEMON, please/i,
    read: report => readEntries(report, { entry: [line('^\\s*<?{A}>?:\\s*(?<d>\\S.*)$')], blankEnds: true }),
  },
  {
    name: 'courier',
    mark: /running the Courier mail server|^\s*(?:UNDELIVERABLE|DELAYED) MAIL\s*$/im,
    read: report => readEntries(report, { entry: [line('^\\s*<{A}>:\\s*(?<d>.*)$')], end: /^-{5,}\s*$(?!\n\n)/, blankEnds: true }),
  },
  {
    name: 'smail',
    mark: /Failed addresses follow/i,
    read: report =>
      readEntries(report, {
        begin: /Failed addresses follow/i,
        end: /Message text follows/i,
        entry: [line('^\\s*<?{A}>?\\s*\\.{3}\\s*(?<d>.*)$')],
        blankEnds: true,
      }),
  },
  {
    name: 'postfix',
    mark: /This is the (?:mail system|Postfix program) at host|send mail to <?postmaster>?\s*(?:If|and include)/i,
    read: report => readEntries(report, { entry: [line('^<{A}>(?: \\(expanded from\\b[^)]*\\)?)?(?::\\s*(?<d>.*)|)$')], blankEnds: true }),
  },
  {
    name: 'ecelerity',
    mark: /mail system \(ecelerity\)|^>>> \S+@\S+ \(after /im,
    read: report => readEntries(report, { entry: [line('^\\s*>>> <?{A}>?\\s*(?:\\([^)]*\\))?:?\\s*(?<d>.*)$')], blankEnds: true }),
  },
  {
    name: 'exim',
    mark: /created automatically by (?:the )?mail(?:er)? delivery (?:software|system)|message that you sent (?:could not be|was not|has not yet been) delivered|address to which the message has not yet been/i,
    read: report =>
      readEntries(report, {
        begin:
          /following (?:local )?address(?:\(es\)|es)? (?:have |has )?failed|address(?:\(es\)|es)? to which the message has not yet been|could not be delivered to|^\s*(?:recipients|queue on)\b.*[.:]\s*$|more of its\s*(?:destinations)?/i,
        entry: [
          /^ {1,3}(?<d>(?:pipe to |save to |\||\/)\S.*)$/,
          line('^(?:[ ]{0,3}|\\t)[<"]?{A}[>"]?(?:\\s*\\(?(?:after|over quota)[^)]*\\)?)?:?\\s*(?<d>(?:(?<=[:]\\s*).*|\\(.*|))$'),
        ],
        origin: line('^\\s*\\(?(?:ultimately )?generated (?:by|from) <?{A}>?\\)?'),
        end: /^-{4,}/,
      }),
  },
  {
    name: 'qmail',
    mark: /This is the (?:\S+ )?(?:qmail-send|deliver|\S*qmail\S*|mail delivery|vpopmail) program|wasn'?t able to deliver your message|unable to deliver (?:your )?message to the following address|I'm afraid I wasn'?t able|Sorry it didn'?t work out/i,
    read: report =>
      readEntries(report, {
        entry: [line('^\\s{0,3}<?{A}>?:\\s*$'), line('^\\s{0,3}<{A}>:?\\s*(?<d>.*)$'), line('^\\s{0,3}{A}: (?<d>.+)$')],
        blankEnds: true,
        end: /^--- ?(?:Below|Enclosed|Undelivered)/i,
      }),
  },
  {
    name: 'powermta',
    mark: /this is the mail server on|inform you on the delivery status|affected recipients/i,
    read: report =>
      readEntries(report, { entry: [line('^\\s*<?{A}>?\\s*[:;]\\s*(?<d>.*)$'), line('^\\s*<{A}>\\s+(?<d>\\S.*)$')], blankEnds: true }),
  },
];
