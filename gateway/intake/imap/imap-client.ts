/**
 * The only door to imapflow: one session with one folder of a mailbox elsewhere. fetch-mailbox.ts asks and takes, watch-mailbox.ts opens and waits.
 * Nothing is changed by looking: bodies are asked for with BODY.PEEK. Every command has a time limit, after which the connection is cut: a server that hangs must
 * not hold a mailbox for ever.
 */
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { Failure } from '../../../register/failure.ts';
import type { MailboxSecurity } from '../../../register/office/mailbox-queries.ts';

export interface ImapTarget {
  host: string;
  port: number;
  security: MailboxSecurity;
  login: { user: string; password: string } | { user: string; accessToken: string };
  /** Bytes of the largest letter taken; no answer of the server may be much larger. */
  maxLetter: number;
}

export interface ImapPatience {
  connectMs: number;
  /** One command, or one part of a letter. */
  commandMs: number;
}

export const IMAP_PATIENCE: ImapPatience = { connectMs: 30_000, commandMs: 90_000 };

export interface OpenedFolder {
  /** RFC 9051 section 2.3.1.1: while it stays, a UID names one mail for ever. */
  uidValidity: number;
  uidNext: number;
  exists: number;
  /** Whether the folder keeps keywords of ours. */
  keywords: boolean;
}

