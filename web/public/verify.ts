/**
 * /verify: the offline verifier to take home, with the hashes of its two files, and the fingerprints of the agencies' signing keys, so that a stranger has
 * something to compare with. Public, no session; the letters' own pages stay under /v.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { formatEnglishDate, formatThaiDate } from '../../register/letter/thai-date.ts';
import { type PublicKeys, publicKeys } from '../../register/look/public-keys.ts';
import { createRouter, type Handler, type Response, type Router } from '../http.ts';
import type { PublicContext } from './routes.ts';
import { render } from './view.ts';

const FILES = {
  'saraban-verify.html': { type: 'text/html; charset=utf-8', kind: 'page' },
  'saraban-verify.mjs': { type: 'text/javascript; charset=utf-8', kind: 'script' },
} as const;

// The list changes when an agency is added or a key retired; whoever reloads the page in a loop costs nothing then.
const KEPT_MS = 30_000;

/** @param guard - headers and brake of the public pages */
export function verifyRoutes(context: PublicContext, guard: Handler): Router {
  const files = Object.entries(FILES).map(([name, { type, kind }]) => {
    const body = readFileSync(new URL(`../../verifier/${name}`, import.meta.url));
    return { name, type, kind, body, size: body.length, sha256: createHash('sha256').update(body).digest('hex') };
  });
  let kept: { at: number; keys: PublicKeys[] } | null = null;
  const keysNow = async () => {
    const now = context.now().getTime();
    if (kept === null || now - kept.at >= KEPT_MS || now < kept.at) kept = { at: now, keys: await publicKeys(context.db) };
    return kept.keys;
  };

  const router = createRouter();
  router.use('/verify', guard);
  router.get('/verify', async (_request, response) => {
    const agencies = (await keysNow()).map(shownAgency);
    html(response, render('verify', { files: files.map(shownFile), agencies }));
  });
  for (const file of files)
    router.get(`/verify/${file.name}`, (_request, response) => {
      response.setHeader('Content-Type', file.type);
      // To be opened from the disk, where no network and no session of ours is near it.
      response.setHeader('Content-Disposition', `attachment; filename="${file.name}"`);
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Content-Length', file.size);
      response.end(file.body);
    });
  return router;
}

function shownFile(file: { name: string; kind: 'page' | 'script'; size: number; sha256: string }): object {
  const { name, sha256 } = file;
  return { name, sha256, page: file.kind === 'page', kib: Math.ceil(file.size / 1024) };
}

function shownAgency({ nameTh, nameEn, timeZone, keys }: PublicKeys): object {
  const day = (at: Date) => ({
    iso: at.toISOString(),
    th: formatThaiDate(at, { style: 'long', digits: 'arabic', timeZone }),
    en: formatEnglishDate(at, { style: 'long', timeZone }),
  });
  return {
    nameTh,
    nameEn,
    keys: keys.map(key => ({
      fingerprint: key.fingerprint.replace(/(.{4})(?=.)/g, '$1 '),
      since: day(key.createdAt),
      retired: key.retiredAt === null ? null : day(key.retiredAt),
    })),
  };
}

function html(response: Response, text: string): void {
  response.status(200).type('html').send(text);
}
