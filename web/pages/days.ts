/**
 * The closed days (I11): a month as a list, one day with its registers, its place in the chain, and its files, which come by day-files.ts.
 * What is classified is shown to appointed persons alone (I10).
 */
import { closingHourOf } from '../../register/close/due-days.ts';
import { type ClosedBook, type DayDetail, type DayFile, type DayRow, daysOfMonth, getDay, isTimestamp } from '../../register/look/days.ts';
import { sendNotFound } from '../errors.ts';
import type { Format } from '../format.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, type PageContext, sendPage } from '../page.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';

const SHORT = 12;

export async function daysPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const words = visit.text.night.days;
  const format = formatOf(visit);
  const asked = textField(request.query, 'month');
  const { month, months, days } = await daysOfMonth(context.db, visit.officer, /^\d{4}-\d\d$/.test(asked) ? asked : null);
  const at = month === null ? -1 : months.indexOf(month);
  const href = (one: string | undefined) => (one === undefined ? '' : `/days?month=${one}`);
  const classified = days.some(day => day.books.some(book => book.register.endsWith('-classified') && holdsLetters(book)));
  await sendPage(
    context,
    request,
    response,
    visit,
    'days',
    { title: words.title, current: 'days' },
    {
      month: month === null ? '' : monthWords(format, month),
      months: months.map(one => ({ value: one, label: monthWords(format, one), chosen: one === month })),
      several: months.length > 1,
      zip: month === null || days.length === 0 ? '' : `/days/${month}.zip`,
      earlier: href(months[at + 1]),
      later: at > 0 ? href(months[at - 1]) : '',
      classified,
      days: days.map(day => dayShown(context, visit, format, day)),
      emptyHour: words.emptyHour(format.digits(closingHourOf(visit.agency.settings.closingHour))),
    },
  );
}

/** 'พฤศจิกายน 2569': the long date of its first day without the day. */
function monthWords(format: Format, month: string): string {
  return format.longDay(`${month}-01`).replace(/^\S+\s+/, '');
}

function dayShown(context: PageContext, visit: SignedIn, format: Format, day: DayRow): object {
  const of = (...registers: string[]) =>
    day.books.filter(book => registers.includes(book.register)).flatMap(book => numbersOf(visit, format, book));
  const sum = (count: (book: ClosedBook) => number) => day.books.reduce((total, book) => total + count(book), 0);
  const cancelled = sum(book => book.cancelled);
  return {
    href: `/days/${day.day}`,
    ordinal: format.number(day.ordinal),
    day: format.day(day.day),
    weekday: weekdayOf(visit, day.day),
    receive: of('receive'),
    send: of('send'),
    classified: of('receive-classified', 'send-classified'),
    acts: format.number(sum(book => book.lastAct - book.firstAct + 1)),
    cancelled: cancelled === 0 ? '' : format.number(cancelled),
    seal: day.sealSha256.slice(0, SHORT),
    sealWhole: day.sealSha256,
    stamp: stampOf(context, visit, day),
  };
}

function weekdayOf(visit: SignedIn, day: string): string {
  return new Intl.DateTimeFormat(visit.language, { timeZone: 'UTC', weekday: 'long' }).format(new Date(`${day}T00:00:00Z`));
}

function holdsLetters(book: ClosedBook): boolean {
  return book.lastNumber >= book.firstNumber;
}

function numbersOf(visit: SignedIn, format: Format, book: ClosedBook): { numbers: string; count: string }[] {
  if (!holdsLetters(book)) return [];
  const words = visit.text.night.days;
  const number = (one: number) => format.digits(String(one));
  return [
    {
      numbers: words.numbers(number(book.firstNumber), number(book.lastNumber)),
      count: words.letters(format.number(book.lastNumber - book.firstNumber + 1)),
    },
  ];
}

function stampOf(context: PageContext, visit: SignedIn, day: DayRow): { label: string; tone: string } {
  const words = visit.text.night.days;
  if (day.timestamped) return { label: words.stamped, tone: 'good' };
  return typeof context.settings.timestampUrl === 'string'
    ? { label: words.stampWaiting, tone: 'warn' }
    : { label: words.stampNone, tone: 'plain' };
}

