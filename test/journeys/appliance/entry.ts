/**
 * The appliance's real supervisor with stand-ins for its roles: each listens on its port and writes down when it began and ended.
 * A file `<data>/<role>-refuses` makes that role fail to start; `<role>-hangs` makes it wait for ever in starting.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runRolesAsChild } from '../../../cli/appliance/run-roles.ts';
import { supervise } from '../../../cli/appliance/supervisor.ts';
import { toldToStop } from '../../../cli/appliance/told-to-stop.ts';
import type { Command } from '../../../cli/command.ts';
import { openLog } from '../../../cli/log.ts';
import { main } from '../../../cli/main.ts';
import type { RoleContext, RoleModule, RoleName, RunningRole } from '../../../cli/roles/role.ts';
import { openDatabase } from '../../../register/db/connect.ts';
import { Failure } from '../../../register/failure.ts';

function standIn(role: RoleName): RoleModule {
  return { run: context => runStandIn(role, context) };
}

async function runStandIn(role: RoleName, { settings, database, clock }: RoleContext): Promise<RunningRole> {
  const book = (event: string) => appendFileSync(join(settings.data, 'events'), `${role} ${event}\n`);
  if (existsSync(join(settings.data, `${role}-hangs`))) {
    book('hangs');
    await new Promise(resolve => setTimeout(resolve, 1_000_000));
  }
  if (existsSync(join(settings.data, `${role}-refuses`))) {
    const userMessage = { th: 'ไม่เริ่ม', en: 'I would rather not.' };
    throw new Failure({ code: 'refused', temporary: true, message: 'refused', userMessage });
  }
  // A role that says it is ready has reached the database.
  const db = openDatabase(database, { role: 'owner', max: 1, name: role });
  await db`SELECT 1`;
  const port = role === 'gateway' ? settings.smtpPort : role === 'web' ? settings.webPort : null;
  const server = createServer(socket => {
    db<{ now: Date }[]>`SELECT now()`
      .then(() => socket.end(`${role} ${process.pid} ${settings.webUrl} ${clock().toISOString()}`))
      .catch(error => socket.end(`error ${error.message}`));
  });
  if (port !== null)
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ host: settings.host, port }, resolve));
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : 0;
  book('started');
  return {
    ready: role === 'worker' || role === 'night' ? {} : { [role === 'web' ? 'webPort' : 'smtpPort']: bound },
    stop: async () => {
      await new Promise(resolve => (server.listening ? server.close(resolve) : resolve(undefined)));
      await db.end({ timeout: 5 });
      book('stopped');
    },
  };
}

const start: Command = {
  usage: '',
  th: '',
  en: '',
  load: async () => async (args, context) => {
    const settings = context.settings();
    const stopping = toldToStop();
    const only = args[args.indexOf('--only') + 1] as RoleName;
    if (args.includes('--only')) {
      const log = openLog(settings.logLevel, only);
      return await runRolesAsChild({ roles: [only], settings, log, stopping, supervised: true, loadRole: async role => standIn(role) });
    }
    const prepare = async () => ({
      firstSignIn: existsSync(join(settings.data, 'events')) ? null : { user: 'first-user', password: 'first-password' },
    });
    return await supervise({ settings, stopping, env: context.env, entry: import.meta.filename, say: console.log, prepare });
  },
};

process.exitCode = await main(process.argv.slice(2), { start });
