/**
 * The only door to nodemailer: composing the bytes of a mail, and one SMTP delivery of bytes already composed.
 * compose.ts and the couriers come through here.
 */
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection, { type SMTPConnectionAuth, type SMTPEnvelope } from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import type { Delivery, Gate, Outgoing } from './courier.ts';

export interface MailToCompose {
  from: { name: string; address: string };
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** Shown inside the HTML as cid:<contentId>. */
  images: { contentId: string; name: string; contentType: string; content: Buffer }[];
  parts: { name: string; contentType: string; content: Buffer }[];
  /** With angle brackets. */
  messageId: string;
  date: Date;
  inReplyTo: string | null;
  references: string[];
  headers: Record<string, string>;
  /** The same seed gives the same boundaries, so that composing again gives the same bytes. */
  seed: string;
}

/** Composes a mail: 7-bit bytes with CRLF line ends, no Bcc, nothing fetched from anywhere. */
export async function composeMail(mail: MailToCompose): Promise<Buffer> {
  const composer = new MailComposer({
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    attachments: [
      ...mail.images.map(image => ({
        filename: image.name,
        contentType: image.contentType,
        content: image.content,
        cid: image.contentId,
        contentDisposition: 'inline',
      })),
      ...mail.parts.map(part => ({ filename: part.name, contentType: part.contentType, content: part.content })),
    ],
    messageId: mail.messageId,
    date: mail.date,
    ...(mail.inReplyTo === null ? {} : { inReplyTo: mail.inReplyTo }),
    ...(mail.references.length === 0 ? {} : { references: mail.references }),
    headers: mail.headers,
    textEncoding: 'B',
    newline: 'win',
    baseBoundary: mail.seed,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}

export interface SmtpTarget {
  host: string;
  port: number;
  /** TLS from the first byte (smtps). */
  secure: boolean;
  /** Our name in EHLO. */
  name: string;
  /** The name its certificate should be for. */
  serverName: string;
  /** False for direct delivery: mail servers' certificates are rarely right, and an encrypted letter to whoever answers is better than a plain one (RFC 7435). */
  checkCertificate: boolean;
  /** Whether to break off when the server offers no STARTTLS: a password must not go in clear. */
  requireTls?: boolean;
  /** An access token is signed in with by XOAUTH2. */
  login: { user: string; password: string } | { user: string; accessToken: string } | null;
}

export interface SmtpPatience {
  connectMs: number;
  greetingMs: number;
  /** Silence on the line. */
  idleMs: number;
  /** The whole delivery, from connecting to the reply. */
  totalMs: number;
}

// RFC 5321 section 4.5.3.2 asks for minutes. A job may take ten in all; a relay that needs more than these is tried again later.
export const PATIENCE: SmtpPatience = { connectMs: 15_000, greetingMs: 30_000, idleMs: 120_000, totalMs: 300_000 };

/**
 * Delivers one mail to one recipient. The bytes are streamed; when the last of them is out, `gate` is asked, and only when it says yes
 * is the final dot written. So a crash before the gate leaves a mail that was surely not taken, and only a crash (or a silence) after it leaves doubt.
 * @returns never throws for what the network or the server does; throws what `gate` throws, after breaking off without the dot
 */
export async function deliverBySmtp(target: SmtpTarget, mail: Outgoing, gate: Gate, patience: SmtpPatience = PATIENCE): Promise<Delivery> {
  const connection = connectionTo(target, patience);
  const state: Passage = { passed: false, shut: false, gateError: null, alive: true, asking: null };
  try {
    return await new Promise<Delivery>((resolve, reject) => {
      const timer = setTimeout(() => settle(new Error(`no answer within ${patience.totalMs / 1000} s`)), patience.totalMs);
      const settle = async (result: SmtpFailure | { sent: string }) => {
        if (!state.alive) return;
        state.alive = false;
        clearTimeout(timer);
        // A gate that is just being asked must not open behind our back: the generator looks at `alive` again before it ends.
        await state.asking;
        if (!(result instanceof Error)) resolve({ outcome: 'sent', reply: result.sent.slice(0, 500) });
        else if (state.gateError !== null) reject(state.gateError);
        else resolve(judge(result, state));
      };
      connection.on('error', settle);
      connection.on('end', () => settle(new Error('connection closed')));
      const send = () => {
        const bytes = Readable.from(gated(mail.open(), gate, state), { objectMode: false });
        connection.send(envelopeOf(mail), bytes, (error, info) => settle(error ?? { sent: info.response }));
      };
      connection.connect(error => {
        if (error) settle(error);
        else if (target.login === null) send();
        else if (!connection.allowsAuth) settle(new Error('the relay offers no AUTH, but a user is set'));
        // A wrong password is our own fault, and no code of its answer is about the mail: it waits until the password is put right.
        else connection.login(authOf(target.login), failure => (failure ? settle(failure) : send()));
      });
    });
  } finally {
    // In the middle of DATA a QUIT would be taken for text, so only a finished session is ended with it.
    if (state.passed && connection.stage === 'connected') connection.quit();
    else connection.close();
    setTimeout(() => connection.close(), 1_000).unref();
  }
}

function connectionTo(target: SmtpTarget, patience: SmtpPatience): SMTPConnection {
  return new SMTPConnection({
    host: target.host,
    port: target.port,
    secure: target.secure,
    name: target.name,
    ...(target.serverName === '' ? {} : { servername: target.serverName }),
    opportunisticTLS: !target.checkCertificate,
    requireTLS: target.requireTls === true,
    tls: { rejectUnauthorized: target.checkCertificate, ...(target.serverName === '' ? {} : { servername: target.serverName }) },
    connectionTimeout: patience.connectMs,
    greetingTimeout: patience.greetingMs,
    socketTimeout: patience.idleMs,
    logger: false,
  });
}

function authOf(login: NonNullable<SmtpTarget['login']>): SMTPConnectionAuth {
  const { user } = login;
  if ('password' in login) return { user, credentials: { user, pass: login.password } };
  return { user, method: 'XOAUTH2', oauth2: new XOAuth2({ user, accessToken: login.accessToken }) };
}

/** Connects and signs in, and sends nothing: whether a mail could go this way. @returns what is wrong in the server's words, null when nothing is */
export async function trySmtp(target: SmtpTarget, patience: SmtpPatience = PATIENCE): Promise<string | null> {
  const connection = connectionTo(target, patience);
  try {
    return await new Promise<string | null>(resolve => {
      const timer = setTimeout(() => settle('no answer in time'), patience.connectMs + patience.greetingMs);
      const settle = (problem: string | null) => {
        clearTimeout(timer);
        resolve(problem);
      };
      connection.on('error', error => settle(words(error)));
      connection.on('end', () => settle('connection closed'));
      connection.connect(error => {
        if (error) settle(words(error));
        else if (target.login === null) settle(null);
        else if (!connection.allowsAuth) settle('the server offers no AUTH');
        else connection.login(authOf(target.login), failure => settle(failure ? words(failure) : null));
      });
    });
  } finally {
    connection.quit();
    setTimeout(() => connection.close(), 1_000).unref();
  }
}

function envelopeOf(mail: Outgoing): SMTPEnvelope {
  const envelope: SMTPEnvelope = { from: mail.envelopeFrom, to: [mail.recipient], size: mail.size };
  if (mail.dsn !== null)
    envelope.dsn = { ret: 'HDRS', envid: mail.dsn.envelopeId, notify: ['FAILURE', 'DELAY'], recipient: mail.recipient };
  return envelope;
}

interface Passage {
  passed: boolean;
  shut: boolean;
  gateError: unknown;
  alive: boolean;
  asking: Promise<unknown> | null;
}

/** The bytes, and then the wait for the gate: the stream ends, and nodemailer writes the dot, only when it opened. */
async function* gated(bytes: Readable, gate: Gate, state: Passage): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) yield chunk as Buffer;
  if (!state.alive) throw new Error('the connection broke before the last byte');
  const answer = gate().then(
    open => {
      state.shut = !open;
      return open;
    },
    error => {
      state.gateError = error;
      throw error;
    },
  );
  state.asking = answer.catch(() => {});
  if (!(await answer)) throw new Error('the mail was settled meanwhile');
  if (!state.alive) throw new Error('the connection broke before the last byte');
  state.passed = true;
}

