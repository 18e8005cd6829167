/**
 * What a page says when it cannot be shown: what happened, what to do, in the reader's language. One answer for "not yours" and "does not exist".
 */
import { randomBytes } from 'node:crypto';
import { asFailure } from '../register/db/transaction.ts';
import { Failure } from '../register/failure.ts';
import type { NextFunction, Request, Response } from './http.ts';
import { message, type PageContext, sendAlone, sendPart } from './page.ts';
import { textIn } from './text/text.ts';
import { type Visit, visitOf } from './visit.ts';

type Plain = 'notFound' | 'forbidden' | 'foreign' | 'tooLarge' | 'bad' | 'broken' | 'away';
const STATUS: Record<Plain, number> = { notFound: 404, forbidden: 403, foreign: 403, tooLarge: 413, bad: 400, broken: 500, away: 503 };

export function sendNotFound(context: PageContext, request: Request, response: Response): void {
  sendError(context, request, response, 'notFound');
}

export function sendForbidden(context: PageContext, request: Request, response: Response): void {
  sendError(context, request, response, 'forbidden');
}

export function sendError(context: PageContext, request: Request, response: Response, kind: Plain, reference = '', lead?: string): void {
  const visit = visitOrStranger(request, response);
  const text = visit.text.error;
  const status = STATUS[kind];
  const data = { title: text[`${kind}Title`], lead: lead ?? text[kind], reference, code: String(status) };
  if (request.get('accept')?.startsWith('application/json')) response.status(status).json({ title: data.title, status });
  else if (visit.partial && request.get('hx-target') === 'dialog-body') sendPart(context, response, 'error-part', data);
  else sendAlone(context, response, visit, 'error', data, status);
}

/** The last handler of the application. The log gets the error and the reference, the reader gets the reference alone. */
export function failureHandler(context: PageContext): (error: unknown, request: Request, response: Response, next: NextFunction) => void {
  return (thrown, request, response, next) => {
    const error = asFailure(thrown);
    const requestId = requestIdOf(response);
    if (response.headersSent) {
      context.log.error({ requestId, ...said(error) }, 'a page broke off');
      next(error);
      return;
    }
    const status = statusOf(error);
    if (status === 413) sendError(context, request, response, 'tooLarge');
    else if (status !== null && status < 500) sendError(context, request, response, status === 404 ? 'notFound' : 'bad');
    else if (error instanceof Failure && error.temporary) {
      context.log.warn({ requestId, code: error.code }, error.message);
      response.setHeader('Retry-After', '15');
      sendError(context, request, response, 'away', requestId, message(visitOrStranger(request, response), error.userMessage));
    } else {
      context.log.error({ requestId, ...said(error) }, 'a page failed');
      sendError(context, request, response, 'broken', requestId);
    }
  };
}

function said(error: unknown): object {
  return error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) };
}

/** The library's own refusals (a body too large, a malformed escape) carry a status. */
function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('status' in error)) return null;
  return typeof error.status === 'number' ? error.status : null;
}

export function newRequestId(): string {
  return randomBytes(6).toString('hex');
}

function requestIdOf(response: Response): string {
  const id: unknown = response.locals.requestId;
  return typeof id === 'string' ? id : '';
}

/** An error may come before anybody knows who looks: then the language is the cookie's, or Thai. */
function visitOrStranger(request: Request, response: Response): Visit {
  try {
    return visitOf(response);
  } catch {
    const language = /(?:^|;\s*)language=en(?:;|$)/.test(request.get('cookie') ?? '') ? 'en' : 'th';
    return {
      requestId: requestIdOf(response),
      language,
      text: textIn(language),
      officer: null,
      agency: null,
      partial: false,
      here: '/',
      now: new Date(),
    };
  }
}
