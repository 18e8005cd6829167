/** `saraban start`: the whole appliance under its supervisor, or with `--only` some of its roles in this process. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Settings } from '../config/settings.ts';
import type { FirstSignIn } from './appliance/banner.ts';
import { runRoles, runRolesAsChild } from './appliance/run-roles.ts';
import { supervise } from './appliance/supervisor.ts';
import { toldToStop } from './appliance/told-to-stop.ts';
import { openClock } from './clock.ts';
import { type CommandContext, UsageError } from './command.ts';
import { firstAgency } from './first-agency.ts';
import { openLog } from './log.ts';
import { passwordLines } from './one-time-password.ts';
import { withDatabase } from './open-database.ts';
import { readyDatabase } from './ready-database.ts';
import { loadRole } from './roles/load-role.ts';
import { ROLE_NAMES, type RoleName } from './roles/role.ts';

/** Runs until it is told to stop; exit 0 then. */
export async function start(args: string[], context: CommandContext): Promise<number> {
  const { values } = parseArgs({ args, options: { only: { type: 'string' }, supervised: { type: 'boolean', default: false } } });
  const roles = values.only === undefined ? null : readRoles(values.only);
  const settings = context.settings();
  const stopping = toldToStop();
  if (roles) {
    const { supervised } = values;
    const options = { roles, settings, stopping, loadRole, supervised, log: openLog(settings.logLevel, roles.join(',')) };
    if (supervised) return await runRolesAsChild(options);
    // Roles started by hand have no banner: whoever is first says the password by itself.
    const firstSignIn = await withDatabase(settings, connection => firstAgency(connection, settings, openClock(settings.clockStart)()));
    if (firstSignIn !== null) console.log(passwordLines(firstSignIn.user, firstSignIn.password).join('\n'));
    return await runRoles(options);
  }
  return await startAll(settings, stopping, context);
}

async function startAll(settings: Settings, stopping: AbortSignal, context: CommandContext): Promise<number> {
  let toShow: FirstSignIn | null = null;
  try {
    return await supervise({
      settings,
      stopping,
      env: context.env,
      entry: fileURLToPath(new URL('./saraban.js', import.meta.url)),
      say: text => {
        if (toShow !== null && text.includes(toShow.password)) toShow = null;
        console.log(text);
      },
      prepare: async connection => {
        await readyDatabase(connection);
        toShow = await firstAgency(connection, settings, openClock(settings.clockStart)());
        return { firstSignIn: toShow };
      },
    });
  } finally {
    // The account is there, though the start has failed behind it (a port is taken): the next start would not show the password any more.
    if (toShow !== null) console.log(passwordLines((toShow as FirstSignIn).user, (toShow as FirstSignIn).password).join('\n'));
  }
}

function readRoles(text: string): RoleName[] {
  const names = text.split(',').map(name => name.trim());
  const roles = ROLE_NAMES.filter(role => names.includes(role));
  const unknown = names.find(name => !ROLE_NAMES.some(role => role === name));
  if (unknown === undefined) return roles;
  throw new UsageError(`--only ${text}: ไม่มีส่วน "${unknown}" · "${unknown}" is not one of ${ROLE_NAMES.join(', ')}`);
}
