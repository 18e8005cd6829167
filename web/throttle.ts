/**
 * How often somebody may try to sign in: by login, so that one person's password can't be guessed, and by address, so that one guesser can't try
 * everybody's. Waiting grows with each failure. Which mistake is worse: a guesser who gets in; so an officer who forgot waits a little, five minutes at most.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../register/db/connect.ts';
import { forgetTries, giveBackTry, takeTry } from './queries.ts';

const BY_LOGIN = { free: 4, most: 300, forgetAfter: 3600 };
// Many officers can sit behind one address, and a whole school behind one proxy.
const BY_ADDRESS = { free: 20, most: 900, forgetAfter: 3600 };

/**
 * Counts a try before it is made.
 * @returns null when it may be made, else the seconds to wait (for Retry-After)
 */
export async function takeSignInTry(db: Database, login: string, address: string, now: Date): Promise<number | null> {
  const byAddress = await takeTry(db, addressKey(address), now, BY_ADDRESS);
  if (byAddress !== null) return byAddress;
  return await takeTry(db, loginKey(login), now, BY_LOGIN);
}

/** After a sign-in that succeeded. */
export async function forgiveSignIn(db: Database, login: string, address: string): Promise<void> {
  await forgetTries(db, [loginKey(login)]);
  await giveBackTry(db, addressKey(address));
}

// Hashed: what people type into the login field by mistake is sometimes their password.
function loginKey(login: string): string {
  return `login ${createHash('sha256').update(login.trim().toLowerCase()).digest('hex').slice(0, 32)}`;
}

/** An IPv6 customer owns a /64 at least: counting single addresses would give a guesser 2^64 of them. */
export function addressKey(address: string): string {
  if (!address.includes(':')) return `address ${address}`;
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = address.includes('::') ? [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right] : left;
  return `address ${groups
    .slice(0, 4)
    .map(group => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
