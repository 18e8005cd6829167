/** The sealed books of numbers: make one, print it, see what became of each slip, declare slips void, settle the book when the outage is over. */
import { may } from '../../register/access.ts';
import type { Fault } from '../../register/officer.ts';
import { type BookRow, type BookToPrint, bookName, getBook, listBooks, makeBook, settleBook, voidSlip } from '../../register/paper/book.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { formatOf, goTo } from '../page.ts';
import { officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { formData, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

interface Again {
  faults?: Fault[];
  problem?: string;
  status?: number;
  slips?: string;
}

export function bookRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/books',
    pageFor(context, 'see-books', (request, response, visit) => showBooks(context, request, response, visit, {})),
  );
  router.post(
    '/settings/books',
    pageFor(context, 'manage-books', async (request, response, visit) => {
      const typed = textField(request.body, 'slips').trim();
      const slips = /^\d{1,4}$/.test(typed) ? Number(typed) : Number.NaN;
      const outcome = await makeBook(context, visit.officer, { slips }, book => printBook(context, visit, book));
      if (outcome.outcome === 'done') goTo(request, response, `/settings/books/${outcome.bookId}?done=book-made`);
      else await showBooks(context, request, response, visit, { slips: typed, ...refusal(outcome, officeText(visit.language)) });
    }),
  );
  router.get(
    '/settings/books/:id',
    pageFor(context, 'see-books', (request, response, visit) => showBook(context, request, response, visit, {})),
  );
  router.get(
    '/settings/books/:id/book.pdf',
    pageFor(context, 'see-books', (request, response, visit) => sendBook(context, request, response, visit)),
  );
  router.post(
    '/settings/books/:id/void',
    pageFor(context, 'enter-paper', async (request, response, visit) => {
      const bookId = textField(request.params, 'id');
      const slip = Number(textField(request.body, 'slip').trim() || Number.NaN);
      const outcome = await voidSlip(context, visit.officer, { bookId, slip, reason: textField(request.body, 'reason') });
      if (outcome.outcome === 'done') goTo(request, response, `/settings/books/${bookId}?done=slip-void`);
      else await showBook(context, request, response, visit, refusal(outcome, officeText(visit.language)));
    }),
  );
  router.post(
    '/settings/books/:id/settle',
    pageFor(context, 'manage-books', async (request, response, visit) => {
      const bookId = textField(request.params, 'id');
      const outcome = await settleBook(context, visit.officer, { bookId });
      if (outcome.outcome === 'done') goTo(request, response, `/settings/books/${bookId}?done=book-settled`);
      else await showBook(context, request, response, visit, refusal(outcome, officeText(visit.language)));
    }),
  );
}

async function printBook(context: OfficeContext, visit: SignedIn, book: BookToPrint): Promise<Buffer> {
  const { agency } = visit;
  return await context.printer.numberBook({
    agency,
    bookCode: book.name,
    register: 'receive',
    year: book.year,
    slips: book.slips.map(slip => ({ number: slip.slip, code: slip.checkCode, url: `${context.settings.webUrl}/v/${slip.publicCode}` })),
    madeAt: book.madeAt,
    madeBy: book.madeBy,
    phone: agency.phone,
  });
}

async function showBooks(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const { paper } = visit.text;
  const format = formatOf(visit);
  const books = await listBooks(context.db, visit.officer);
  const fields = [{ name: 'slips', label: paper.slips, value: again.slips ?? '50', hint: paper.slipsHelp, required: true }];
  const make = may(visit.officer, 'manage-books');
  await sendOffice(context, request, response, visit, 'books', pageOf(paper.books, again), {
    books: books.map(book => ({
      href: `/settings/books/${book.id}`,
      name: format.digits(bookName(book)),
      made: `${format.moment(book.madeAt)} · ${book.madeBy}`,
      slips: format.number(book.slips),
      used: format.number(book.entered),
      left: format.number(leftOf(book)),
      open: book.settledAt === null,
      state: book.settledAt === null ? paper.open : paper.settled,
    })),
    form: make
      ? formData(visit, { action: '/settings/books', submit: paper.make, heading: paper.make, fields, faults: again.faults ?? [] })
      : null,
  });
}

async function showBook(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const found = await getBook(context.db, visit.officer, textField(request.params, 'id'));
  if (found === null) {
    sendNotFound(context, request, response);
    return;
  }
  const { paper } = visit.text;
  const { book, slips } = found;
  const format = formatOf(visit);
  const open = book.settledAt === null;
  const here = `/settings/books/${book.id}`;
  const done = paper.done[textField(request.query, 'done')] ?? '';
  const spoilt = formData(visit, {
    action: `${here}/void`,
    submit: paper.voidSubmit,
    heading: paper.voidTitle,
    two: true,
    fields: [
      { name: 'slip', label: paper.slip, value: textField(request.body, 'slip'), required: true },
      { name: 'reason', label: paper.reason, value: textField(request.body, 'reason'), required: true },
    ],
    faults: again.faults ?? [],
  });
  const settle = formData(visit, { action: `${here}/settle`, submit: paper.settle, lead: paper.settleLead, danger: true, fields: [] });
  await sendOffice(context, request, response, visit, 'book', pageOf(`${paper.name} ${format.digits(bookName(book))}`, again), {
    done,
    made: `${format.moment(book.madeAt)} · ${book.madeBy}`,
    pdf: `${here}/book.pdf`,
    enter: open && may(visit.officer, 'enter-paper') ? `/paper/new?book=${book.id}` : '',
    open,
    settledAt: book.settledAt === null ? '' : `${format.moment(book.settledAt)} · ${book.settledBy ?? ''}`,
    proof: paper.proof(
      ...([book.slips, book.entered, book.voided, leftOf(book)].map(n => format.number(n)) as [string, string, string, string]),
    ),
    spoilt: open && may(visit.officer, 'enter-paper') ? spoilt : null,
    settle: open && may(visit.officer, 'manage-books') ? settle : null,
    slips: slips.map(slip => ({
      slip: format.number(slip.slip),
      state: paper.slipStates[slip.state] ?? slip.state,
      good: slip.state === 'entered',
      unused: slip.state === 'unused',
      href: slip.entryId === null ? '' : `/entries/${slip.entryId}`,
      number:
        slip.number !== null && slip.year !== null
          ? format.registerNumber({ number: slip.number, year: slip.year, register: slip.register })
          : slip.state === 'entered'
            ? paper.hidden
            : '',
      reason: slip.reason,
      by: slip.settledAt === null ? '' : `${slip.settledBy ?? ''} · ${format.moment(slip.settledAt)}`,
    })),
  });
}

/** As it was printed: the same bytes, whenever it is asked for. */
async function sendBook(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const found = await getBook(context.db, visit.officer, textField(request.params, 'id'));
  if (found === null) {
    sendNotFound(context, request, response);
    return;
  }
  const name = `number-book-${found.book.ordinal}-${found.book.year}.pdf`;
  response.setHeader('Content-Type', 'application/pdf').setHeader('Content-Disposition', `inline; filename="${name}"`);
  response.setHeader('Cache-Control', 'private, no-store');
  response.end(await context.store.read(found.book.pdfSha256));
}

function leftOf(book: BookRow): number {
  return book.slips - book.entered - book.voided;
}

function pageOf(title: string, again: Again): { title: string; problem: string; status: number } {
  return { title, problem: again.problem ?? '', status: again.status ?? 200 };
}
