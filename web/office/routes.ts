/**
 * The office pages: what administrators set up, what auditors read, what the provider sees. web/server.ts mounts them behind the sign-in wall,
 * below /settings and /provider; web/who.ts asks the access table at every page.
 */
import { may } from '../../register/access.ts';
import { sendNotFound } from '../errors.ts';
import { createRouter, type Router } from '../http.ts';
import type { PageContext } from '../page.ts';
import { officeText } from '../text/office.ts';
import { signedIn } from '../visit.ts';
import { actRoutes } from './acts.ts';
import { providerRoutes } from './agencies.ts';
import { agencyRoutes } from './agency.ts';
import { bookRoutes } from './books.ts';
import { correspondentRoutes } from './correspondents.ts';
import { mailboxRoutes } from './mailboxes.ts';
import { loadOfficeViews, type OfficeContext, sendOffice } from './page.ts';
import { peopleRoutes } from './people.ts';
import { policyRoutes } from './policy.ts';
import { providerCopiesRoutes } from './provider-copies.ts';
import { reportRoutes } from './reports.ts';
import { ruleRoutes } from './rules.ts';
import { templateRoutes } from './templates.ts';
import { tokenRoutes } from './tokens.ts';
import { unitRoutes } from './units.ts';
import { unreadRoutes } from './unread.ts';

const MENU = [
  { name: 'units', action: 'manage-units' },
  { name: 'people', action: 'manage-users' },
  { name: 'rules', action: 'manage-rules' },
  { name: 'templates', action: 'manage-templates' },
  { name: 'correspondents', action: 'manage-correspondents' },
  { name: 'unread', action: 'reread' },
  { name: 'books', action: 'see-books' },
  { name: 'agency', action: 'manage-agency' },
  { name: 'policy', action: 'manage-agency' },
  { name: 'mailboxes', action: 'manage-agency' },
  { name: 'reports', action: 'manage-agency' },
  { name: 'tokens', action: 'manage-tokens' },
  { name: 'acts', action: 'see-acts' },
] as const;

export function officeRoutes(pages: PageContext): Router {
  const context: OfficeContext = { ...pages, office: loadOfficeViews() };
  const router = createRouter();
  router.get('/settings', async (request, response) => {
    const visit = signedIn(response);
    const o = officeText(visit.language);
    const items = MENU.filter(item => may(visit.officer, item.action)).map(item => ({
      href: `/settings/${item.name}`,
      ...o.menu[item.name],
    }));
    if (items.length === 0) sendNotFound(context, request, response);
    else await sendOffice(context, request, response, visit, 'menu', { title: o.title }, { items });
  });
  unitRoutes(router, context);
  peopleRoutes(router, context);
  tokenRoutes(router, context);
  agencyRoutes(router, context);
  policyRoutes(router, context);
  correspondentRoutes(router, context);
  unreadRoutes(router, context);
  bookRoutes(router, context);
  ruleRoutes(router, context);
  templateRoutes(router, context);
  actRoutes(router, context);
  providerRoutes(router, context);
  providerCopiesRoutes(router, context);
  reportRoutes(router, context);
  mailboxRoutes(router, context);
  return router;
}
