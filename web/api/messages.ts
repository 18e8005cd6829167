/**
 * Messages as received, over the API: letters, notices, held ones, duplicates; and their bytes.
 */

import { may } from '../../register/access.ts';
import { dismissHeld, enterHeld } from '../../register/act/held.ts';
import { openedEntry } from '../../register/act/open.ts';
import { insertAct } from '../../register/act/queries.ts';
import { inAgency } from '../../register/db/transaction.ts';
import { readCursor } from '../../register/look/cursor.ts';
import { getMessage, listHeld, listMessages, listNotices, type MessagePage } from '../../register/look/messages.ts';
import type { Officer } from '../../register/officer.ts';
import type { Call, Reply } from './operation.ts';
import { doneOrProblem, Problem } from './problem.ts';
import { badCursor, readId } from './request.ts';
import { heldShape, messageShape } from './shape.ts';

export async function messagesOperation({ context, officer, query }: Call<'messages', 'Nothing'>): Promise<Reply> {
  const page = await listMessages(context.db, officer, {
    ...pageFilter(query),
    ...(query.sha256 === undefined ? {} : { sha256: query.sha256.toLowerCase() }),
    ...(query.to === undefined ? {} : { to: query.to }),
    ...(query.messageId === undefined ? {} : { messageId: query.messageId }),
  });
  return { kind: 'json', body: { items: page.items.map(messageShape), next: page.next } };
}

export async function messageOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const message = await getMessage(context.db, officer, readId(places.id));
  if (message === null) throw new Problem('not-found');
  return { kind: 'json', body: messageShape(message) };
}

/** The exact bytes. The opening is logged before the first byte goes out (I10). */
export async function rawOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const message = await getMessage(context.db, officer, readId(places.id));
  if (message === null) throw new Problem('not-found');
  if (message.entryId !== null) doneOrProblem(await openedEntry(context, officer, { entryId: message.entryId, what: 'raw' }));
  else {
    // Held ones and notices have no entry to hang the opening on; the message is named instead.
    const detail = { what: 'raw', messageId: message.id };
    await inAgency(context.db, officer.agencyId, officer, tx =>
      insertAct(tx, officer, context.now(), { register: 'receive', kind: 'opened', detail }),
    );
  }
  return {
    kind: 'bytes',
    contentType: 'message/rfc822',
    fileName: `message-${message.id}.eml`,
    size: message.size,
    sha256: message.sha256,
    stream: context.store.stream(message.sha256),
  };
}

export async function noticesOperation({ context, officer, query }: Call<'pages', 'Nothing'>): Promise<Reply> {
  allowed(officer);
  return pageOf(await listNotices(context.db, officer, pageFilter(query)), messageShape);
}

export async function heldOperation({ context, officer, query }: Call<'pages', 'Nothing'>): Promise<Reply> {
  allowed(officer);
  return pageOf(await listHeld(context.db, officer, { state: 'waiting', ...pageFilter(query) }), heldShape);
}

export async function enterHeldOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const { entryId, register, number, year } = doneOrProblem(await enterHeld(context, officer, { messageId: readId(places.id) }));
  return { kind: 'json', body: { entryId, register, number, year } };
}

export async function dismissHeldOperation({ context, officer, places, body }: Call<'none', 'Dismiss'>): Promise<Reply> {
  const messageId = readId(places.id);
  doneOrProblem(await dismissHeld(context, officer, { messageId, reason: body.reason }));
  const message = await getMessage(context.db, officer, messageId);
  if (message === null) throw new Problem('not-found');
  return { kind: 'json', body: messageShape(message) };
}

function allowed(officer: Officer): void {
  if (!may(officer, 'see-notices')) throw new Problem('forbidden');
}

/** A cursor that is none would begin at the top again, and a client would read in a circle for ever. */
function pageFilter(query: { limit: number; cursor?: string | undefined }): { limit: number; cursor?: string } {
  if (query.cursor !== undefined && readCursor(query.cursor) === null) throw badCursor();
  return { limit: query.limit, ...(query.cursor === undefined ? {} : { cursor: query.cursor }) };
}

function pageOf<T>(page: MessagePage, shape: (row: MessagePage['items'][number]) => T): Reply {
  return { kind: 'json', body: { items: page.items.map(shape), next: page.next } };
}