export interface ImapSession {
  /** The version of TLS, null for none. */
  tls: string | null;
  greeting: string;
  canIdle: boolean;
  canMove: boolean;
  open(folder: string, readOnly?: boolean): Promise<OpenedFolder>;
  /** The UIDs from `uid` on, ascending. */
  uidsFrom(uid: number): Promise<number[]>;
  /** When the server received them (INTERNALDATE). */
  arrivals(uids: number[]): Promise<Map<number, Date>>;
  /** The mail's bytes as the server gives them; null when it is there no more. @param limit - after one byte more than this it ends */
  read(uid: number, limit: number): Promise<AsyncGenerator<Buffer> | null>;
  /** Adds flags. @throws Failure `imap-refused` */
  mark(uid: number, flags: string[]): Promise<void>;
  /** Moves a mail, into a folder that is made when it is not there. @throws Failure `imap-refused` with the server's words, such as OVERQUOTA */
  move(uid: number, folder: string): Promise<void>;
  folders(): Promise<string[]>;
  /** Resolves when the folder got a mail since the last `uidsFrom`, when the time is over, when the connection broke, or at the signal. Only with `canIdle`. */
  waitForMail(ms: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

// Large enough to be quick, small enough that a hundred mailboxes fit into memory.
const PART_BYTES = 1024 * 1024;

/** Connects and signs in. @throws Failure `imap-away` (temporary) or `imap-login` (the password is wrong, or no longer right) */
export async function openImap(target: ImapTarget, patience: ImapPatience = IMAP_PATIENCE): Promise<ImapSession> {
  const said: { words: string } = { words: '' };
  const client = new ImapFlow(optionsOf(target, patience, said));
  let closed = false;
  let arrived = false;
  let wake = () => {};
  // Without a listener an error of the socket would end the process; what was asked for at that moment fails by itself.
  client.on('error', () => {});
  client.on('close', () => {
    closed = true;
    wake();
  });
  client.on('exists', ({ count, prevCount }) => {
    if (count <= prevCount) return;
    arrived = true;
    wake();
  });

  async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(away(target, `no answer to ${what} within ${ms / 1000} s`)), ms);
    });
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      // After a time-out nobody knows what the next answer belongs to.
      if (error instanceof Failure) client.close();
      throw error instanceof Failure ? error : failureOf(target, error);
    } finally {
      clearTimeout(timer);
      work.catch(() => {});
    }
  }
  const ask = <T>(what: string, work: Promise<T>) => within(patience.commandMs, what, work);

  try {
    await within(patience.connectMs, 'connecting', client.connect());
  } catch (error) {
    client.close();
    throw error;
  }

  async function part(uid: number, start: number): Promise<{ bytes: Buffer; size: number } | null> {
    const answer = await ask(
      'FETCH',
      client.fetchOne(uid, { uid: true, size: true, source: { start, maxLength: PART_BYTES } }, { uid: true }),
    );
    if (answer === false || answer.source === undefined) return null;
    if (answer.uid !== uid) throw away(target, 'the server answered for another mail than was asked for');
    return { bytes: answer.source, size: answer.size ?? 0 };
  }

  async function* parts(uid: number, first: { bytes: Buffer; size: number }, limit: number): AsyncGenerator<Buffer> {
    let { bytes } = first;
    let total = 0;
    for (;;) {
      // A server that knows no parts sends the whole at once, and would send it again.
      if (bytes.length > PART_BYTES && total > 0) throw away(target, 'the server sent more than was asked for');
      total += bytes.length;
      if (bytes.length > 0) yield bytes;
      if (total > limit || bytes.length > PART_BYTES) return;
      // A short part is the end where the size agrees; where it does not (some servers guess it), the server is asked whether there is more.
      if (bytes.length < PART_BYTES && (bytes.length === 0 || total === first.size)) return;
      const next = await part(uid, total);
      if (next === null) throw away(target, 'the mail went away while it was read');
      bytes = next.bytes;
    }
  }

  return {
    tls: client.tls === false || client.tls === undefined ? null : (client.tls.version ?? 'TLS'),
    greeting: client.greeting ?? '',
    canIdle: client.capabilities.has('IDLE'),
    canMove: client.capabilities.has('MOVE'),
    async open(folder, readOnly = false) {
      const opened = await ask('SELECT', client.mailboxOpen(folder, { readOnly }));
      const kept = opened.permanentFlags;
      return {
        uidValidity: Number(opened.uidValidity),
        uidNext: opened.uidNext,
        exists: opened.exists,
        keywords: kept === undefined || kept.has('\\*'),
      };
    },
    async uidsFrom(uid) {
      arrived = false;
      // NOOP first: a server tells of new mail only with the answer to a command.
      await ask('NOOP', client.noop());
      const found = await ask('SEARCH', client.search({ uid: `${Math.max(1, uid)}:*` }, { uid: true }));
      if (!Array.isArray(found)) throw refused(target, said.words || 'the server does not search');
      // 'n:*' holds the last mail even when its UID is below n (RFC 9051 section 9).
      return found.filter(one => one >= uid).sort((a, b) => a - b);
    },
    async arrivals(uids) {
      const found = new Map<number, Date>();
      if (uids.length === 0) return found;
      for (const one of await ask('FETCH', client.fetchAll(uids.join(','), { uid: true, internalDate: true }, { uid: true }))) {
        const at = one.internalDate === undefined ? null : new Date(one.internalDate);
        if (at !== null && !Number.isNaN(at.getTime())) found.set(one.uid, at);
      }
      return found;
    },
    async read(uid, limit) {
      const first = await part(uid, 0);
      return first === null ? null : parts(uid, first, limit);
    },
    async mark(uid, flags) {
      said.words = '';
      if (!(await ask('STORE', client.messageFlagsAdd(uid, flags, { uid: true, silent: true }))))
        throw refused(target, said.words || 'the server does not keep the mark');
    },
    async move(uid, folder) {
      said.words = '';
      if (await ask('MOVE', client.messageMove(uid, folder, { uid: true }))) return;
      const words = said.words;
      // The folder may be missing; a folder that is there already is no fault.
      await ask('CREATE', client.mailboxCreate(folder)).catch(error => {
        if (error instanceof Failure && error.code === 'imap-away') throw error;
      });
      said.words = '';
      if (!(await ask('MOVE', client.messageMove(uid, folder, { uid: true }))))
        throw refused(target, said.words || words || `cannot be moved to ${folder}`);
    },
    async folders() {
      return (await ask('LIST', client.list())).map(one => one.path);
    },
    async waitForMail(ms, signal) {
      if (arrived || closed || signal.aborted) return;
      let timer: NodeJS.Timeout | undefined;
      const told = () => wake();
      await new Promise<void>(resolve => {
        wake = resolve;
        timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', told, { once: true });
        client.idle().then(
          worked => (worked === false ? resolve() : undefined),
          () => resolve(),
        );
      });
      clearTimeout(timer);
      signal.removeEventListener('abort', told);
      wake = () => {};
    },
    async close() {
      const bye = client.logout().catch(() => {});
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([bye, new Promise(resolve => (timer = setTimeout(resolve, 2_000)))]);
      clearTimeout(timer);
      client.close();
    },
  };
}

