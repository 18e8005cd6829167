/**
 * Browser sessions: the only door to express-session, with a store of ours on the table web_session. The cookie holds a random id; the table holds
 * its SHA-256, so that a copy of the table opens nothing. Signing in gives a new id (no fixation); eight idle hours end a session.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import session from 'express-session';
import type { Database, JsonValue } from '../register/db/connect.ts';
import { asFailure } from '../register/db/transaction.ts';
import type { WebContext } from './context.ts';
import type { Handler, Request } from './http.ts';
import { deleteSession, extendSession, saveSession, selectSession } from './queries.ts';

const IDLE_MS = 8 * 3600 * 1000;
// A session is written again at most so often while somebody only reads: each page would otherwise be an UPDATE.
const TOUCH_MS = 60 * 1000;

/** Marks the session of a request that a page made by itself: it is no sign that anybody sits there, and must not keep the session alive. */
const BY_ITSELF = Symbol('by itself');

export function madeByItself(request: Request): void {
  Object.defineProperty(request.session, BY_ITSELF, { value: true, enumerable: false });
}

/** A message for the next page: what was done. `kind` is a key of text.done. */
export interface Flash {
  kind: string;
  detail: string;
}

declare module 'express-session' {
  interface SessionData {
    agencyId: number;
    accountId: string;
    /** Of findAccount: changes with the password, so that a new password ends the old sessions. */
    stamp: string;
    flash: Flash | null;
  }
}

export async function sessions(context: Pick<WebContext, 'db' | 'now' | 'settings'>): Promise<Handler> {
  const https = context.settings.webUrl.startsWith('https:');
  return session({
    // __Host- binds the cookie to this host and to https (RFC 6265bis 4.1.3.2); plain HTTP on an intranet cannot have it.
    name: https ? '__Host-saraban' : 'saraban',
    secret: await cookieKey(context.settings.data),
    genid: () => randomBytes(32).toString('base64url'),
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { httpOnly: true, sameSite: 'lax', secure: https, maxAge: IDLE_MS, path: '/' },
    store: new DatabaseStore(context.db, context.now),
  });
}

function sessionHash(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

/** Signs in: a new session id, whatever the browser held before. */
export async function startSession(request: Request, who: { agencyId: number; accountId: string; stamp: string }): Promise<void> {
  await new Promise<void>((resolve, reject) => request.session.regenerate(error => (error ? reject(error) : resolve())));
  request.session.agencyId = who.agencyId;
  request.session.accountId = who.accountId;
  request.session.stamp = who.stamp;
  await new Promise<void>((resolve, reject) => request.session.save(error => (error ? reject(error) : resolve())));
}

export async function endSession(request: Request): Promise<void> {
  await new Promise<void>((resolve, reject) => request.session.destroy(error => (error ? reject(error) : resolve())));
}

// The store's callback interface is the library's; every method settles exactly once.
class DatabaseStore extends session.Store {
  private readonly db: Database;
  private readonly now: () => Date;

  constructor(db: Database, now: () => Date) {
    super();
    this.db = db;
    this.now = now;
  }

  override get(id: string, done: (error: unknown, data?: session.SessionData | null) => void): void {
    selectSession(this.db, sessionHash(id), this.now()).then(
      data => done(null, data as unknown as session.SessionData | null),
      // As a Failure: the library takes the code ENOENT, which a missing socket of the database has too, for "there is no such session".
      error => done(asFailure(error)),
    );
  }

  override set(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
    saveSession(this.db, sessionHash(id), data as unknown as JsonValue, this.expiry()).then(
      () => done?.(),
      error => done?.(error),
    );
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    deleteSession(this.db, sessionHash(id)).then(
      () => done?.(),
      error => done?.(error),
    );
  }

  private readonly touched = new Map<string, number>();

  override touch(id: string, data: session.SessionData, done?: () => void): void {
    if (Object.hasOwn(data, BY_ITSELF)) {
      done?.();
      return;
    }
    const at = this.now().getTime();
    const hash = sessionHash(id);
    if (at - (this.touched.get(hash) ?? 0) < TOUCH_MS) {
      done?.();
      return;
    }
    if (this.touched.size > 5_000) this.touched.clear();
    this.touched.set(hash, at);
    extendSession(this.db, hash, this.expiry()).then(
      () => done?.(),
      () => done?.(),
    );
  }

  private expiry(): Date {
    return new Date(this.now().getTime() + IDLE_MS);
  }
}

/** The key that signs the cookies, made once and kept in the data folder, so that a restart signs nobody out. */
async function cookieKey(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'web-cookie-key');
  try {
    await mkdir(dataFolder, { recursive: true });
    await writeFile(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const key = (await readFile(file, 'utf8')).trim();
  if (key.length < 32) throw new Error(`${file} is too short to be a key: remove it and start again`);
  return key;
}
