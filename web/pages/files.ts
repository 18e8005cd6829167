/**
 * The bytes of letters: attachments, the original, the mail's HTML in its frame. Every door logs the opening (I10) before it hands anything out,
 * and hands out a stranger's file: as a download, or shown inside our page with nothing in it allowed to act.
 */
import { pipeline } from 'node:stream/promises';
import { openedEntry } from '../../register/act/open.ts';
import { isId } from '../../register/checks.ts';
import { getAttachment, getEntry } from '../../register/look/entry.ts';
import type { AttachmentRow } from '../../register/look/entry-row.ts';
import type { Store } from '../../register/store/folder.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, textField } from '../http.ts';
import type { PageContext } from '../page.ts';
import { MAIL_POLICY, mailPage, safeMail } from '../safe-html.ts';
import { strangersFileHeaders } from '../security.ts';
import type { SignedIn } from '../visit.ts';
import { kindOf, nameOf } from './parts.ts';

const SHUT = "default-src 'none'; sandbox";
// Chromium's own viewer does not start in a sandboxed frame. It keeps a PDF's script away from our page by itself; this policy says that nothing
// else may come from the answer.
const PDF =
  "default-src 'none'; object-src 'self'; plugin-types application/pdf; style-src 'unsafe-inline'; img-src data: blob:; frame-ancestors 'self'";
const PICTURE = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";
const TEXT = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";
// Longer mails are cut: cleaning them would stop the whole process for seconds.
const LONGEST_HTML = 2_000_000;

export async function attachmentFile(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const [entryId, attachmentId] = [textField(request.params, 'id'), textField(request.params, 'attachment')];
  const file = isId(entryId) && isId(attachmentId) ? await getAttachment(context.db, visit.officer, entryId, attachmentId) : null;
  if (file === null || !(await opened(context, visit, { entryId, what: 'attachment', attachmentId })))
    sendNotFound(context, request, response);
  else await sendFile(context.store, request, response, file);
}

/** One file of a message, shown or downloaded; whoever calls has checked that it may be seen. */
export async function sendFile(store: Store, request: Request, response: Response, file: AttachmentRow): Promise<void> {
  await mustBeThere(store, file.sha256);
  const kind = kindOf(file);
  const download = kind === 'other' || textField(request.query, 'download') !== '';
  strangersFileHeaders(response, download ? SHUT : kind === 'pdf' ? PDF : kind === 'picture' ? PICTURE : TEXT);
  response.setHeader('Content-Type', download ? downloadType(file) : shownType(file, kind));
  response.setHeader('Content-Disposition', disposition(download ? 'attachment' : 'inline', nameOf(file)));
  response.setHeader('Content-Length', file.size);
  await pipeline(store.stream(file.sha256), response).catch(leftEarly);
}

export async function originalFile(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const entryId = textField(request.params, 'id');
  const entry = isId(entryId) ? await getEntry(context.db, visit.officer, entryId) : null;
  if (entry === null || entry.message === null || !(await opened(context, visit, { entryId, what: 'raw' })))
    sendNotFound(context, request, response);
  else await sendOriginal(context.store, response, entry.message, `${entry.number}-${entry.year}.eml`);
}

export async function sendOriginal(
  store: Store,
  response: Response,
  original: { sha256: string; size: number },
  name: string,
): Promise<void> {
  await mustBeThere(store, original.sha256);
  strangersFileHeaders(response, SHUT);
  response.setHeader('Content-Type', 'message/rfc822');
  response.setHeader('Content-Disposition', disposition('attachment', name));
  response.setHeader('Content-Length', original.size);
  await pipeline(store.stream(original.sha256), response).catch(leftEarly);
}

/** The mail as its writer designed it, for the frame on the letter's page. The page itself logged the opening. */
export async function mailFrame(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const entryId = textField(request.params, 'id');
  const entry = isId(entryId) ? await getEntry(context.db, visit.officer, entryId) : null;
  if (entry === null || entry.html === null) sendNotFound(context, request, response);
  else sendMailHtml(response, visit, entry.html, entry.attachments, file => `/entries/${entryId}/attachments/${file.id}`);
}

export function sendMailHtml(
  response: Response,
  visit: SignedIn,
  html: string,
  attachments: AttachmentRow[],
  address: (file: AttachmentRow) => string,
): void {
  const mail = safeMail(html.slice(0, LONGEST_HTML), contentId => {
    const file = attachments.find(one => one.contentId === contentId && kindOf(one) === 'picture');
    return file === undefined ? null : address(file);
  });
  strangersFileHeaders(response, MAIL_POLICY);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(mailPage(mail, mail.remote === 0 ? '' : visit.text.entry.remote(String(mail.remote)), visit.language));
}

/** A blob that is missing is a broken register, and must be said before the first header is sent. */
async function mustBeThere(store: Store, sha256: string): Promise<void> {
  if ((await store.size(sha256)) === null) throw new Error(`the blob ${sha256} is missing`);
}

/** The first bytes of a blob, for looking at the original. */
export async function firstBytes(store: Store, sha256: string, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.stream(sha256, { start: 0, end: most - 1 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function opened(
  context: PageContext,
  visit: SignedIn,
  input: { entryId: string; what: 'raw' | 'attachment'; attachmentId?: string },
): Promise<boolean> {
  return (await openedEntry(context, visit.officer, input)).outcome === 'done';
}

function shownType(file: AttachmentRow, kind: 'pdf' | 'picture' | 'text' | 'other'): string {
  if (kind === 'pdf') return 'application/pdf';
  if (kind === 'text') return `text/plain; charset=${/^[\w-]{1,30}$/.test(file.charset ?? '') ? file.charset : 'utf-8'}`;
  return file.contentType;
}

// A type of a stranger's making could make a browser do something with it; what is well formed and cannot act keeps its name.
function downloadType(file: AttachmentRow): string {
  return /^(application|image|audio|video|text)\/[\w.+-]{1,100}$/.test(file.contentType) && !/html|xml|svg|script/i.test(file.contentType)
    ? file.contentType
    : 'application/octet-stream';
}

/** RFC 6266: an ASCII name for old programs, the real one in RFC 8187's form. Nothing in it can end the header or name a folder. */
export function disposition(kind: 'attachment' | 'inline', name: string): string {
  const safe = name
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^\.+/, '_')
    .toWellFormed()
    .slice(0, 180);
  const ascii = safe.replace(/[^\x20-\x7e]/g, '_').replaceAll('%', '_');
  const extended = encodeURIComponent(safe.toWellFormed() || 'file').replace(
    /['()*!]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii || 'file'}"; filename*=UTF-8''${extended}`;
}

/** Whoever closes the page while a file is coming is no fault of ours. */
export function leftEarly(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
}
