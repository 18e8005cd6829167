/** For tests beside this file and in gateway/acknowledge: letters entered as the gateway enters them, and a real SMTP server that behaves badly on demand. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import type { InboundMessage } from '../../register/enter.ts';
import { createWriter } from '../../register/one-writer.ts';
import type { FreshDatabase } from '../../test/database/fresh.ts';
import type { GatewayContext } from './context.ts';

export const NOW = new Date('2026-11-22T03:00:00.000Z');

export function contextOf(fresh: FreshDatabase, change: Partial<GatewayContext> = {}): GatewayContext {
  return {
    db: fresh.db,
    jobs: fresh.jobs,
    store: fresh.store,
    now: () => NOW,
    settings: {
      webUrl: 'https://saraban.agency.example',
      relay: { kind: 'capture' },
      dns: [],
      data: fresh.folder,
      timeZone: 'Asia/Bangkok',
    },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    ...change,
  };
}

export interface LetterOptions {
  head?: string;
  body?: string;
  envelopeFrom?: string;
  trust?: { envelopeAuthenticated?: boolean; known?: boolean };
  reading?: 'waiting' | 'done' | 'failed';
  attachments?: { name: string; contentType: string; content: Buffer; role?: 'body' | 'attachment' | 'inline' | 'container' }[];
  to?: string;
  disposition?: 'letter' | 'notice';
  headerMessageId?: string;
  subject?: string;
  secrecy?: string;
}

/** Enters a letter (or takes a notice) and writes what reading would have found. */
export async function enterLetter(
  fresh: FreshDatabase,
  agencyId: number,
  options: LetterOptions = {},
): Promise<{ entryId: string; messageId: string; number: number; sha256: string }> {
  const messageId = options.headerMessageId ?? `<${randomUUID()}@sender.example>`;
  const head =
    options.head ?? `From: Somchai <somchai@sender.example>\r\nTo: saraban@agency.example\r\nSubject: test\r\nMessage-ID: ${messageId}\r\n`;
  const raw = Buffer.from(`${head}\r\n${options.body ?? `letter ${randomUUID()}`}\r\n`);
  const { sha256, size } = await fresh.store.put(raw);
  const message: InboundMessage = {
    id: randomUUID(),
    sha256,
    size,
    receivedAt: NOW,
    envelopeFrom: options.envelopeFrom ?? 'somchai@sender.example',
    peer: { address: '127.0.0.1', name: '', helo: 'sender.example', protocol: 'ESMTP', tls: null },
    headerMessageId: messageId,
    subject: options.subject ?? 'ขอเชิญประชุม',
    fromName: 'สมชาย ใจดี',
    fromAddress: 'somchai@sender.example',
    urgency: 'normal',
    secrecy: options.secrecy ?? 'normal',
    notes: [],
    trust: options.trust ?? { known: true, envelopeAuthenticated: false },
    addressees: [
      {
        agencyId,
        addresses: [options.to ?? 'saraban@agency.example'],
        judgement: options.disposition === 'notice' ? { disposition: 'notice', why: 'null-return-path' } : { disposition: 'letter' },
      },
    ],
  };
  const [entered] = await createWriter(fresh.db, fresh.jobs, () => NOW).enter(message);
  const found = entered?.outcome === 'entered' ? { entryId: entered.entryId, number: entered.number } : { entryId: '', number: 0 };
  const parts = await Promise.all((options.attachments ?? []).map(async part => ({ ...part, ...(await fresh.store.put(part.content)) })));
  await inAgency(fresh.db, agencyId, THE_APPLIANCE, async tx => {
    for (const [index, part] of parts.entries()) {
      await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (${agencyId}, decode(${part.sha256}, 'hex'), ${part.size}) ON CONFLICT DO NOTHING`;
      await tx`
        INSERT INTO attachment (agency_id, id, message_id, path, role, name, content_type, size, sha256, origin)
        VALUES (${agencyId}, ${randomUUID()}, ${message.id}, ${String(index + 1)}, ${part.role ?? 'attachment'}, ${part.name}, ${part.contentType}, ${part.size},
                decode(${part.sha256}, 'hex'), 'mime')`;
    }
    await tx`UPDATE message SET reading = ${options.reading ?? 'done'} WHERE id = ${message.id}`;
  });
  return { ...found, messageId: message.id, sha256 };
}

export interface MailState {
  id: string;
  kind: string;
  state: string;
  attempts: number;
  reply: string;
  recipient: string;
  envelopeFrom: string;
  sha256: string;
  token: string;
  headerMessageId: string;
  entryId: string | null;
}

export async function mailsOf(fresh: FreshDatabase, entryId: string): Promise<MailState[]> {
  return await fresh.owner<MailState[]>`
    SELECT id, kind, state, attempts, reply, recipient, envelope_from AS "envelopeFrom", encode(sha256, 'hex') AS sha256, token, header_message_id AS "headerMessageId",
           entry_id AS "entryId"
    FROM mail WHERE entry_id = ${entryId} ORDER BY queued_at, id`;
}

export async function acknowledgementOf(
  fresh: FreshDatabase,
  entryId: string,
): Promise<{ state: string; reason: string; mailId: string | null; sentAt: Date | null }> {
  const [row] = await fresh.owner<{ state: string; reason: string; mailId: string | null; sentAt: Date | null }[]>`
    SELECT state, reason, mail_id AS "mailId", sent_at AS "sentAt" FROM acknowledgement WHERE entry_id = ${entryId}`;
  if (row === undefined) throw new Error('no acknowledgement');
  return row;
}

export async function actsOf(fresh: FreshDatabase, entryId: string): Promise<string[]> {
  return (await fresh.owner<{ kind: string }[]>`SELECT kind FROM act WHERE entry_id = ${entryId} ORDER BY ordinal`).map(row => row.kind);
}

/** As register/act/acknowledge.ts does when an officer presses. */
export async function press(fresh: FreshDatabase, agencyId: number, entryId: string): Promise<void> {
  await inAgency(
    fresh.db,
    agencyId,
    THE_APPLIANCE,
    tx => tx`UPDATE acknowledgement SET state = 'waiting', reason = 'officer' WHERE entry_id = ${entryId}`,
  );
}

export interface Received {
  from: string;
  to: string[];
  bytes: Buffer;
  secure: boolean;
  user: string;
}

export type SinkMood =
  | 'accept'
  | { atRecipient: number }
  | { atData: number }
  /** Takes everything up to the final dot, and hangs up instead of answering. */
  | 'hang-up-after-dot'
  /** Takes everything up to the final dot, and never answers. */
  | 'silent-after-dot'
  | 'silent-greeting';

export interface Sink {
  url: string;
  port: number;
  mood: SinkMood;
  received: Received[];
  /** Messages whose final dot came, answered or not. */
  dots: number;
  close(): Promise<void>;
}

export async function openSink(
  options: { tls?: { key: string; cert: string }; login?: { user: string; password: string } } = {},
): Promise<Sink> {
  const sockets = new Set<{ destroy(): void }>();
  const server = new SMTPServer({
    ...(options.tls === undefined ? {} : { key: options.tls.key, cert: options.tls.cert }),
    authOptional: options.login === undefined,
    disabledCommands: [...(options.tls === undefined ? ['STARTTLS'] : []), ...(options.login === undefined ? ['AUTH'] : [])],
    onAuth(auth, _session, callback) {
      const right = auth.username === options.login?.user && auth.password === options.login?.password;
      callback(right ? null : new Error('who are you'), right ? { user: auth.username } : undefined);
    },
    logger: false,
    onConnect(_session, callback) {
      if (sink.mood !== 'silent-greeting') callback();
    },
    onRcptTo(_address, _session, callback) {
      const { mood } = sink;
      callback(typeof mood === 'object' && 'atRecipient' in mood ? refusal(mood.atRecipient) : null);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        sink.dots++;
        const { mood } = sink;
        if (mood === 'hang-up-after-dot') return hangUp();
        if (mood === 'silent-after-dot') return;
        if (typeof mood === 'object' && 'atData' in mood) return callback(refusal(mood.atData));
        const { mailFrom, rcptTo } = session.envelope;
        sink.received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(to => to.address),
          bytes: Buffer.concat(chunks),
          secure: session.secure,
          user: String(session.user ?? ''),
        });
        callback(null, 'kept');
      });
    },
  });
  server.server.on('connection', (socket: { destroy(): void }) => sockets.add(socket));
  server.on('error', () => {});
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  const sink: Sink = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mood: 'accept',
    received: [],
    dots: 0,
    async close() {
      hangUp();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
  return sink;
}

function refusal(code: number): Error {
  return Object.assign(new Error(`${code < 500 ? '4.7.1 not now' : '5.1.1 no such user'}`), { responseCode: code });
}
