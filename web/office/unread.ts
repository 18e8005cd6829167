/** What could not be read, or only in part: the reason in words, and a press that has it read again. The letters are entered all the same. */
import { rereadAll, rereadMessage } from '../../register/act/reread.ts';
import { listUnread, type UnreadRow } from '../../register/look/unread.ts';
import { type Router, textField } from '../http.ts';
import { formatOf, goTo } from '../page.ts';
import { noteOf } from '../pages/parts.ts';
import { officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type OfficeContext, sendOffice } from './page.ts';

const BASE = '/settings/unread';
const ROWS = 50;
const MOST_REASONS = 5;

export function unreadRoutes(router: Router, context: OfficeContext): void {
  router.get(
    BASE,
    pageFor(context, 'reread', async (request, response, visit) => {
      const o = officeText(visit.language);
      const format = formatOf(visit);
      const failed = textField(request.query, 'only') === 'failed';
      const { items, next } = await listUnread(context.db, visit.officer, {
        failed,
        limit: ROWS,
        before: textField(request.query, 'before') || undefined,
      });
      const query = (more: Record<string, string>) => {
        const text = new URLSearchParams({ ...(failed ? { only: 'failed' } : {}), ...more }).toString();
        return text === '' ? BASE : `${BASE}?${text}`;
      };
      await sendOffice(
        context,
        request,
        response,
        visit,
        'unread',
        { title: o.unread.title },
        {
          failed,
          rows: items.map(row => ({
            id: row.id,
            href: hrefOf(row),
            name:
              row.number === null || row.year === null
                ? o.unread.withoutNumber
                : format.registerNumber({ register: row.register, number: row.number, year: row.year }),
            subject: row.subject || o.none,
            from: row.fromName || row.fromAddress || o.none,
            received: format.moment(row.receivedAt),
            state: o.unread.states[row.reading],
            tone: row.reading === 'failed' ? 'alarm' : 'warn',
            ...reasonsOf(visit, row),
          })),
          older: next === null ? '' : query({ before: next }),
        },
      );
    }),
  );
  router.post(
    BASE,
    pageFor(context, 'reread', async (request, response, visit) => {
      const messageId = textField(request.body, 'message');
      const outcome =
        messageId === ''
          ? await rereadAll(context, visit.officer, { which: textField(request.body, 'which') === 'poor' ? 'poor' : 'failed' })
          : await rereadMessage(context, visit.officer, { messageId });
      // Somebody was faster: it waits to be read, which is what was asked for.
      const queued = outcome.outcome === 'done' || outcome.outcome === 'conflict';
      goTo(request, response, queued ? `${BASE}?done=reread` : BASE);
    }),
  );
}

function hrefOf(row: UnreadRow): string {
  if (row.entryId !== null) return `/entries/${row.entryId}`;
  return row.disposition === 'held' ? `/held/${row.id}` : `/notices/${row.id}`;
}

function reasonsOf(visit: SignedIn, row: UnreadRow): { reasons: { text: string }[]; more: string } {
  const words = [...new Set(row.notes.map(note => noteOf(visit, note)))];
  const left = words.length - MOST_REASONS;
  const o = officeText(visit.language);
  return { reasons: words.slice(0, MOST_REASONS).map(text => ({ text })), more: left > 0 ? o.unread.more(String(left)) : '' };
}
