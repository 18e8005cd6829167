/** For the tests of office pages: people of an agency who sign in over real HTTP, and look and press. */
import { addAccount } from '../../register/office/accounts.ts';
import type { Role } from '../../register/officer.ts';
import { type RunningWeb, startWeb } from '../server.ts';
import { openWorld, type TestAgency, type World } from '../test-world.ts';

const PASSWORD = 'a long password for tests';

export interface Visitor {
  get(path: string): Promise<{ status: number; html: string; headers: Headers }>;
  post(path: string, fields: Record<string, string>): Promise<{ status: number; html: string; location: string }>;
}

export interface OfficeWorld {
  world: World;
  visitor(agency: TestAgency, role: Exclude<Role, 'provider'>): Promise<Visitor>;
  close(): Promise<void>;
}

export async function openOfficeWorld(): Promise<OfficeWorld> {
  const world = await openWorld();
  const web: RunningWeb = await startWeb(world.context);
  const base = `http://127.0.0.1:${web.port}`;
  return {
    world,
    async visitor(agency, role) {
      const login = `${role}@${agency.code}`;
      const added = await addAccount(world.context, agency.administrator, {
        login,
        name: login,
        role,
        unitIds: [agency.unitIds.finance],
        password: PASSWORD,
      });
      if (added.outcome !== 'done') throw new Error(JSON.stringify(added));
      const signedIn = await fetch(`${base}/sign-in`, {
        method: 'POST',
        body: new URLSearchParams({ login, password: PASSWORD }),
        redirect: 'manual',
      });
      const cookie = signedIn.headers
        .getSetCookie()
        .map(one => one.split(';')[0])
        .join('; ');
      const ask = async (path: string, init: RequestInit) => {
        const response = await fetch(`${base}${path}`, {
          ...init,
          redirect: 'manual',
          headers: { cookie: `${cookie}; language=en`, accept: 'text/html' },
        });
        return {
          status: response.status,
          html: await response.text(),
          headers: response.headers,
          location: response.headers.get('location') ?? '',
        };
      };
      return { get: path => ask(path, {}), post: (path, fields) => ask(path, { method: 'POST', body: new URLSearchParams(fields) }) };
    },
    async close() {
      await web.stop();
      await world.close();
    },
  };
}
