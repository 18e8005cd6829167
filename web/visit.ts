/**
 * One request as the pages see it: who looks, in which language, at which agency's register. Made by web/who.ts afresh at every request.
 */
import type { AgencyDetail } from '../register/look/office.ts';
import type { Officer } from '../register/officer.ts';
import type { Response } from './http.ts';
import type { Language, Text } from './text/text.ts';

export interface Visit {
  /** In the log and on error pages. */
  requestId: string;
  language: Language;
  text: Text;
  officer: Officer | null;
  /** Of the officer; null before signing in. */
  agency: AgencyDetail | null;
  /** True when a script asks for a part of a page (htmx). */
  partial: boolean;
  /** Path and query of this page, for coming back to it. */
  here: string;
  now: Date;
}

/** A visit of somebody who signed in. */
export interface SignedIn extends Visit {
  officer: Officer;
  agency: AgencyDetail;
}

const KEY = 'visit';

export function setVisit(response: Response, visit: Visit): void {
  response.locals[KEY] = visit;
}

/** @throws Error when the request did not pass web/who.ts: a defect of ours */
export function visitOf(response: Response): Visit {
  const visit = response.locals[KEY] as Visit | undefined;
  if (visit === undefined) throw new Error('a page outside web/who.ts');
  return visit;
}

export function signedIn(response: Response): SignedIn {
  const visit = visitOf(response);
  if (visit.officer === null || visit.agency === null) throw new Error('a page outside the sign-in wall');
  return visit as SignedIn;
}
