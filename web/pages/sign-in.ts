/**
 * Signing in and out, and the language. The only pages a stranger sees besides the public one.
 * Unknown login, wrong password and disabled account are one answer in one time, so that nobody learns who works here.
 */
import { may } from '../../register/access.ts';
import { findAccount } from '../../register/look/sign-in.ts';
import { passwordMatches, pretendToMatch } from '../../register/office/password.ts';
import { createRouter, peerAddress, type Request, type Response, type Router, textField } from '../http.ts';
import { goTo, ownPath, type PageContext, sendAlone } from '../page.ts';
import { endSession, startSession } from '../session.ts';
import { isLanguage } from '../text/text.ts';
import { forgiveSignIn, takeSignInTry } from '../throttle.ts';
import { visitOf } from '../visit.ts';
import { keepLanguage } from '../who.ts';

export function signInRoutes(context: PageContext): Router {
  const router = createRouter();
  router.get('/sign-in', (request, response) => {
    const visit = visitOf(response);
    const to = ownPath(textField(request.query, 'to'), '');
    if (visit.officer !== null) goTo(request, response, to || '/');
    else if (textField(request.query, 'left') !== '')
      show(context, response, { to: '', login: '', notice: visit.text.signIn.left, kind: 'good' });
    else show(context, response, { to, login: '', notice: to === '' ? '' : visit.text.signIn.again, kind: 'plain' });
  });
  router.post('/sign-in', async (request, response) => {
    await signIn(context, request, response);
  });
  router.post('/sign-out', async (request, response) => {
    await endSession(request);
    // Whatever the browser still holds of the letters goes too.
    response.setHeader('Clear-Site-Data', '"cache", "storage"');
    response.redirect(303, '/sign-in?left=1');
  });
  router.post('/language', (request, response) => {
    const language = textField(request.body, 'language');
    if (isLanguage(language)) keepLanguage(response, language, context.settings.webUrl.startsWith('https:'));
    response.redirect(303, ownPath(textField(request.body, 'to'), '/'));
  });
  router.get('/', (_request, response, next) => {
    const { officer } = visitOf(response);
    if (officer === null) next();
    else response.redirect(303, may(officer, 'provider') ? '/provider' : officer.role === 'unit' ? '/in-tray' : '/register');
  });
  return router;
}

async function signIn(context: PageContext, request: Request, response: Response): Promise<void> {
  const visit = visitOf(response);
  const login = textField(request.body, 'login').trim().toLowerCase().slice(0, 120);
  const password = textField(request.body, 'password');
  const to = ownPath(textField(request.body, 'to'), '');
  const address = peerAddress(request);
  const wait = await takeSignInTry(context.db, login, address, context.now());
  if (wait !== null) {
    context.log.warn({ requestId: visit.requestId, peer: address, seconds: wait }, 'sign-in slowed down');
    response.setHeader('Retry-After', String(wait));
    show(context, response, { to, login, notice: visit.text.signIn.wait(String(wait)), kind: '' }, 429);
    return;
  }
  const account = login === '' ? null : await findAccount(context.db, login);
  const matches = account === null ? await pretendToMatch(password) : await passwordMatches(account.passwordHash, password);
  if (account === null || !matches || !account.active) {
    context.log.warn({ requestId: visit.requestId, peer: address }, 'sign-in refused');
    show(context, response, { to, login, notice: visit.text.signIn.wrong, kind: '' }, 401);
    return;
  }
  await forgiveSignIn(context.db, login, address);
  await startSession(request, account);
  context.log.info({ requestId: visit.requestId, peer: address, accountId: account.accountId }, 'signed in');
  response.setHeader('Cache-Control', 'no-store');
  response.redirect(303, to || '/');
}

function show(
  context: PageContext,
  response: Response,
  form: { to: string; login: string; notice: string; kind: string },
  status = 200,
): void {
  const visit = visitOf(response);
  const data = {
    title: visit.text.signIn.title,
    to: form.to,
    login: form.login,
    notice: form.notice,
    noticeKind: form.kind,
    noticeRole: form.kind === '' ? 'alert' : 'status',
  };
  sendAlone(context, response, visit, 'sign-in', data, status);
}
