/** How an API token looks, and what is kept of it: its SHA-256, so that a copy of the table opens nothing. */
import { createHash, randomBytes } from 'node:crypto';

const SHAPE = /^saraban_[A-Za-z0-9_-]{43}$/;

/** 256 random bits; the prefix lets a scanner of leaked secrets know it. */
export function newToken(): string {
  return `saraban_${randomBytes(32).toString('base64url')}`;
}

/** @returns null for what has not the shape of a token */
export function hashToken(token: string): Buffer | null {
  return typeof token === 'string' && SHAPE.test(token) ? createHash('sha256').update(token).digest() : null;
}
