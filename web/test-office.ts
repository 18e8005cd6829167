/** For the tests of the pages: the real web over a fresh database, and people of two agencies who sign in to it. */
import { expect } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../register/db/transaction.ts';
import { addAccount } from '../register/office/accounts.ts';
import { hashPassword } from '../register/office/password.ts';
import type { Role } from '../register/officer.ts';
import { startWeb } from './server.ts';
import { letterWithFiles, openWorld, type TestAgency, type World } from './test-world.ts';

const PASSWORD = 'a long password for tests';

export interface Page {
  status: number;
  html: string;
  headers: Headers;
  location: string;
}

export interface Browser {
  get(path: string): Promise<Page>;
  post(path: string, fields: Record<string, string | string[]>, headers?: Record<string, string>): Promise<Page>;
}

export interface Office extends World {
  base: string;
  /** The administrator of the red agency. */
  admin: Browser;
  /** Somebody with these cookies; '' is a stranger. */
  browser(cookie: string): Browser;
  trySignIn(login: string, password?: string): Promise<{ status: number; cookie: string }>;
  /** Logins are '<role>@<agency>', and 'provider'. */
  signIn(login: string, password?: string): Promise<Browser>;
}

export async function openOffice(): Promise<Office> {
  const world = await openWorld();
  const web = await startWeb(world.context);
  const base = `http://127.0.0.1:${web.port}`;

  const person = async (agency: TestAgency, role: Role, unitIds: string[] = []): Promise<void> => {
    const login = `${role}@${agency.code}`;
    const outcome = await addAccount(world.context, agency.administrator, {
      login,
      name: login,
      role,
      unitIds,
      password: PASSWORD,
      appointed: role === 'administrator',
    });
    if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  };
  for (const agency of [world.red, world.blue]) {
    for (const role of ['administrator', 'saraban', 'auditor'] as const) await person(agency, role);
    await person(agency, 'unit', [agency.unitIds.finance]);
  }
  await inAgency(world.context.db, 0, THE_APPLIANCE, async tx => {
    await tx`INSERT INTO account (agency_id, id, login, name, role, password_hash) VALUES (0, gen_random_uuid(), 'provider', 'ผู้ให้บริการ', 'provider', ${await hashPassword(PASSWORD)})`;
  });
  await world.enter(world.red, letterWithFiles('one'), { subject: 'ไฟฟ้าสาธารณะ หมู่ 4' });
  await world.enter(world.blue, letterWithFiles('blue'), { subject: 'BLUE SUBJECT' });

  const browser = (cookie: string): Browser => {
    const ask = async (path: string, init: RequestInit): Promise<Page> => {
      const response = await fetch(`${base}${path}`, {
        ...init,
        redirect: 'manual',
        headers: { cookie, accept: 'text/html', ...init.headers },
      });
      const html = await response.text();
      // No page of ours may need what the policy forbids.
      if (!path.includes('/preview')) expect(html).not.toMatch(/<[a-z][^>]* (?:style|on[a-z]+)=|<style|<script(?![^>]* src=)/i);
      return { status: response.status, html, headers: response.headers, location: response.headers.get('location') ?? '' };
    };
    return {
      get: path => ask(path, {}),
      post: (path, fields, headers = {}) => {
        const body = new URLSearchParams();
        for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
        return ask(path, { method: 'POST', body, headers });
      },
    };
  };
  const trySignIn = async (login: string, password = PASSWORD) => {
    const response = await fetch(`${base}/sign-in`, { method: 'POST', body: new URLSearchParams({ login, password }), redirect: 'manual' });
    return {
      status: response.status,
      cookie: response.headers
        .getSetCookie()
        .map(cookie => cookie.split(';')[0])
        .join('; '),
    };
  };
  const signIn = async (login: string, password = PASSWORD) => {
    const { status, cookie } = await trySignIn(login, password);
    if (status !== 303) throw new Error(`sign-in of ${login}: ${status}`);
    return browser(cookie);
  };
  return {
    ...world,
    base,
    admin: await signIn('administrator@red'),
    browser,
    trySignIn,
    signIn,
    async close() {
      await web.stop();
      await world.close();
    },
  };
}

/** The values of the page that shows a secret once, in their order. */
export function secret(html: string, index: number): string {
  return [...html.matchAll(/<dd><code>([^<]*)<\/code>/g)][index]?.[1] ?? '';
}
