/**
 * Style, script and fonts of the pages that stand outside the frame of the register: the public page, and what the office pages add to theirs.
 * Read once at the start; a broken installation is found then. Addresses are plain, so browsers ask again whether they still hold.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createRouter, type Router } from '../http.ts';

const OWN = {
  'public.css': 'text/css; charset=utf-8',
  'office.css': 'text/css; charset=utf-8',
  'public.js': 'text/javascript; charset=utf-8',
  'office.js': 'text/javascript; charset=utf-8',
  'sha256.js': 'text/javascript; charset=utf-8',
};

interface StaticFile {
  type: string;
  body: Buffer;
  tag: string;
}

/** @returns a router for /static/<name>; other names fall through */
export function staticFiles(): Router {
  const files = new Map<string, StaticFile>();
  const add = (name: string, type: string, body: Buffer) =>
    files.set(name, { type, body, tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` });
  for (const [name, type] of Object.entries(OWN)) add(name, type, readFileSync(join(import.meta.dirname, '..', 'static', name)));
  const fonts = join(dirname(createRequire(import.meta.url).resolve('@fontsource/sarabun/package.json')), 'files');
  for (const subset of ['thai', 'latin'])
    for (const weight of [400, 600, 700])
      add(`sarabun-${subset}-${weight}.woff2`, 'font/woff2', readFileSync(join(fonts, `sarabun-${subset}-${weight}-normal.woff2`)));

  const router = createRouter();
  router.get('/static/:name', (request, response, next) => {
    const file = files.get(request.params.name);
    if (file === undefined) {
      next();
      return;
    }
    response.setHeader('ETag', file.tag);
    response.setHeader('Cache-Control', 'public, max-age=3600');
    if (request.get('if-none-match') === file.tag) {
      response.status(304).end();
      return;
    }
    response.setHeader('Content-Type', file.type);
    response.end(file.body);
  });
  return router;
}
