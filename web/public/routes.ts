/**
 * The public page of a letter, for whoever holds the code out of its acknowledgement: agency, number, time, how far it came, and whether a file is
 * the one received. It needs no session and sets no cookie; web/server.ts mounts it at the root, before sessions.
 *
 * A code has 130 random bits, so it cannot be guessed. What does not exist is answered with one constant page, whatever was asked; callers are slowed
 * down by address, so that nobody can even try.
 */
import { Failure } from '../../register/failure.ts';
import { type PublicEntry, publicEntry } from '../../register/look/public.ts';
import { isWaitingSlip } from '../../register/paper/book.ts';
import type { WebContext } from '../context.ts';
import { createRouter, formBody, type Handler, peerAddress, type Request, type Response, type Router, textField } from '../http.ts';
import { createRate, type Rate } from '../rate.ts';
import { addressKey } from '../throttle.ts';
import { selectWhetherReceived } from './queries.ts';
import { staticFiles } from './static-files.ts';
import { verifyRoutes } from './verify.ts';
import { type Answer, codePage, entryPage, messagePage } from './view.ts';

export type PublicContext = Pick<WebContext, 'db' | 'now' | 'log'>;

/** Pages of one address, and files it compares. An agency's hundred officers may sit behind one address. */
const PAGES = { perSecond: 1, burst: 120 };
const COMPARISONS = { perSecond: 0.2, burst: 20 };

const CODE = /^[0-9a-hjkmnp-tv-z]{26}$/;

export function publicRoutes(context: PublicContext, rates: { pages?: typeof PAGES; comparisons?: typeof COMPARISONS } = {}): Router {
  const router = createRouter();
  const pages = createRate(rates.pages ?? PAGES, context.now);
  const comparisons = createRate(rates.comparisons ?? COMPARISONS, context.now);
  router.use(staticFiles());
  router.use(verifyRoutes(context, guarded(pages)));
  router.use('/v', guarded(pages));
  router.get('/v', (request, response) => {
    const code = normalCode(textField(request.query, 'code'));
    if (code === '') send(response, 200, codePage());
    else if (CODE.test(code)) response.redirect(303, `/v/${code}`);
    else notFound(response);
  });
  router.get('/v/:code', async (request, response) => {
    const code = textField(request.params, 'code');
    const entry = await find(context, response, code);
    if (entry !== null) send(response, 200, entryPage(entry, code, null));
  });
  router.post('/v/:code/compare', formBody(1_000), async (request, response) => {
    await compare(context, comparisons, request, response);
  });
  // Whatever else lies below /v, methods included, does not exist either; and a body that cannot be read is no reason for a page of another kind.
  router.use('/v', (_request, response) => notFound(response));
  router.use('/v', ((error: unknown, _request: Request, response: Response, _next: unknown) => {
    if (isCallersFault(error)) notFound(response);
    else broken(context, response, error);
  }) as unknown as Handler);
  return router;
}

/** Headers of every page here, and the brake. */
function guarded(pages: Rate): Handler {
  return (request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Robots-Tag', 'noindex, nofollow, noarchive');
    const wait = pages.take(addressKey(peerAddress(request)));
    if (wait === null) {
      next();
      return;
    }
    response.setHeader('Retry-After', String(wait));
    send(response, 429, messagePage('tooMany'));
  };
}

async function compare(context: PublicContext, comparisons: Rate, request: Request, response: Response): Promise<void> {
  const code = textField(request.params, 'code');
  const sha256 = textField(request.body, 'sha256').trim().toLowerCase();
  const wantsJson = /application\/json/i.test(request.get('accept') ?? '');
  const wait = comparisons.take(addressKey(peerAddress(request)));
  if (wait !== null) response.setHeader('Retry-After', String(wait));
  const entry = await find(context, response, code);
  if (entry === null) return;
  const answer: Answer =
    wait !== null
      ? 'busy'
      : !/^[0-9a-f]{64}$/.test(sha256)
        ? 'bad'
        : (await selectWhetherReceived(context.db, code, sha256)) === true
          ? 'same'
          : 'other';
  const status = answer === 'busy' ? 429 : answer === 'bad' ? 400 : 200;
  if (wantsJson) response.status(status).json(status === 200 ? { received: answer === 'same' } : { error: answer });
  else send(response, status, entryPage(entry, code, answer));
}

/** The letter, or null when the answer has been given already. */
async function find(context: PublicContext, response: Response, code: string): Promise<PublicEntry | null> {
  try {
    const entry = CODE.test(code) ? await publicEntry(context.db, code) : null;
    if (entry !== null) return entry;
    if (await isWaitingSlip(context.db, code)) send(response, 200, messagePage('slipWaiting'));
    else notFound(response);
    return null;
  } catch (error) {
    broken(context, response, error);
    return null;
  }
}

function broken(context: PublicContext, response: Response, error: unknown): void {
  context.log.error({ error: error instanceof Error ? error.message : String(error) }, 'public page');
  if (error instanceof Failure && error.temporary) response.setHeader('Retry-After', '10');
  send(response, 503, messagePage('unavailable'));
}

/** What express and its body parser throw for a request that cannot be read. */
function isCallersFault(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' && error.status < 500;
}

/** A code as people copy it: out of a whole link, with spaces, in capitals. */
function normalCode(text: string): string {
  return (text.split('/').pop() ?? '').replaceAll(/[\s-]/g, '').toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1').slice(0, 100);
}

function notFound(response: Response): void {
  send(response, 404, messagePage('notFound'));
}

function send(response: Response, status: number, html: string): void {
  response.status(status).type('html').send(html);
}
