/** One letter for an archive: as entry.json for machines, and as a page that a person reads. */
import { type Clockwork, dayText, timeText } from './dates.ts';
import type { LetterRow } from './letter-queries.ts';
import { html, linkTo, page, sizeText } from './page.ts';
import {
  ACKNOWLEDGEMENT_WORDS,
  ACT_WORDS,
  NUMBER_WORDS,
  PURPOSE_WORDS,
  REGISTER_WORDS,
  ROUTE_WORDS,
  SECRECY_WORDS,
  STATE_WORDS,
  URGENCY_WORDS,
} from './words.ts';

const LETTER_FORMAT = 'saraban letter 1';

/** Everything of the entry, as JSON with two spaces. `file`s are paths in the archive. */
export function letterJson(row: LetterRow): string {
  const { open, folder, message, ...rest } = row;
  const { own, ...raw } = message ?? { own: false };
  return `${JSON.stringify({ format: LETTER_FORMAT, ...rest, message: message === null ? null : raw }, null, 2)}\n`;
}

/** Kinds of files a browser shows without running anything in them. The rest is named, not linked: a page of a stranger must not open beside our own. */
const SHOWN = /\.(pdf|png|jpe?g|gif|webp|tiff?|bmp|txt|csv|docx?|xlsx?|pptx?|od[tsp]|rtf|zip|eml)$/i;

/** How deep letters/<register>/<year>/<number>/index.html lies. */
const DEPTH = 4;

export function letterPage(row: LetterRow, agency: Clockwork & { nameTh: string }): string {
  const register = REGISTER_WORDS[row.register] ?? { th: row.register, en: row.register };
  const number = `${row.number}/${row.year}`;
  const facts: [string, string, string][] = [
    ['ที่', 'Letter number', row.letterNumber],
    ['ลงวันที่', 'Letter date', row.letterDate === null ? '' : dayText(row.letterDate, agency)],
    ['จาก', 'From', [row.fromAgency, row.fromName, row.fromAddress].filter(text => text !== '').join(' · ')],
    ['ถึง', 'To', row.addressee || row.to.join(', ')],
    ['วันเวลาที่รับ', 'Received', timeText(row.receivedAt, agency)],
    ['วันเวลาที่ลงทะเบียน', 'Entered', timeText(row.enteredAt, agency)],
    ['ชั้นความเร็ว', 'Urgency', row.urgency === 'normal' ? '' : (URGENCY_WORDS[row.urgency] ?? row.urgency)],
    ['ชั้นความลับ', 'Secrecy', row.secrecy === 'normal' ? '' : (SECRECY_WORDS[row.secrecy] ?? row.secrecy)],
    ['ประเภท', 'Kind', row.kind],
    ['กำหนดแล้วเสร็จ', 'Due', row.dueOn === null ? '' : dayText(row.dueOn, agency)],
    ['หมายเหตุ', 'Remark', row.remark],
    ['สถานะ', 'State', [STATE_WORDS[row.state] ?? row.state, row.stateReason].filter(text => text !== '').join(': ')],
    ['แจ้งผลการรับ', 'Acknowledgement', acknowledgementText(row, agency)],
  ];
  const body = `<nav><a href="${linkTo('index.html', DEPTH)}">สารบัญ <span class="en">Contents</span></a></nav>
<header><p class="soft">${html(agency.nameTh)} · ${html(register.th)} <span class="en">${html(register.en)}</span></p>
<h1>${html(NUMBER_WORDS[row.register] ?? '')} ${html(number)} ${html(row.subject || '(ไม่มีเรื่อง)')}</h1></header>
<div class="paper"><table class="facts">${facts
    .filter(([, , text]) => text !== '')
    .map(([th, en, text]) => `<tr><th>${th} <span class="en">${en}</span></th><td>${html(text)}</td></tr>`)
    .join('\n')}</table></div>
${filesPart(row)}
${row.text === '' ? '' : `<h2>ข้อความ <span class="en">Text</span></h2><div class="paper text">${html(row.text)}</div>`}
${routesPart(row, agency)}
${historyPart(row, agency)}
<h2>หลักฐาน <span class="en">Evidence</span></h2>
<div class="paper"><table class="facts">
${row.rawSha256 === null ? '' : `<tr><th>SHA-256 ของไฟล์ต้นฉบับ <span class="en">of the message as received</span></th><td><code>${row.rawSha256}</code></td></tr>`}
<tr><th>ค่าแฮชของรายการ <span class="en">Hash of the entry</span></th><td><code>${row.hash}</code></td></tr>
<tr><th>ค่าแฮชของรายการก่อนหน้า <span class="en">Hash of the entry before</span></th><td><code>${row.previousHash}</code></td></tr>
<tr><th>รหัสตรวจสอบ <span class="en">Public code</span></th><td><code>${html(row.publicCode)}</code></td></tr>
</table></div>`;
  return page(`${number} ${row.subject}`, body, DEPTH);
}

