/** Draws the office pages in the frame of the register, with the words and views of the office. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileView, type View } from '../../register/template/render.ts';
import { type Request, type Response, textField } from '../http.ts';
import { type PageContext, type RailName, sendPage } from '../page.ts';
import { type OfficeText, officeText } from '../text/office.ts';
import type { Views } from '../views.ts';
import type { SignedIn } from '../visit.ts';

export interface OfficeContext extends PageContext {
  office: Views;
}

const FOLDER = join(import.meta.dirname, '..', 'views');

/** The views of the office, which use the frame of the others. Compiled at the start: a broken one stops the start and not an officer. */
export function loadOfficeViews(): Views {
  const frame = textsOf(FOLDER, '');
  const own = textsOf(join(FOLDER, 'office'), 'office/');
  const views = new Map<string, View>(Object.keys(own).map(name => [name, compileView(name, own[name] ?? '', { ...frame, ...own })]));
  return {
    render(name, data) {
      const view = views.get(name);
      if (view === undefined) throw new Error(`no view ${name}`);
      return view(data);
    },
  };
}

function textsOf(folder: string, prefix: string): Record<string, string> {
  const names = readdirSync(folder).filter(name => name.endsWith('.hbs'));
  return Object.fromEntries(names.map(name => [`${prefix}${name.slice(0, -4)}`, readFileSync(join(folder, name), 'utf8').trimEnd()]));
}

export interface OfficePage {
  title: string;
  /** What stands above the page when something could not be done; '' for nothing. */
  problem?: string;
  status?: number;
  current?: RailName;
}

/** Draws a page. What was done before (`?done=unit-added`) is said above it, in words of ours and no others. */
export async function sendOffice(
  context: OfficeContext,
  request: Request,
  response: Response,
  visit: SignedIn,
  view: string,
  page: OfficePage,
  data: object,
): Promise<void> {
  const o = officeText(visit.language);
  const done = page.problem === undefined || page.problem === '' ? doneWords(o, textField(request.query, 'done')) : '';
  await sendPage(
    { ...context, views: context.office },
    request,
    response,
    visit,
    `office/${view}`,
    { title: page.title, current: page.current ?? 'settings', ...(page.status === undefined ? {} : { status: page.status }) },
    { o, done, problem: page.problem ?? '', ...data },
  );
}

function doneWords(o: OfficeText, code: string): string {
  const words: Record<string, string> = o.done;
  return Object.hasOwn(words, code) ? (words[code] ?? '') : '';
}
