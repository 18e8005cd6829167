/** One message without a number (a notice, a held mail) on a page: its parts as tabs, and its bytes. web/pages/notices.ts and held.ts put the rest around it. */
import { isId } from '../../register/checks.ts';
import type { AttachmentRow } from '../../register/look/entry-row.ts';
import { getMessage, getMessageContent, type MessageRow } from '../../register/look/messages.ts';
import { sendNotFound } from '../errors.ts';
import type { Format } from '../format.ts';
import { type Request, type Response, textField } from '../http.ts';
import type { PageContext } from '../page.ts';
import type { SignedIn } from '../visit.ts';
import type { PageHandler } from '../who.ts';
import { firstBytes, sendFile, sendMailHtml, sendOriginal } from './files.ts';
import { type Content, filePart, filesOf, htmlPart, type Part, rawPart, sealed, type Tab, tabsOf, textPart } from './parts.ts';

const RAW_SHOWN = 256 * 1024;

export interface OpenedMessage {
  row: MessageRow;
  content: Content;
}

/** A message of the wanted disposition that the officer may see, with what reading gave. */
export async function openMessage(
  context: PageContext,
  request: Request,
  visit: SignedIn,
  base: '/notices' | '/held',
): Promise<OpenedMessage | null> {
  const id = textField(request.params, 'id');
  const row = isId(id) ? await getMessage(context.db, visit.officer, id) : null;
  const fits = row !== null && (base === '/notices' ? row.disposition === 'notice' : row.heldState !== null);
  if (row === null || !fits) return null;
  const read = await getMessageContent(context.db, visit.officer, id);
  return {
    row,
    content: {
      base: `${base}/${id}`,
      attachments: read?.attachments ?? [],
      text: read?.text ?? '',
      html: read?.html ?? null,
      documents: read?.documents ?? [],
      inner: read?.inner ?? [],
      seals: read?.seals ?? [],
      fromAddress: row.fromAddress,
      reading: row.reading,
      notes: [...row.intakeNotes, ...row.readingNotes],
    },
  };
}

export async function messageParts(
  context: PageContext,
  request: Request,
  visit: SignedIn,
  format: Format,
  message: OpenedMessage,
): Promise<{ tabs: Tab[]; part: Part }> {
  const { content, row } = message;
  const tabs = tabsOf(visit, content, textField(request.query, 'part'), [{ key: 'raw', label: visit.text.entry.raw }]);
  const key = tabs.find(tab => tab.current)?.key ?? 'raw';
  const file = filesOf(content).find(one => one.id === key);
  const part =
    key === 'text'
      ? sealed(visit, format, content, textPart(visit, content))
      : key === 'html'
        ? sealed(visit, format, content, htmlPart(visit, content))
        : file !== undefined
          ? sealed(visit, format, content, filePart(visit, format, content, file))
          : rawPart(visit, format, content.base, row, await firstBytes(context.store, row.sha256, RAW_SHOWN));
  return { tabs, part };
}

/** The bytes behind such a page: 'mail' (the HTML in its frame), 'raw', 'attachment'. */
export function messageFile(context: PageContext, base: '/notices' | '/held', what: 'mail' | 'raw' | 'attachment'): PageHandler {
  return async (request: Request, response: Response, visit: SignedIn) => {
    const message = await openMessage(context, request, visit, base);
    const file = message === null || what !== 'attachment' ? undefined : wantedFile(request, message.content.attachments);
    if (message !== null && what === 'raw') await sendOriginal(context.store, response, message.row, `${message.row.id}.eml`);
    else if (message?.content.html != null && what === 'mail')
      sendMailHtml(
        response,
        visit,
        message.content.html,
        message.content.attachments,
        one => `${message.content.base}/attachments/${one.id}`,
      );
    else if (file !== undefined) await sendFile(context.store, request, response, file);
    else sendNotFound(context, request, response);
  };
}

function wantedFile(request: Request, attachments: AttachmentRow[]): AttachmentRow | undefined {
  const id = textField(request.params, 'attachment');
  return attachments.find(one => one.id === id);
}