function optionsOf(target: ImapTarget, patience: ImapPatience, said: { words: string }): ImapFlowOptions {
  const loopback = target.host === 'localhost' || target.host === '::1' || target.host.startsWith('127.');
  const { login } = target;
  // What a failed command was answered with is told to the library's log alone.
  const heard = (line: { err?: { responseText?: string; message?: string } }) => {
    if (line.err !== undefined) said.words = line.err.responseText ?? line.err.message ?? '';
  };
  return {
    host: target.host,
    port: target.port,
    secure: target.security === 'tls',
    doSTARTTLS: target.security === 'starttls',
    auth: 'password' in login ? { user: login.user, pass: login.password } : { user: login.user, accessToken: login.accessToken },
    tls: { rejectUnauthorized: !loopback },
    clientInfo: { name: 'Saraban' },
    logger: { debug: () => {}, info: () => {}, warn: heard, error: heard },
    disableAutoIdle: true,
    // Compression costs memory a connection for the whole day, and mail is mostly base64.
    disableCompression: true,
    connectionTimeout: patience.connectMs,
    greetingTimeout: patience.connectMs,
    // Silence while idling is the rule. The fall-back poll finds out whether anybody is there; the library breaks IDLE before servers lose patience (29 minutes).
    socketTimeout: 35 * 60_000,
    maxIdleTime: 20 * 60_000,
    maxLineLength: 16 * 1024 * 1024,
    maxLiteralSize: target.maxLetter + 8 * 1024 * 1024,
    maxResponseSize: target.maxLetter + 32 * 1024 * 1024,
    maxLockHoldTime: false,
  };
}

/** What the library throws, as what it means: nobody there, a wrong password, or a command that was answered NO. */
function failureOf(target: ImapTarget, error: unknown): Failure {
  const { authenticationFailed, serverResponseCode, responseText, responseStatus, response, message } = (error ?? {}) as {
    authenticationFailed?: boolean;
    serverResponseCode?: string;
    responseText?: string;
    responseStatus?: string;
    response?: unknown;
    message?: string;
  };
  const words = clean(responseText ?? (typeof response === 'string' ? response : undefined) ?? message ?? String(error));
  // RFC 5530: the server cannot ask its own people just now, and the password may be right.
  if (authenticationFailed === true && serverResponseCode !== 'UNAVAILABLE' && serverResponseCode !== 'INUSE') {
    return new Failure({
      code: 'imap-login',
      temporary: false,
      message: `${target.host}: sign-in refused: ${words}`,
      userMessage: {
        th: `เครื่อง ${target.host} ไม่ยอมให้เข้าใช้ โปรดตรวจชื่อผู้ใช้และรหัสผ่าน (${words})`,
        en: `${target.host} refuses the sign-in: check the login and the password (${words})`,
      },
      cause: error,
    });
  }
  return responseStatus === undefined || authenticationFailed === true ? away(target, words, error) : refused(target, words, error);
}

function away(target: ImapTarget, words: string, cause?: unknown): Failure {
  return new Failure({
    code: 'imap-away',
    temporary: true,
    message: `${target.host}:${target.port}: ${words}`,
    userMessage: {
      th: `ติดต่อเครื่อง ${target.host} พอร์ต ${target.port} ไม่ได้ ระบบจะลองใหม่เอง (${words})`,
      en: `${target.host} port ${target.port} cannot be reached; it is tried again by itself (${words})`,
    },
    ...(cause === undefined ? {} : { cause }),
  });
}

function refused(target: ImapTarget, words: string, cause?: unknown): Failure {
  return new Failure({
    code: 'imap-refused',
    temporary: true,
    message: `${target.host}: ${clean(words)}`,
    userMessage: {
      th: `เครื่อง ${target.host} ไม่ทำตามที่ขอ (${clean(words)})`,
      en: `${target.host} does not do what it was asked for (${clean(words)})`,
    },
    ...(cause === undefined ? {} : { cause }),
  });
}

function clean(words: string): string {
  return words
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
