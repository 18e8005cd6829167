/**
 * Style, scripts, fonts: read once at the start, named by the hash of their content, kept by browsers for a year. Nothing comes from another server.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { createRouter, type Request, type Response, type Router } from './http.ts';

interface Asset {
  url: string;
  type: string;
  body: Buffer;
  br: Buffer | null;
  gzip: Buffer | null;
}

export interface Assets {
  /** From 'saraban.css' to its address. */
  urls: Record<string, string>;
  router: Router;
}

const OWN = ['icon.svg', 'app.js', 'keys.js', 'live.js', 'hash-file.js', 'mail-frame.js', 'saraban.css'];
// Named plainly, because the public page or another script names them; browsers ask each time whether they have changed.
const PLAIN = ['fonts.css', 'public.css', 'public.js', 'sha256.js'];
const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** Reads and hashes everything; throws when a file is missing, so that a broken installation is found at the start. */
export function loadAssets(): Assets {
  const require = createRequire(import.meta.url);
  const fonts = join(dirname(require.resolve('@fontsource/sarabun/package.json')), 'files');
  const assets = new Map<string, Asset>();
  const add = (name: string, body: Buffer) => assets.set(name, asset(name, body));

  for (const subset of ['thai', 'latin'])
    for (const weight of [400, 600, 700])
      add(`sarabun-${subset}-${weight}.woff2`, readFileSync(join(fonts, `sarabun-${subset}-${weight}-normal.woff2`)));
  add('htmx.min.js', readFileSync(require.resolve('htmx.org/dist/htmx.min.js')));
  for (const name of OWN) {
    const body = readOwn(name);
    add(name, name === 'saraban.css' ? Buffer.concat([withFonts(readOwn('fonts.css'), assets), body]) : body);
  }

  const byUrl = new Map([...assets.values()].map(one => [one.url, one]));
  const router = createRouter();
  router.get('/assets/:name', (request, response, next) => {
    const found = byUrl.get(request.path);
    if (found === undefined) next();
    else send(request, response, found);
  });
  for (const name of PLAIN) {
    const { type, body } = asset(name, withFonts(readOwn(name), assets));
    const tag = `"${createHash('sha256').update(body).digest('hex').slice(0, 24)}"`;
    router.get(`/static/${name}`, (request, response) => {
      response.setHeader('Cache-Control', 'no-cache');
      response.setHeader('ETag', tag);
      if (request.get('if-none-match') === tag) response.status(304).end();
      else response.setHeader('Content-Type', type).end(body);
    });
  }
  return { urls: Object.fromEntries([...assets].map(([name, one]) => [name, one.url])), router };
}

function readOwn(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, 'static', name));
}

/** A style sheet that names its fonts by their hash, and so changes its own when a font changes. */
function withFonts(body: Buffer, assets: Map<string, Asset>): Buffer {
  return Buffer.from(body.toString('utf8').replace(/url\(([\w.-]+)\)/g, (_, font: string) => `url(${assets.get(font)?.url ?? font})`));
}

function asset(name: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot + 1);
  const type = TYPES[extension];
  if (type === undefined) throw new Error(`no content type for ${name}`);
  const packs = extension !== 'woff2' && body.length > 600;
  return {
    url: `/assets/${name.slice(0, dot)}.${hash}.${extension}`,
    type,
    body,
    br: packs ? brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }) : null,
    gzip: packs ? gzipSync(body, { level: 9 }) : null,
  };
}

function send(request: Request, response: Response, found: Asset): void {
  response.setHeader('Content-Type', found.type);
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  response.setHeader('Vary', 'Accept-Encoding');
  const encoding = found.br === null ? false : request.acceptsEncodings('br', 'gzip');
  if (encoding === 'br' || encoding === 'gzip') {
    response.setHeader('Content-Encoding', encoding);
    response.end(encoding === 'br' ? found.br : found.gzip);
  } else response.end(found.body);
}
