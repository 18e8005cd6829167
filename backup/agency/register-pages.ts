/** The registers of an archive as pages: the contents, and each book in pages of five hundred numbers, as the lines of form 13 or 14. */
import { type Clockwork, dayText, timeText } from './dates.ts';
import type { BookRow, LetterRow } from './letter-queries.ts';
import { both, html, linkTo, page } from './page.ts';
import { masked, NUMBER_WORDS, REGISTER_WORDS, ROUTE_WORDS, STATE_WORDS } from './words.ts';

export const ROWS_A_PAGE = 500;

/** The page that holds `number`. */
export function registerPagePath(book: Pick<BookRow, 'register' | 'year'>, number: number): string {
  const first = Math.floor((number - 1) / ROWS_A_PAGE) * ROWS_A_PAGE + 1;
  return `registers/${book.register}-${book.year}-${String(first).padStart(6, '0')}.html`;
}

const DEPTH = 1;

/** @param rows - those of one page, in the order of their numbers */
export function registerPage(book: BookRow, rows: LetterRow[], agency: Clockwork & { nameTh: string }): string {
  const words = REGISTER_WORDS[book.register] ?? { th: book.register, en: book.register };
  const first = rows[0]?.number ?? 1;
  const lines = rows.map(row => {
    const subject = row.open
      ? `<a href="${linkTo(`${row.folder}/index.html`, DEPTH)}">${html(row.subject || '(ไม่มีเรื่อง)')}</a>`
      : html(masked(row));
    const action = row.routes.map(route => `${route.unit} (${ROUTE_WORDS[route.state] ?? route.state})`).join(', ');
    const note = [STATE_WORDS[row.state] ?? row.state, row.stateReason, row.remark].filter(text => text !== '').join(' · ');
    return `<tr${row.state === 'cancelled' ? ' class="cancelled"' : ''}><td class="number">${row.number}/${row.year}</td><td>${html(row.letterNumber)}</td><td class="number">${row.letterDate === null ? '' : dayText(row.letterDate, agency)}</td><td>${html(row.fromAgency || row.fromName || row.fromAddress)}</td><td>${html(row.addressee || row.to.join(', '))}</td><td>${subject}</td><td>${html(action)}</td><td class="number">${html(timeText(row.enteredAt, agency))}</td><td class="note">${html(note)}</td></tr>`;
  });
  const pages: string[] = [];
  for (let start = 1; start <= book.last; start += ROWS_A_PAGE) {
    const label = `${start}–${Math.min(start + ROWS_A_PAGE - 1, book.last)}`;
    pages.push(start === first ? `<b>${label}</b>` : `<a href="${linkTo(registerPagePath(book, start), DEPTH)}">${label}</a>`);
  }
  const body = `<nav><a href="${linkTo('index.html', DEPTH)}">สารบัญ <span class="en">Contents</span></a></nav>
<header><p class="soft">${html(agency.nameTh)}</p><h1>${both(words)} พ.ศ. ${book.year}</h1></header>
${pages.length > 1 ? `<p class="pages">${pages.join(' ')}</p>` : ''}
<div class="paper"><table class="book"><tr><th>${html(NUMBER_WORDS[book.register] ?? '')}</th><th>ที่</th><th>ลงวันที่</th><th>จาก</th><th>ถึง</th><th>เรื่อง</th><th>การปฏิบัติ</th><th>ลงทะเบียนเมื่อ</th><th>สถานะ/หมายเหตุ</th></tr>
${lines.join('\n')}
</table></div>`;
  return page(`${words.th} ${book.year}`, agency.calendar === 'buddhist' ? body : body.replace(' พ.ศ. ', ' '), DEPTH);
}

export interface Contents {
  agency: Clockwork & { nameTh: string; nameEn: string; code: string; addresses: string[] };
  title: { th: string; en: string };
  /** Paragraphs, HTML. */
  about: string[];
  books: BookRow[];
  /** Further lists, each with links to files of the archive. */
  lists: { title: { th: string; en: string }; links: { path: string; label: string }[] }[];
}

export function contentsPage(contents: Contents): string {
  const { agency, books } = contents;
  const rows = books.map(book => {
    const words = REGISTER_WORDS[book.register] ?? { th: book.register, en: book.register };
    const base = `registers/${book.register}-${book.year}`;
    return `<tr><td><a href="${linkTo(registerPagePath(book, 1), 0)}">${both(words)}</a></td><td class="number">${book.year}</td><td class="count">${book.entries.toLocaleString('en')}</td><td class="count">${book.last.toLocaleString('en')}</td><td><a href="${linkTo(`${base}.csv`, 0)}">CSV</a></td></tr>`;
  });
  const body = `<header><h1>${both(contents.title)}</h1><p>${html(agency.nameTh)} <span class="en">${html(agency.nameEn)}</span> · ${html(agency.code)} · ${html(agency.addresses.join(', '))}</p></header>
${contents.about.map(text => `<p>${text}</p>`).join('\n')}
<h2>ทะเบียน <span class="en">Registers</span></h2>
<div class="paper"><table><tr><th>ทะเบียน <span class="en">register</span></th><th>ปี <span class="en">year</span></th><th>รายการ <span class="en">entries</span></th><th>เลขสุดท้าย <span class="en">last number</span></th><th>ไฟล์ <span class="en">file</span></th></tr>
${rows.join('\n') || '<tr><td colspan="5">ยังไม่มีรายการ <span class="en">No entry yet</span></td></tr>'}
</table></div>
${contents.lists
  .filter(list => list.links.length > 0)
  .map(
    list =>
      `<h2>${both(list.title)}</h2><div class="paper"><table>${list.links.map(link => `<tr><td><a href="${linkTo(link.path, 0)}">${html(link.label)}</a></td></tr>`).join('\n')}</table></div>`,
  )
  .join('\n')}`;
  return page(`${contents.title.th} ${agency.nameTh}`, body, 0);
}
