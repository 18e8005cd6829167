/**
 * The only door to password hashing (argon2id, as OWASP's password storage page asks: 19 MiB, two passes, one lane).
 */
import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

// 2 is Argon2id; the library's const enum cannot be named under isolated type stripping.
const ARGON2ID = 2;
const COST = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Shortest password taken. NIST SP 800-63B asks for 8; 10 costs nobody anything. */
export const SHORTEST_PASSWORD = 10;
/** Longer ones only cost the server time. */
export const LONGEST_PASSWORD = 200;

export async function hashPassword(password: string): Promise<string> {
  return await hash(password.normalize('NFC'), COST);
}

/** @returns false for a wrong password and for a hash that is none */
export async function passwordMatches(passwordHash: string, password: string): Promise<boolean> {
  if (password.length > LONGEST_PASSWORD) return false;
  return await verify(passwordHash, password.normalize('NFC')).catch(() => false);
}

let decoy: Promise<string> | null = null;

/** Takes as long as passwordMatches: for a login that does not exist, so that the time of the answer does not tell. */
export async function pretendToMatch(password: string): Promise<false> {
  decoy ??= hashPassword('a login that does not exist');
  await passwordMatches(await decoy, password);
  return false;
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password to be read from a screen and typed once: 4 groups of 5, about 99 bits. */
export function newPassword(): string {
  return Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('')).join('-');
}
