/**
 * Puts a page together: the view, the frame around it (rail, counts, flash), the words. Every page of web/pages ends here.
 */
import { may } from '../register/access.ts';
import type { UserMessage } from '../register/failure.ts';
import { type Counts, countsFor, mayOpenBook } from '../register/look/entries.ts';
import { registerYear } from '../register/number.ts';
import type { Assets } from './assets.ts';
import type { WebContext } from './context.ts';
import { type Format, formatFor } from './format.ts';
import type { Request, Response } from './http.ts';
import { railFoot } from './rail-foot.ts';
import type { Flash } from './session.ts';
import { wordOf } from './text/text.ts';
import type { Views } from './views.ts';
import { type SignedIn, type Visit, visitOf } from './visit.ts';

/** What the pages are handed: the web's context, and how to draw. */
export interface PageContext extends WebContext {
  views: Views;
  assets: Assets;
}

export type RailName =
  | 'register'
  | 'classified'
  | 'in-tray'
  | 'held'
  | 'notices'
  | 'outbox'
  | 'days'
  | 'copies'
  | 'settings'
  | 'provider'
  | 'account';

export interface PageOptions {
  title: string;
  current: RailName;
  status?: number;
}

export function formatOf(visit: SignedIn): Format {
  return formatFor({ language: visit.language, timeZone: visit.agency.timeZone, numerals: visit.agency.numerals });
}

/** In the reader's language, the other one when there is none. */
export function inLanguage(visit: Visit, th: string, en: string): string {
  return visit.language === 'th' ? th || en : en || th;
}

export function message(visit: Visit, text: UserMessage): string {
  return inLanguage(visit, text.th, text.en);
}

/** Draws a whole page for an officer. */
export async function sendPage(
  context: PageContext,
  request: Request,
  response: Response,
  visit: SignedIn,
  view: string,
  options: PageOptions,
  data: object,
): Promise<void> {
  const flash = request.session.flash ?? null;
  if (flash !== null) request.session.flash = null;
  const frame = await frameOf(context, visit, options, flash);
  sendHtml(response, context.views.render(view, { ...frame, ...data }), options.status);
}

/** Draws a part of a page, for a script that asked for it. */
export function sendPart(context: PageContext, response: Response, view: string, data: object, status = 200): void {
  const visit = visitOf(response);
  sendHtml(response, context.views.render(view, { t: visit.text, here: visit.here, ...data }), status);
}

/** Draws a page without the rail: signing in, errors. */
export function sendAlone(
  context: Pick<PageContext, 'views' | 'assets'>,
  response: Response,
  visit: Visit,
  view: string,
  data: object,
  status = 200,
): void {
  const words = {
    t: visit.text,
    language: visit.language,
    otherLanguageCode: visit.language === 'th' ? 'en' : 'th',
    asset: context.assets.urls,
  };
  sendHtml(response, context.views.render(view, { ...words, here: visit.here, agencyName: visit.text.product, ...data }), status);
}

function sendHtml(response: Response, html: string, status = 200): void {
  response.status(status);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  // Pages hold letters: nothing of them stays in a shared cache or in the browser after signing out.
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Vary', 'HX-Request, Cookie');
  response.end(html);
}

/** Goes on to `to` after a form: by a redirect, or for htmx by its own header, since it would fetch the page into the dialog. */
export function goTo(request: Request, response: Response, to: string, flash?: Flash): void {
  if (flash !== undefined) request.session.flash = flash;
  // The session must be stored before the browser comes back with it.
  request.session.save(() => {
    response.setHeader('Cache-Control', 'no-store');
    if (request.get('hx-request') === 'true') {
      response.setHeader('HX-Redirect', to);
      response.status(204).end();
    } else response.redirect(303, to);
  });
}

/** A path of our own, or the fallback: never another site, whatever a form says. */
export function ownPath(wanted: string, fallback: string): string {
  if (!/^\/(?![/\\])[^\s\\]*$/.test(wanted) || !URL.canParse(wanted, 'http://own.invalid')) return fallback;
  const url = new URL(wanted, 'http://own.invalid');
  // '/..//evil.example' loses its dots here, and what is left names another site.
  return url.host === 'own.invalid' && !url.pathname.startsWith('//') ? url.pathname + url.search : fallback;
}

