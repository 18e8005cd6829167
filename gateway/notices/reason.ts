/** The class of a reason from the words of mail systems, in the languages they speak. status.ts asks it beside the codes. */
import type { ReasonClass } from './notice.ts';

/**
 * First match wins. The order carries the meaning: a full mailbox "exceeds its size", a letter "exceeds the size limit"; a blocklist
 * is often called "spam something"; a disabled mailbox is often "unknown" too.
 */
const rules: [ReasonClass, RegExp][] = [
  // Three phrases that would be misread below: relaying is no blocklist, the sender's domain is not the recipient's, and Exchange Online's
  // "Access denied" for a recipient means that it does not know him.
  [
    'policy',
    /relay(?:ing)? (?:access )?(?:is )?(?:denied|prohibited|not (?:permitted|allowed))|unable to relay|sender (?:address )?(?:rejected|verify failed|domain)|domain of sender/i,
  ],
  ['no-such-user', /recipient address rejected: access denied/i],
  ['greylisted', /gr[ae]y[- ]?list|postgrey|gr[ae]ylisted|please try again in \d+ (?:seconds|minutes)/i],
  [
    'mailbox-full',
    /over[- ]?quota|quota (?:exceed|is full|full|limit|violation)|exceed\w*\W+(?:\w+\W+){0,4}quota|mail(?:box|folder|drop| box| storage)?\W+(?:\w+\W+){0,5}(?:is |are |was )?(?:too )?full\b|(?:mailbox|user|account|inbox)\W+(?:\w+\W+){0,4}exceed|mailbox\W+(?:\w+\W+){0,3}(?:size limit|storage limit|too large)|exceeds allowed size|disk (?:quota|full)|(?:storage|inbox) (?:is )?full|out of (?:storage|disk) space|(?:not enough|insufficient|no) (?:disk |storage |mailbox )?space|out ?of ?storage|quotaexceeded|กล่องจดหมาย(?:ของผู้รับ)?เต็ม|พื้นที่(?:จัดเก็บ)?(?:ไม่พอ|เต็ม)|boîte (?:aux lettres )?pleine|postfach (?:ist )?voll|buz[oó]n lleno|casilla llena|casella piena|caixa (?:postal )?cheia|переполнен|邮箱已满|信箱已滿|メールボックス.{0,12}(?:一杯|いっぱい|容量)/i,
  ],
  [
    'too-large',
    /(?:message|mail|letter|content|attachment)s?\W+(?:\w+\W+){0,4}too (?:large|big|long)|(?:message|mail)?\W*(?:size|length)\W+(?:\w+\W+){0,4}(?:exceed|too|larger|over|limit)|exceed\w*\W+(?:\w+\W+){0,6}(?:size|length) ?(?:limit)?|larger than\W+(?:\w+\W+){0,4}(?:limit|allowed|size)|max\w* message size|message file too big|sizelimit|ขนาด.{0,20}(?:เกิน|ใหญ่)/i,
  ],
  [
    'loop',
    /too many hops|(?:mail|mailer|message|routing|forwarding|delivery)[- ]+loop|loops? back to|hop ?count|maximum hop|loop detected|looping|too many received|configuration error: loop/i,
  ],
  [
    'authentication',
    /\bspf\b|\bdkim\b|\bdmarc\b|sender id\b|(?:smtp )?auth(?:entication|orization)? (?:is )?(?:required|failed|failure|unsuccessful|error|needed|credentials)|(?:not|un)[- ]?authenticated|authenticat\w+ (?:before|required|checks?)|must (?:first )?authenticate|sender policy framework|ไม่ผ่านการยืนยันตัวตน/i,
  ],
  [
    'blocked',
    /black[- ]?list|block[- ]?list|deny[- ]?list|\brbls?\b|dnsbl|\bpbl\b|\bsbl\b|\bxbl\b|spamhaus|spamcop|sorbs|barracudacentral|senderscore|\bcbl\b|uribl|surbl|(?:poor|bad|low) (?:\w+ )?reputation|reputation|(?:ip|client|host|address|network|server|domain|connection|sender|message|mail|you|been|is|are|was)\b\W+(?:\w+\W+){0,4}(?:blocked|banned)\b|blocked (?:by|using|for|due|because)|(?:reverse|r)[- ]?dns|\bptr\b (?:record)?|cannot find your (?:reverse )?hostname|no reverse|generic hostname|dynamic ip|dial-?up|not accept(?:ing|ed)? (?:mail|connections?|email|messages?) from (?:your|this|this host)|bad (?:helo|sender'?s? (?:mail )?server)|access (?:denied|not allowed)|connection (?:denied|rejected|not allowed)|client host rejected|connection refused by (?:policy|administrator)|too much mail|(?:too quickly|at a rate)|rate limit|throttl|too many (?:connections|messages|recipients|concurrent|emails)/i,
  ],
  [
    'spam',
    /\bspam\b|spam[- ]?(?:like|score|assassin|filter|content|message|mail)|unsolicited|\bjunk(?:\b|-?mail)|bulk (?:e-?mail|filter)|\bube\b|\buce\b|phish|looks like spam|classified as|rejected (?:due to|for|by) (?:content|spam)|message (?:refused|rejected) by|content (?:filter|rejected|restriction)|จดหมายขยะ|สแปม|垃圾邮件|迷惑メール/i,
  ],
  [
    'content',
    /\bvirus|infected|malware|trojan|attachments?\b\W+(?:\w+\W+){0,5}(?:not|block|prohibit|denied|reject|type|unaccept)|prohibited (?:attachment|file)|executable|unacceptable (?:content|attachment)|(?:invalid|malformed|bad|broken|missing)\W+(?:\w+\W+){0,3}(?:header|mime|message format|content)|8-?bit|conversion|unsupported (?:media|content)|rfc ?(?:2?822|5322|2822)\b.*(?:compl|invalid|violat)|ไวรัส/i,
  ],
  [
    'no-such-domain',
    /(?:unknown|bad|invalid|no such|illegal)\W+(?:\w+\W+){0,2}(?:host|domain|destination system|mail server|site)\b|(?:host|domain)\b[:"'<( ]*(?:\S{1,200}\s)?(?:(?:is|was|could|can|has|does|name|be)\s){0,3}(?:unknown|not found|not exist|doesn'?t exist|does not exist|could not be found|couldn'?t be found|not known|invalid|unresolvable|isn'?t valid|is not valid|has no mx)|name (?:service|server) (?:error|lookup)|destination (?:computer|server|host)\W+(?:\w+\W+){0,2}not found|name or service not known|host or domain name not found|nxdomain|non-?existent (?:host|domain)|no (?:mail exchangers?|mx|a|mail hosts?|mail servers?) (?:record|host|found|for)|unable to (?:route|resolve|look ?up|find host)|can'?t find (?:any )?host|couldn'?t find (?:any |a )?(?:host|mail exchanger|mx|ip)|could not (?:find|resolve)\W+(?:\w+\W+){0,3}(?:host|domain|mx|server|address)|dns\W+(?:\w+\W+){0,6}(?:not found|no such|fail|error|nxdomain|does not exist|non-?existent)|unrout(?:e)?able (?:mail )?domain|host address lookups? failed|null ?mx|does not accept (?:mail|email)\b.{0,12}\(?null|lookup failed|ไม่พบโดเมน|找不到.{0,6}域名/i,
  ],
  [
    'disabled',
    /(?:account|mailbox|user|recipient|address|e-?mail|mail box|inbox)\b\W+(?:\S+\s+){0,6}(?:disabled|in-?active|suspended|expired|locked|deactivated|not active|closed|terminated|frozen|dormant|cancell?ed|on hold|temporarily unavailable|blocked from receiving|not accepting (?:messages|mail|email))|(?:disabled|inactive|suspended|expired|deactivated|closed|terminated|locked)\W+(?:\w+\W+){0,3}(?:account|mailbox|user|recipient|address)|account (?:has been|was|is) (?:disabled|suspended|closed|deleted)|account that you tried to reach is disabled|บัญชี.{0,20}(?:ถูกระงับ|ปิด)/i,
  ],
  [
    'no-such-user',
    /user\W+(?:\S+\s+){0,4}(?:unknown|not found|not known|not exist|doesn'?t (?:exist|have)|does not (?:exist|have)|invalid|not listed|not local|rejected|no longer|isn'?t|is not (?:a |known|valid))|(?:unknown|no such|invalid|bad|illegal|non-?existent|nonexistent|unrecognized|not a valid|not a known|incorrect|undefined)\W+(?:\w+\W+){0,4}(?:user|recipient|mailbox|address|account|local[- ]?part|person|alias|name|e-?mail|addressee|subscriber|virtual)|(?:recipient|mailbox|address|account|addressee|alias|e-?mail|local part|email address|name)\b\W+(?:\S+\s+){0,6}(?:unknown|not found|not exist|doesn'?t exist|does not exist|could ?n[o']t be found|not be found|invalid|not valid|not known|not recogni[sz]ed|no longer|not listed|not available|unavailable|undeliverable|unrouteable|is not in our|has been deleted|not on (?:this|the) (?:server|system))|not (?:listed|found) in\W+(?:\w+\W+){0,4}(?:directory|address book|database|name)|(?:can'?t|cannot|could not|couldn'?t|unable to) (?:open|find|locate|verify)\W+(?:\w+\W+){0,3}(?:user|mailbox|recipient|address|account)|no mailbox|mailbox not found|no (?:one|user|account|such) (?:here|by|with|at|named)|no such (?:user|person|address|recipient|mailbox)|doesn'?t have an? \S+ account|does not have an? \S+ account|userunknown|user ?not ?found|unknown user|recipnotfound|recipientnotfound|unrouteable|unroutable|does not like recipient|recipient (?:address )?rejected(?!\W+(?:\w+\W+){0,2}(?:policy|restrict|not allowed|rate))|invalid final delivery|not our customer|mailbox unavailable|no longer (?:here|valid|works|employed|with|in use|available|on)|has (?:moved|left)|receiver not found|undeliverable address|(?:not a|no) (?:valid|known|local) (?:mailbox|user|address|recipient)|ไม่พบ(?:ที่อยู่|ผู้ใช้|ผู้รับ|บัญชี|กล่องจดหมาย|อีเมล)|ไม่มี(?:ผู้ใช้|ผู้รับ|บัญชี|ที่อยู่|อีเมล)|destinataire inconnu|adresse (?:inconnue|incorrecte|invalide|d'au moins un destinataire invalide)|utilisateur inconnu|empf[äa]nger (?:unbekannt|existiert nicht)|benutzer unbekannt|usuario (?:desconocido|no existe)|destinatario (?:sconosciuto|desconocido)|usu[áa]rio (?:desconhecido|inexistente)|не существует|不存在|查无此|存在しない|ユーザ.{0,4}不明|宛先.{0,8}(?:不明|見つかり)/i,
  ],
  [
    'timeout',
    /tim(?:ed|e)[- ]?out|delivery time expired|(?:retry|delivery|queue|message)\W+(?:\w+\W+){0,3}(?:expired|timeout|time exceeded|lifetime)|expired|retries? exceeded|retry (?:time|limit|count)\W+(?:\w+\W+){0,4}(?:exceed|reached)|too long (?:in|on)|(?:undelivered|queue|trying|unable to deliver|attempts?)\W+(?:\w+\W+){0,6}(?:for|after|past)\W+(?:\w+\W+){0,4}(?:hours?|days?)|after \d+ (?:attempts|tries|days|hours)|failed \d+ attempts|maximum (?:retries|attempts|retry)|no longer retrying|หมดเวลา/i,
  ],
  [
    'network',
    /connection (?:was )?(?:refused|reset|lost|dropped|closed|aborted|failed|terminated|died|broken|attempt)|no route to host|network (?:is )?(?:unreachable|error|down|problem)|(?:could not|couldn'?t|cannot|can'?t|unable to|failed to|wasn'?t able to)(?: be)? (?:connect|contact|reach|establish|open (?:a )?connection)|host (?:is )?(?:unreachable|down|not responding|not reachable)|not respond|no answer from|lost connection|connect(?:ion)? error|(?:tls|ssl|starttls)\b.{0,40}(?:fail|error|required|handshake|not)|service (?:not|temporarily|currently)? ?(?:unavailable|available)|server (?:is )?(?:busy|unavailable|down)|bad (?:connection|network)|socket error|i\/o error: connection|try(?:ing)? again later|ติดต่อ(?:เครื่อง|เซิร์ฟเวอร์).{0,20}ไม่ได้/i,
  ],
  [
    'policy',
    /polic(?:y|ies)|(?:not|un)[- ]?(?:permitted|authori[sz]ed|allowed)|administrativ\w* (?:prohibit|denied|reject|block)|prohibit|relay(?:ing)?\W+(?:\w+\W+){0,2}(?:denied|not|prohibited|access|rejected)|unable to relay|(?:denied|refused|rejected) (?:by|due|for|because)|restrict|sender\W+(?:\w+\W+){0,3}(?:rejected|denied|refused|not accepted|invalid|verify failed|unknown)|only accepts? (?:mail|messages) from|transaction failed|message (?:was )?(?:rejected|refused|denied)|permission|ไม่ได้รับอนุญาต|นโยบาย/i,
  ],
  [
    'system',
    /out of memory|insufficient (?:system )?(?:storage|resources)|internal (?:server )?error|local (?:configuration )?(?:error|problem)|system (?:error|problem|failure|config|full|not)|configuration (?:error|problem)|database|temporar(?:y|ily)|can(?:'t|not) create|i\/o error|unexpected|command (?:not|unrecogni[sz]ed|failed|died|output|unknown|time limit)|syntax error|protocol error|not implemented|resources|deferred|ระบบขัดข้อง/i,
  ],
];

/**
 * The class that the words suggest, 'unknown' when none does. Exim's "Unrouteable address" is a missing domain when our own server
 * says it, and a missing user when a remote server answers with it: `replied` tells whether an SMTP code stands beside.
 */
export function reasonFromText(text: string, replied: boolean): ReasonClass {
  const words = text.slice(0, 1000);
  if (!replied && /unrout(?:e)?able address/i.test(words)) return 'no-such-domain';
  for (const [reason, pattern] of rules) if (pattern.test(words)) return reason;
  return 'unknown';
}