interface SmtpFailure extends Error {
  code?: string;
  response?: string | undefined;
  responseCode?: number | undefined;
  permanent?: boolean | undefined;
}

/** What an error means for the mail. Which mistake is worse: taking a mail for not sent that was (two acknowledgements); so after the gate only the server's own answer to the dot counts. */
function judge(error: SmtpFailure, state: Passage): Delivery {
  const reply = words(error);
  if (state.shut) return { outcome: 'shut' };
  const answered = error.code === 'EMESSAGE' && error.responseCode !== undefined;
  if (state.passed && !answered) return { outcome: 'unknown', reply };
  // A refusal of the sender, the recipient or the message is for good; a refusal of the connection or the greeting is not about this mail.
  const aboutTheMail = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  const forGood = error.permanent === true || (error.responseCode === undefined && aboutTheMail);
  // 530, 534, 535, 538: the relay wants to know who we are (RFC 4954), which is a matter of our settings.
  if (error.responseCode !== undefined && [530, 534, 535, 538].includes(error.responseCode)) return { outcome: 'deferred', reply };
  return { outcome: aboutTheMail && forGood ? 'failed' : 'deferred', reply };
}

function words(error: SmtpFailure): string {
  return (error.response ?? error.message).replace(/\s+/g, ' ').trim().slice(0, 500);
}