/** The figures of the rail, by the name of their place on the page. */
export function railCounts(visit: SignedIn, counts: Counts): Record<string, { text: string; due: boolean; title: string }> {
  const { menuTitle } = visit.text;
  const format = formatOf(visit);
  const figure = (value: number, due: boolean, title: (n: string) => string) => ({
    text: value === 0 ? '' : format.number(value),
    due: due && value > 0,
    title: value === 0 ? '' : title(format.number(value)),
  });
  const overdue = counts.overdue + counts.overdueClassified;
  return {
    register: figure(counts.unconfirmed, false, menuTitle.register),
    classified: figure(counts.unconfirmedClassified, false, menuTitle.register),
    'in-tray': overdue > 0 ? figure(overdue, true, menuTitle.overdue) : figure(counts.inTray, false, menuTitle.inTray),
    overdue: figure(counts.overdue, true, menuTitle.overdue),
    'classified-overdue': figure(counts.overdueClassified, true, menuTitle.overdue),
    held: figure(counts.held, true, menuTitle.held),
    notices: figure(counts.attention, false, menuTitle.notices),
    outbox: figure(counts.outboxFailed, true, menuTitle.outbox),
  };
}

export async function countsOf(context: PageContext, visit: SignedIn): Promise<Counts> {
  return await countsFor(context.db, visit.officer, registerYear(visit.now, visit.agency), visit.now);
}

async function frameOf(context: PageContext, visit: SignedIn, options: PageOptions, flash: Flash | null): Promise<object> {
  const { text, officer, agency } = visit;
  const provider = may(officer, 'provider');
  const [counts, copies] = await Promise.all([
    provider ? null : countsOf(context, visit),
    railFoot(context, visit, options.current === 'copies'),
  ]);
  const figures = counts === null ? {} : railCounts(visit, counts);
  const items: { name: RailName; href: string; label: string; shown: boolean; rule: boolean }[] = [
    { name: 'provider', href: '/provider', label: text.provider.title, shown: provider, rule: false },
    { name: 'copies', href: '/provider/copies', label: text.night.provider.title, shown: provider, rule: false },
    {
      name: 'register',
      href: '/register',
      label: text.menu.register,
      shown: may(officer, 'see-register') && officer.role !== 'unit',
      rule: false,
    },
    {
      name: 'classified',
      href: '/register?book=classified',
      label: text.menu.classified,
      shown: mayOpenBook(officer, 'receive-classified'),
      rule: false,
    },
    { name: 'in-tray', href: '/in-tray', label: text.menu.inTray, shown: may(officer, 'see-in-tray'), rule: false },
    { name: 'register', href: '/register', label: text.menu.register, shown: officer.role === 'unit', rule: false },
    { name: 'held', href: '/held', label: text.menu.held, shown: may(officer, 'enter-held') || officer.role === 'auditor', rule: false },
    { name: 'notices', href: '/notices', label: text.menu.notices, shown: may(officer, 'see-notices'), rule: false },
    { name: 'outbox', href: '/outbox', label: text.menu.outbox, shown: may(officer, 'see-outbox'), rule: false },
    { name: 'days', href: '/days', label: text.night.days.title, shown: may(officer, 'see-days'), rule: true },
    {
      name: 'settings',
      href: '/settings',
      label: text.menu.settings,
      shown: may(officer, 'manage-correspondents') || may(officer, 'see-acts'),
      rule: false,
    },
  ];
  return {
    t: text,
    language: visit.language,
    otherLanguageCode: visit.language === 'th' ? 'en' : 'th',
    title: options.title,
    here: visit.here,
    asset: context.assets.urls,
    live: provider ? '' : '/live',
    agencyName: inLanguage(visit, agency.nameTh, agency.nameEn),
    agencyAddress: agency.addresses[0] ?? '',
    userName: officer.name,
    userRole: wordOf(text.code.role, officer.role),
    rail: items
      .filter(item => item.shown)
      .map(item => {
        const figure = figures[item.name];
        return {
          ...item,
          current: item.name === options.current,
          count: figure?.text ?? '',
          due: figure?.due ?? false,
          countTitle: figure?.title ?? '',
        };
      }),
    copies,
    flash:
      flash === null
        ? null
        : {
            text: `${wordOf(text.done, flash.kind)}${flash.detail === '' ? '' : ` ${flash.detail}`}`,
            alarm: flash.kind === 'forbidden' || flash.kind === 'already' || flash.kind === 'notFound',
          },
  };
}
