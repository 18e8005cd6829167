/** The addresses of the officers' pages, and who may open which. Order: pages by menu, then one letter, then its verbs, then the routes of units. */

import type { Action } from '../../register/access.ts';
import { createRouter, type Router } from '../http.ts';
import type { Live } from '../live.ts';
import { officeRoutes } from '../office/routes.ts';
import type { PageContext } from '../page.ts';
import { signedIn } from '../visit.ts';
import { type PageHandler, pageFor } from '../who.ts';
import { accountPage, changePassword } from './account.ts';
import { amendForm, noteForm } from './amend.ts';
import { certificateFile, copiesPage } from './copies.ts';
import { dayFile, daysZip } from './day-files.ts';
import { dayPage, daysPage } from './days.ts';
import { entryByNumber, entryPage } from './entry.ts';
import { acknowledgePress, confirmPress, duplicatePress, factsPress, moveForm, reasonForm } from './entry-acts.ts';
import { evidenceFile } from './evidence.ts';
import { registerExport, stampExport } from './exports.ts';
import { attachmentFile, mailFrame, originalFile } from './files.ts';
import { heldOnePage, heldPage, heldVerb } from './held.ts';
import { inTrayPage } from './in-tray.ts';
import { messageFile } from './message-page.ts';
import { enterNoticeForm, noticePage, noticesPage, settlePress } from './notices.ts';
import { outboxMailFrame, outboxMailOriginal, outboxMailPage, outboxPage } from './outbox.ts';
import { paperForm } from './paper.ts';
import { countsAnswer, registerPage } from './register.ts';
import { confirmRoutePress, passOnForm, routeForm, routeVerbForm } from './route-acts.ts';

type Drawn = (context: PageContext, ...rest: Parameters<PageHandler>) => ReturnType<PageHandler>;

export function officerPages(context: PageContext, live: Live): Router {
  const router = createRouter();
  const get = (path: string, action: Action, page: Drawn) =>
    router.get(
      path,
      pageFor(context, action, (...rest) => page(context, ...rest)),
    );
  const press = (path: string, action: Action, handler: PageHandler) => router.post(path, pageFor(context, action, handler));
  /** A form: drawn by GET, sent by POST, under one address. */
  const form = (path: string, action: Action, handler: PageHandler) => {
    router.get(path, pageFor(context, action, handler));
    press(path, action, handler);
  };

  router.get('/live', (request, response) => live.open(signedIn(response).agency.id, request, response));
  router.get('/counts', async (request, response) => await countsAnswer(context, request, response, signedIn(response)));
  router.get('/account', async (request, response) => await accountPage(context, request, response, signedIn(response)));
  router.post('/account/password', async (request, response) => await changePassword(context, request, response, signedIn(response)));

  get('/register', 'see-register', registerPage);
  get('/registers/:register/:file', 'see-register', registerExport);
  for (const register of ['receive', 'receive-classified'] as const)
    get(`/${register}/:year/:number`, 'open-letter', (of, ...rest) => entryByNumber(of, register, ...rest));
  get('/in-tray', 'see-in-tray', inTrayPage);
  get('/copies', 'see-copies', copiesPage);
  get('/copies/certificates/:file', 'see-copies', certificateFile);
  get('/days', 'see-days', daysPage);
  // Before the page of a day, which would take 'yyyy-mm-dd.zip' for a day.
  get('/days/:day.zip', 'see-days', daysZip);
  get('/days/:day', 'see-days', dayPage);
  get('/days/:day/files/:name', 'see-days', dayFile);
  get('/outbox', 'see-outbox', outboxPage);
  get('/outbox/:id', 'see-outbox', outboxMailPage);
  get('/outbox/:id/mail', 'see-outbox', outboxMailFrame);
  get('/outbox/:id/raw', 'see-outbox', outboxMailOriginal);
  for (const [base, page, one] of [
    ['/notices', noticesPage, noticePage],
    ['/held', heldPage, heldOnePage],
  ] as const) {
    get(base, 'see-notices', page);
    get(`${base}/:id`, 'see-notices', one);
    get(`${base}/:id/mail`, 'see-notices', (of, ...rest) => messageFile(of, base, 'mail')(...rest));
    get(`${base}/:id/raw`, 'see-notices', (of, ...rest) => messageFile(of, base, 'raw')(...rest));
    get(`${base}/:id/attachments/:attachment`, 'see-notices', (of, ...rest) => messageFile(of, base, 'attachment')(...rest));
  }
  press('/notices/:id/settle', 'settle-notice', settlePress(context));
  form('/notices/:id/enter', 'enter-held', enterNoticeForm(context));
  form('/held/:id/enter', 'enter-held', heldVerb(context, 'enter'));
  form('/held/:id/dismiss', 'enter-held', heldVerb(context, 'dismiss'));

  form('/paper/new', 'enter-paper', paperForm(context));

  get('/entries/:id', 'open-letter', entryPage);
  get('/entries/:id/mail', 'open-letter', mailFrame);
  get('/entries/:id/raw', 'open-letter', originalFile);
  get('/entries/:id/stamp.pdf', 'open-letter', stampExport);
  get('/entries/:id/evidence.zip', 'open-letter', evidenceFile);
  get('/entries/:id/attachments/:attachment', 'open-letter', attachmentFile);
  // A letter one may not see answers 404 before anybody is told that one may not do this: so these ask the act itself, not the access table.
  press('/entries/:id/confirm', 'open-letter', confirmPress(context));
  press('/entries/:id/acknowledge', 'open-letter', acknowledgePress(context));
  press('/entries/:id/facts', 'open-letter', factsPress(context));
  press('/entries/:id/duplicate', 'open-letter', duplicatePress(context));
  form('/entries/:id/route', 'open-letter', routeForm(context));
  form('/entries/:id/amend', 'open-letter', amendForm(context));
  form('/entries/:id/note', 'open-letter', noteForm(context));
  form('/entries/:id/move', 'open-letter', moveForm(context));
  for (const verb of ['return', 'cancel', 'close', 'reopen'] as const)
    form(`/entries/:id/${verb}`, 'open-letter', reasonForm(context, verb));

  press('/routes/:id/confirm', 'open-letter', confirmRoutePress(context));
  for (const verb of ['note', 'close', 'withdraw'] as const) form(`/routes/:id/${verb}`, 'open-letter', routeVerbForm(context, verb));
  form('/routes/:id/pass-on', 'open-letter', passOnForm(context));

  router.use(officeRoutes(context));
  return router;
}