export async function dayPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const day = await getDay(context.db, visit.officer, textField(request.params, 'day'));
  if (day === null) {
    sendNotFound(context, request, response);
    return;
  }
  const words = visit.text.night.days;
  const format = formatOf(visit);
  await sendPage(
    context,
    request,
    response,
    visit,
    'day',
    { title: `${words.title} ${format.longDay(day.day)}`, current: 'days' },
    {
      heading: `${weekdayOf(visit, day.day)} ${format.longDay(day.day)}`,
      ordinal: words.one(format.number(day.ordinal)),
      closedAt: words.closedAt(`${format.date(day.closedAt)} ${format.time(day.closedAt)}`),
      stamp: stampOf(context, visit, day),
      listHref: `/days?month=${day.day.slice(0, 7)}`,
      previous: day.previous === null ? '' : `/days/${day.previous.day}`,
      next: day.next === null ? '' : `/days/${day.next.day}`,
      zip: `/days/${day.day}.zip`,
      books: booksShown(visit, format, day),
      files: inReadingOrder(day.files).map(file => fileShown(visit, format, day, file)),
      follows:
        day.previous === null || day.previousSealSha256 === null
          ? words.first
          : words.follows(format.longDay(day.previous.day), `${day.previousSealSha256.slice(0, SHORT)}…`),
      followed: day.next === null ? words.notFollowed : words.followed(format.longDay(day.next.day)),
      seal: day.sealSha256,
    },
  );
}

function booksShown(visit: SignedIn, format: Format, day: DayDetail): object[] {
  const words = visit.text.night.days;
  return day.books.map(book => {
    const acts = book.lastAct - book.firstAct + 1;
    const [numbers] = numbersOf(visit, format, book);
    return {
      register: wordOf(visit.text.night.copies.registers, book.register),
      year: book.year === 0 ? '' : format.digits(String(book.year)),
      numbers: numbers?.numbers ?? words.none,
      count: numbers?.count ?? '',
      acts: acts === 0 ? words.none : words.numbers(format.digits(String(book.firstAct)), format.digits(String(book.lastAct))),
      cancelled: book.cancelled === 0 ? '' : format.number(book.cancelled),
      head: (book.register === 'office' ? book.actHeadHash : book.headHash).slice(0, 16),
      headWhole: book.register === 'office' ? book.actHeadHash : book.headHash,
    };
  });
}

const KINDS = [/\.pdf$/, /\.xlsx$/, /^day.*\.json$/, /\.json$/];

/** What people read first; what machines check last; what is classified below everything. */
function inReadingOrder(files: DayFile[]): DayFile[] {
  const rank = (file: DayFile) => {
    const kind = KINDS.findIndex(one => one.test(file.name));
    return (file.classified ? 10 : 0) + (kind < 0 ? KINDS.length : kind);
  };
  return files.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function fileShown(visit: SignedIn, format: Format, day: DayDetail, file: DayFile): object {
  return {
    name: file.name,
    what: fileWords(visit, file),
    size: format.size(file.size),
    classified: file.classified,
    href: `/days/${day.day}/files/${file.name}`,
  };
}

/** What a file of a day is, by the name register/close-day.ts gives it; '' for one we have no words for. */
function fileWords(visit: SignedIn, file: DayFile): string {
  const words = visit.text.night.days;
  const known: Record<string, string> = words.fileWords;
  if (Object.hasOwn(known, file.name)) return known[file.name] ?? '';
  if (isTimestamp(file)) return words.timestamp;
  if (/\.pdf$/.test(file.name))
    return /^send|form-14/.test(file.name) ? words.form14 : /^receive|form-13/.test(file.name) ? words.form13 : '';
  if (/\.xlsx$/.test(file.name)) return words.sheet;
  return /\.sig(?:\.json)?$|signature/.test(file.name) ? words.signature : '';
}
