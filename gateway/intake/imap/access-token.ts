/**
 * The access token of an account that is opened by OAuth 2.0 (XOAUTH2, as Google and Microsoft want it), by its refresh token (RFC 6749 section 6). Kept in memory while
 * it holds; imap-account.ts asks for it, to fetch and to send.
 */
import { Failure } from '../../../register/failure.ts';
import type { MailboxSecret } from '../../../register/office/mailbox-secret.ts';

type OauthSecret = Extract<MailboxSecret, { kind: 'oauth2' }>;

export interface AccessTokens {
  /**
   * @param key - names the account and the version of its settings
   * @param renewed - hears of a new refresh token, which then replaces the old one
   * @throws Failure `oauth-away` (temporary), `oauth-refused`
   */
  tokenOf(key: string, secret: OauthSecret, renewed: (secret: OauthSecret) => Promise<void>): Promise<string>;
  /** The server did not take it: the next one is asked for anew. */
  forget(key: string): void;
}

const PATIENCE_MS = 20_000;
// A token that ends while a letter is on its way is asked for a little early.
const EARLY_MS = 120_000;
const MOST_BYTES = 100_000;

export function createAccessTokens(now: () => number = Date.now, patienceMs = PATIENCE_MS): AccessTokens {
  const kept = new Map<string, { token: string; until: number }>();
  return {
    async tokenOf(key, secret, renewed) {
      const there = kept.get(key);
      if (there !== undefined && there.until > now()) return there.token;
      const { token, seconds, refreshToken } = await askForToken(secret, patienceMs);
      kept.set(key, { token, until: now() + Math.max(0, seconds * 1000 - EARLY_MS) });
      if (refreshToken !== null && refreshToken !== secret.refreshToken) await renewed({ ...secret, refreshToken });
      return token;
    },
    forget: key => void kept.delete(key),
  };
}

async function askForToken(
  secret: OauthSecret,
  patienceMs: number,
): Promise<{ token: string; seconds: number; refreshToken: string | null }> {
  const host = new URL(secret.tokenEndpoint).host;
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: secret.refreshToken, client_id: secret.clientId });
  if (secret.clientSecret !== '') body.set('client_secret', secret.clientSecret);
  if (secret.scope !== '') body.set('scope', secret.scope);
  let status: number;
  let text: string;
  try {
    const response = await fetch(secret.tokenEndpoint, {
      method: 'POST',
      body,
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    });
    status = response.status;
    text = (await response.text()).slice(0, MOST_BYTES);
  } catch (error) {
    throw failure('oauth-away', true, host, error instanceof Error ? error.message : String(error));
  }
  const answer = readJson(text);
  if (status >= 500 || status === 429) throw failure('oauth-away', true, host, `HTTP ${status}`);
  const token = answer.access_token;
  // The answer itself may hold secrets: only its error's name is said (RFC 6749 section 5.2).
  if (status !== 200 || typeof token !== 'string' || token === '') {
    const why = typeof answer.error === 'string' && /^[\w.-]{1,60}$/.test(answer.error) ? answer.error : `HTTP ${status}`;
    throw failure('oauth-refused', false, host, why);
  }
  const seconds = Number(answer.expires_in);
  return {
    token,
    seconds: Number.isFinite(seconds) && seconds > 0 ? seconds : 300,
    refreshToken: typeof answer.refresh_token === 'string' && answer.refresh_token !== '' ? answer.refresh_token : null,
  };
}

function readJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function failure(code: 'oauth-away' | 'oauth-refused', temporary: boolean, host: string, why: string): Failure {
  return new Failure({
    code,
    temporary,
    message: `${host} gives no access token: ${why}`,
    userMessage: temporary
      ? {
          th: `ขอโทเคนจาก ${host} ยังไม่ได้ ระบบจะลองใหม่เอง (${why})`,
          en: `${host} gives no access token just now; it is tried again by itself (${why})`,
        }
      : {
          th: `${host} ไม่ออกโทเคนให้ โปรดขออนุญาตใหม่และกรอก refresh token ใหม่ (${why})`,
          en: `${host} refuses an access token: give consent anew and fill in the new refresh token (${why})`,
        },
  });
}
