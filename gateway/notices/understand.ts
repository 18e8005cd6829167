/**
 * Works 'understand-notice': a notice was read, and is now parsed, matched with the mail of ours it is about, and acted on. Queued by
 * register/finish-reading.ts. A bounce of an acknowledgement makes that acknowledgement 'failed'; what matches nothing goes to the attention list.
 * Run twice it writes the same.
 */
import { insertAct, notifyChanged } from '../../register/act/queries.ts';
import type { JsonValue, Transaction } from '../../register/db/connect.ts';
import { storable } from '../../register/db/storable.ts';
import { inAgency } from '../../register/db/transaction.ts';
import type { Payloads } from '../../register/jobs/queues.ts';
import { decodeBytes } from '../../register/letter/charset.ts';
import { readHeaders, splitHead } from '../../register/letter/headers.ts';
import type { ReadMessage, ReadPart } from '../../register/letter/message.ts';
import type { Store } from '../../register/store/folder.ts';
import { type GatewayContext, THE_GATEWAY } from '../dispatch/context.ts';
import { lockEntryOfMail, lockMail, settleAcknowledgement, settleMail } from '../dispatch/queries.ts';
import { tokenOfAddress } from '../dispatch/token.ts';
import { matchNotice, type NoticeMatch } from './match.ts';
import type { Notice } from './notice.ts';
import { parseNotice } from './parse.ts';
import {
  type CandidateMail,
  type NoticeMessage,
  type PartRow,
  selectCandidates,
  selectNoticeMessage,
  selectParts,
  updateNotice,
} from './queries.ts';

const FALLBACK_CHARSET = 'windows-874';
const HEAD_BYTES = 256 * 1024;
// Delivery reports are small; a bounce that brings a letter of 50 MB back is understood by its beginning.
const PART_BYTES = 1024 * 1024;

export function understandNoticeHandler(context: GatewayContext): (payload: Payloads['understand-notice']) => Promise<void> {
  return async ({ agencyId, messageId }) => {
    const found = await inAgency(context.db, agencyId, THE_GATEWAY, async tx => {
      const message = await selectNoticeMessage(tx, messageId);
      return message === null || message.disposition !== 'notice' ? null : { message, parts: await selectParts(tx, messageId) };
    });
    if (found === null) return;
    const notice = await parseNotice({
      message: await asRead(context.store, found.message, found.parts),
      partText: path => textOf(context.store, found.parts, path),
      envelopeFrom: found.message.envelopeFrom,
      envelopeTo: found.message.envelopeTo,
      now: context.now(),
    });
    const matched = await inAgency(context.db, agencyId, THE_GATEWAY, tx => keep(tx, context, agencyId, found.message, notice));
    context.log.info({ agency: agencyId, message: messageId, kind: notice.kind, matched: matched?.certainty ?? null }, 'notice understood');
  };
}

async function keep(
  tx: Transaction,
  context: GatewayContext,
  agencyId: number,
  message: NoticeMessage,
  notice: Notice,
): Promise<NoticeMatch | null> {
  const now = context.now();
  const candidates = await selectCandidates(tx, { ...identities(notice, message), now });
  const match = matchNotice(
    notice,
    candidates.map(mail => ({
      id: mail.id,
      token: mail.envelopeFrom === '' ? null : mail.token,
      messageId: mail.headerMessageId,
      recipient: mail.recipient,
    })),
  );
  const mail = candidates.find(one => one.id === match?.id) ?? null;
  const failed =
    notice.kind === 'bounce' &&
    (notice.recipients.length === 0 || notice.recipients.some(recipient => recipient.action === 'failed' || recipient.action === null));
  // An address alone is no proof that this mail bounced: an officer looks.
  const sure = mail !== null && match !== null && match.certainty !== 'guess';
  if (failed && sure && mail.entryId !== null) await lockEntryOfMail(tx, mail.entryId);
  await updateNotice(tx, message.id, {
    notice: storableJson(notice),
    matched: match,
    // The pages count failed acknowledgements by themselves; a unit that was not told, or a sender who does not know of a return, is found only here.
    attention: notice.kind === 'bounce' ? !sure || mail.kind !== 'acknowledgement' : notice.kind === 'other' && match === null,
  });
  await notifyChanged(tx, agencyId);
  if (failed && sure) await settleBounced(tx, agencyId, mail, message, notice, now);
  return match;
}

