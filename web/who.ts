/**
 * Who looks: from the session to an Officer, afresh from the database at every request, so that a disabled account or a changed role counts at once.
 */

import { type Action, may } from '../register/access.ts';
import { getAgency } from '../register/look/office.ts';
import { officerOf } from '../register/look/sign-in.ts';
import { sendForbidden } from './errors.ts';
import { type Handler, peerAddress, type Request, type Response } from './http.ts';
import { goTo, type PageContext } from './page.ts';
import { madeByItself } from './session.ts';
import { isLanguage, type Language, textIn } from './text/text.ts';
import { type SignedIn, setVisit, signedIn, visitOf } from './visit.ts';

export function knowVisitor(context: PageContext): Handler {
  return async (request, response, next) => {
    if (request.get('x-saraban-live') !== undefined || request.path === '/live') madeByItself(request);
    const { agencyId, accountId, stamp } = request.session;
    const officer =
      agencyId === undefined || accountId === undefined
        ? null
        : await officerOf(context.db, agencyId, accountId, peerAddress(request), stamp);
    const agency = officer === null ? null : await getAgency(context.db, officer);
    const language = languageOf(request) ?? agency?.language ?? 'th';
    setVisit(response, {
      requestId: String(response.locals.requestId),
      language,
      text: textIn(language),
      officer: agency === null ? null : officer,
      agency,
      partial: request.get('hx-request') === 'true',
      here: hereOf(request),
      now: context.now(),
    });
    next();
  };
}

/** Lets through who has signed in; others go to the sign-in page and come back from there. */
export function requireSignIn(): Handler {
  return (request, response, next) => {
    const visit = visitOf(response);
    if (visit.officer !== null) next();
    else if (request.get('accept') === 'text/event-stream' || request.get('accept') === 'application/json') response.status(401).end();
    else {
      const back = request.method === 'GET' && !visit.partial && visit.here !== '/' ? `?to=${encodeURIComponent(visit.here)}` : '';
      goTo(request, response, `/sign-in${back}`);
    }
  };
}

/** A handler of a page for officers. */
export type PageHandler = (request: Request, response: Response, visit: SignedIn) => Promise<void> | void;

/** A page for those who may do `action`; anybody else is told so. */
export function pageFor(context: PageContext, action: Action, handler: PageHandler): Handler {
  return async (request, response) => {
    const visit = signedIn(response);
    if (may(visit.officer, action)) await handler(request, response, visit);
    else sendForbidden(context, request, response);
  };
}

const LANGUAGE_COOKIE = 'language';

function languageOf(request: Request): Language | null {
  const found = new RegExp(`(?:^|;\\s*)${LANGUAGE_COOKIE}=([a-z]{2})(?:;|$)`).exec(request.get('cookie') ?? '')?.[1];
  return isLanguage(found) ? found : null;
}

export function keepLanguage(response: Response, language: Language, secure: boolean): void {
  response.cookie(LANGUAGE_COOKIE, language, { httpOnly: true, sameSite: 'lax', secure, maxAge: 400 * 24 * 3600 * 1000, path: '/' });
}

/** The page's own address; for a part that htmx asked for, that of the page it stands on. */
function hereOf(request: Request): string {
  const current = request.get('hx-current-url');
  if (current !== undefined && URL.canParse(current)) {
    const url = new URL(current);
    return url.pathname + url.search;
  }
  const url = new URL(request.originalUrl, 'http://own.invalid');
  url.searchParams.delete('rows');
  return request.method === 'GET' ? url.pathname + url.search : '/';
}
