/** `saraban start`: the whole appliance under its supervisor, or with `--only` some of its roles in this process. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runRoles, runRolesAsChild } from './appliance/run-roles.ts';
import { supervise } from './appliance/supervisor.ts';
import { toldToStop } from './appliance/told-to-stop.ts';
import { type CommandContext, UsageError } from './command.ts';
import { openLog } from './log.ts';
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
    return supervised ? await runRolesAsChild(options) : await runRoles(options);
  }
  return await supervise({
    settings,
    stopping,
    env: context.env,
    entry: fileURLToPath(new URL('./saraban.js', import.meta.url)),
    say: text => console.log(text),
    prepare: async connection => {
      await readyDatabase(connection);
      return { firstSignIn: null };
    },
  });
}

function readRoles(text: string): RoleName[] {
  const names = text.split(',').map(name => name.trim());
  const roles = ROLE_NAMES.filter(role => names.includes(role));
  const unknown = names.find(name => !ROLE_NAMES.some(role => role === name));
  if (unknown === undefined) return roles;
  throw new UsageError(`--only ${text}: ไม่มีส่วน "${unknown}" · "${unknown}" is not one of ${ROLE_NAMES.join(', ')}`);
}