async function settleBounced(
  tx: Transaction,
  agencyId: number,
  mail: CandidateMail,
  message: NoticeMessage,
  notice: Notice,
  now: Date,
): Promise<void> {
  const current = await lockMail(tx, mail.id);
  if (current === null || current.state === 'failed' || current.state === 'queued') return;
  const recipient = notice.recipients[0];
  const reply = storable([recipient?.status, recipient?.diagnostic].filter(Boolean).join(' ') || 'bounced', 500);
  await settleMail(tx, mail.id, { state: 'failed', reply, sentAt: null });
  if (mail.kind === 'acknowledgement' && mail.entryId !== null) {
    await settleAcknowledgement(tx, mail.id, mail.entryId, { state: 'failed', reason: 'bounced', sentAt: null });
  }
  await insertAct(tx, { agencyId, ...THE_GATEWAY }, now, {
    register: mail.register ?? 'office',
    entryId: mail.entryId,
    routeId: mail.routeId,
    kind: `${mail.kind}-bounced`,
    detail: {
      mailId: mail.id,
      messageId: message.id,
      recipient: mail.recipient,
      status: recipient?.status ?? null,
      hard: recipient?.hard ?? null,
    },
  });
}

/** Everything by which a notice may name a mail of ours, in the forms the rows have. */
function identities(notice: Notice, message: NoticeMessage): { tokens: string[]; messageIds: string[]; recipients: string[] } {
  const { token, envelopeId, messageId, recipients } = notice.original;
  const tokens = [token, envelopeId, ...message.envelopeTo.map(tokenOfAddress)]
    .filter(value => value !== null)
    .map(value => storable(value).toLowerCase());
  const bare = messageId === null ? null : storable(messageId.trim().replace(/^<|>$/g, ''), 1_000);
  const addresses = [...notice.recipients.map(recipient => recipient.address), ...(recipients ?? [])].filter(
    address => address !== null && address !== '',
  );
  return {
    tokens: [...new Set(tokens)].slice(0, 10),
    messageIds: bare === null ? [] : [`<${bare}>`, bare],
    recipients: [...new Set(addresses.map(address => storable(address as string, 1_000).toLowerCase()))].slice(0, 20),
  };
}

/** The message as the reader saw it, out of the rows it left; a notice that could not be read has its head alone. */
async function asRead(store: Store, message: NoticeMessage, rows: PartRow[]): Promise<ReadMessage> {
  const head = await firstBytes(store, message.sha256, HEAD_BYTES);
  const headers = readHeaders(splitHead(head).head, { fallbackCharset: FALLBACK_CHARSET });
  const paths = rows.map(row => row.path);
  return {
    headers,
    parts: rows.map(row => asPart(row, paths)),
    text: message.bodyText,
    html: message.bodyHtml,
    inner: [],
    notes: headers.notes,
  };
}

function asPart(row: PartRow, paths: string[]): ReadPart {
  const around = paths.filter(path => row.path.startsWith(`${path}.`)).sort((a, b) => b.length - a.length);
  return {
    path: row.path,
    parent: around[0] ?? null,
    depth: around.length,
    role: row.role,
    contentType: row.contentType,
    charset: row.charset,
    charsetGuessed: false,
    name: row.name === '' ? null : row.name,
    nameGuessed: false,
    nameRaw: null,
    disposition: null,
    contentId: row.contentId,
    encoding: 'binary',
    size: row.size,
    sha256: row.sha256,
    origin: row.origin,
    truncated: false,
    notes: [],
  };
}

async function textOf(store: Store, rows: PartRow[], path: string): Promise<string | null> {
  const row = rows.find(one => one.path === path);
  if (row === undefined) return null;
  const bytes = await firstBytes(store, row.sha256, PART_BYTES);
  const context = row.contentType === 'text/html' ? 'html' : 'text';
  return decodeBytes(bytes, row.charset, { fallback: FALLBACK_CHARSET, context }).text;
}

async function firstBytes(store: Store, sha256: string, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.stream(sha256, { start: 0, end: most - 1 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Strangers wrote what stands in a notice: characters the database refuses are replaced, whatever their depth. */
function storableJson(value: Notice): JsonValue {
  return JSON.parse(JSON.stringify(value, (_key, one) => (typeof one === 'string' ? storable(one) : one))) as JsonValue;
}