function acknowledgementText(row: LetterRow, agency: Clockwork): string {
  if (row.acknowledgement === null) return '';
  const { state, recipient, sentAt } = row.acknowledgement;
  return [ACKNOWLEDGEMENT_WORDS[state] ?? state, recipient, sentAt === null ? '' : timeText(new Date(sentAt), agency)]
    .filter(text => text !== '')
    .join(' · ');
}

function filesPart(row: LetterRow): string {
  const files = row.files.filter(file => file.role === 'attachment' || file.role === 'inline');
  const lines = files.map(file => {
    const name = file.name || file.file.split('/').at(-1) || file.part;
    const shown = SHOWN.test(file.file)
      ? `<a href="${linkTo(file.file, DEPTH)}">${html(name)}</a>`
      : `${html(name)} <span class="soft">(${html(file.file)})</span>`;
    return `<tr><td>${shown}</td><td>${html(file.contentType)}</td><td class="count">${sizeText(file.size)}</td><td><code>${file.sha256}</code></td></tr>`;
  });
  if (row.message !== null) {
    const { file, size, sha256 } = row.message;
    lines.unshift(
      `<tr><td><a href="${linkTo(file, DEPTH)}">message.eml</a> <span class="soft">ต้นฉบับตามที่ได้รับ <span class="en">the message as received</span></span></td><td>message/rfc822</td><td class="count">${sizeText(size)}</td><td><code>${sha256}</code></td></tr>`,
    );
  }
  if (lines.length === 0) return '';
  return `<h2>ไฟล์ <span class="en">Files</span></h2><div class="paper"><table><tr><th>ไฟล์</th><th>ชนิด</th><th>ขนาด</th><th>SHA-256</th></tr>${lines.join('\n')}</table></div>`;
}

function routesPart(row: LetterRow, agency: Clockwork): string {
  if (row.routes.length === 0) return '';
  const lines = row.routes.map(route => {
    const own = route.unitNumber === null ? '' : `${route.unitNumber}/${route.unitYear}`;
    const confirmed = route.confirmedAt === null ? '' : `${timeText(new Date(route.confirmedAt), agency)} ${route.confirmedBy ?? ''}`;
    return `<tr><td>${html(route.unit)} <span class="en">${html(route.unitEn)}</span></td><td>${html(PURPOSE_WORDS[route.purpose] ?? route.purpose)}</td><td>${html(ROUTE_WORDS[route.state] ?? route.state)}</td><td>${html(timeText(new Date(route.routedAt), agency))} ${html(route.routedBy)}</td><td>${html(confirmed)}</td><td class="number">${own}</td><td>${html(route.note)}</td></tr>`;
  });
  return `<h2>การส่งต่อ <span class="en">Routes</span></h2><div class="paper"><table><tr><th>หน่วยงาน</th><th>เพื่อ</th><th>สถานะ</th><th>ส่งต่อเมื่อ</th><th>รับเมื่อ</th><th>เลขรับหน่วยงาน</th><th>บันทึก</th></tr>${lines.join('\n')}</table></div>`;
}

function historyPart(row: LetterRow, agency: Clockwork): string {
  if (row.history.length === 0) return '';
  const lines = row.history.map(
    act =>
      `<tr><td class="number">${html(timeText(new Date(act.at), agency))}</td><td>${html(ACT_WORDS[act.kind] ?? act.kind)}</td><td>${html(act.by ?? '')}</td><td><code>${html(JSON.stringify(act.detail))}</code></td></tr>`,
  );
  return `<h2>ประวัติ <span class="en">History</span></h2><div class="paper"><table><tr><th>เวลา</th><th>การกระทำ</th><th>โดย</th><th>รายละเอียด</th></tr>${lines.join('\n')}</table></div>`;
}
