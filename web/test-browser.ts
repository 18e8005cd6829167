/** For the tests of the officers' pages: the real server on a fresh database with people and letters, and a browser without scripts. */
import { getEntry } from '../register/look/entry.ts';
import { addAccount } from '../register/office/accounts.ts';
import type { Role } from '../register/officer.ts';
import { startWeb } from './server.ts';
import { type Entered, letterWithFiles, openWorld, type TestAgency, type World } from './test-world.ts';

export const PASSWORD = 'a long password for tests';

export interface Page {
  status: number;
  html: string;
  headers: Headers;
  location: string;
}

export interface Browser {
  get(path: string, headers?: Record<string, string>): Promise<Page>;
  post(path: string, fields?: Record<string, string> | URLSearchParams, headers?: Record<string, string>): Promise<Page>;
}

export interface Register {
  world: World;
  base: string;
  /** A letter with files at the agency red, and one at blue. */
  letter: Entered;
  theirs: Entered;
  /** Signed in as the saraban officer of red. */
  saraban: Browser;
  browser(cookie: string): Browser;
  tryToSignIn(login: string, password: string, to?: string): Promise<{ page: Page; cookie: string }>;
  /** Logins are administrator, saraban, auditor, finance and works, each `@red` and `@blue`. */
  signIn(login: string): Promise<Browser>;
  person(agency: TestAgency, role: Role, name: string, unitIds?: string[]): Promise<void>;
  /** The letter of red as it stands now. */
  entryNow(entered: Entered): Promise<NonNullable<Awaited<ReturnType<typeof getEntry>>>>;
  close(): Promise<void>;
}

export async function openRegister(): Promise<Register> {
  const world = await openWorld();
  const web = await startWeb(world.context);
  const base = `http://127.0.0.1:${web.port}`;

  async function person(agency: TestAgency, role: Role, name: string, unitIds: string[] = []): Promise<void> {
    const login = `${name}@${agency.code}`;
    const outcome = await addAccount(world.context, agency.administrator, {
      login,
      name: `${name} of ${agency.code}`,
      role,
      unitIds,
      password: PASSWORD,
    });
    if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  }

  async function tryToSignIn(login: string, password: string, to = ''): Promise<{ page: Page; cookie: string }> {
    const page = await asPage(
      await fetch(`${base}/sign-in`, { method: 'POST', body: new URLSearchParams({ login, password, to }), redirect: 'manual' }),
    );
    return { page, cookie: cookiesOf(page) };
  }

  const browser = (cookie: string) => browserAt(base, cookie);

  async function signIn(login: string): Promise<Browser> {
    const { page, cookie } = await tryToSignIn(login, PASSWORD);
    if (page.status !== 303) throw new Error(`sign-in of ${login}: ${page.status}`);
    return browser(cookie);
  }

  for (const agency of [world.red, world.blue]) {
    for (const role of ['administrator', 'saraban', 'auditor'] as const) await person(agency, role, role);
    await person(agency, 'unit', 'finance', [agency.unitIds.finance]);
    await person(agency, 'unit', 'works', [agency.unitIds.works]);
  }
  return {
    world,
    base,
    letter: await world.enter(world.red, letterWithFiles('one'), { subject: 'ขอเชิญประชุม' }),
    theirs: await world.enter(world.blue, letterWithFiles('blue'), { subject: 'BLUE SECRET SUBJECT', headerMessageId: '<b@x>' }),
    saraban: await signIn('saraban@red'),
    browser,
    tryToSignIn,
    signIn,
    person,
    async entryNow(entered) {
      const entry = await getEntry(world.context.db, world.red.administrator, entered.entryId);
      if (entry === null) throw new Error('no entry');
      return entry;
    },
    async close() {
      await web.stop();
      await world.close();
    },
  };
}

export function browserAt(base: string, cookie: string): Browser {
  const ask = async (path: string, init: RequestInit) =>
    await asPage(await fetch(`${base}${path}`, { ...init, redirect: 'manual', headers: { cookie, accept: 'text/html', ...init.headers } }));
  return {
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, fields = {}, headers = {}) => ask(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
  };
}

export function cookiesOf(page: Page): string {
  return page.headers
    .getSetCookie()
    .map(one => one.split(';')[0])
    .join('; ');
}

async function asPage(response: Response): Promise<Page> {
  return {
    status: response.status,
    html: await response.text(),
    headers: response.headers,
    location: response.headers.get('location') ?? '',
  };
}
