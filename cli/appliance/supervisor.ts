/**
 * `saraban start`: brings up the database and one process a role, keeps them up, and stops them in order: no new mail, the jobs in hand,
 * the pages, the database last. A role that crashes takes no other with it.
 */
import { mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import type { ConnectionOptions } from '../../register/db/connect.ts';
import { openClock } from '../clock.ts';
import { type Log, openLog } from '../log.ts';
import { refuseUnfinishedRestore } from '../restore-marker.ts';
import { ROLE_NAMES, type RoleName, type RunningRole } from '../roles/role.ts';
import { banner, type FirstSignIn } from './banner.ts';
import { checkDataFolder } from './data-folder.ts';
import { type KeptDatabase, keepDatabase } from './keep-database.ts';
import { lockAppliance } from './lock.ts';
import { type RoleProcess, startRoleProcess } from './role-process.ts';
import { aborted } from './told-to-stop.ts';

export type SupervisorOptions = {
  settings: Settings;
  env: Record<string, string | undefined>;
  /** The script that role processes run; it takes `start --only <role> --supervised`. */
  entry: string;
  stopping: AbortSignal;
  /** For the person at the terminal. */
  say(text: string): void;
  /** Makes the database ready for the roles; gives the first user and password if they were made up now. */
  prepare(connection: ConnectionOptions, settings: Settings): Promise<{ firstSignIn: FirstSignIn | null }>;
};

const LARGEST_LOG_BYTES = 64 * 1024 ** 2;

/**
 * Runs the appliance until told to stop.
 * @returns exit code 0 after an orderly end
 * @throws Failure when it cannot start; whatever had started is stopped again
 */
export async function supervise(options: SupervisorOptions): Promise<number> {
  const { settings, stopping, say } = options;
  await checkDataFolder(settings.data);
  await refuseUnfinishedRestore(settings.data);
  const { logTo, logFile } = chooseLog(settings.data);
  const log = openLog(settings.logLevel, 'supervisor', logTo);
  const lock = await lockAppliance(settings.data);
  const children = new Map<RoleName, RoleProcess>();
  let database: KeptDatabase | undefined;
  // Asked to stop in the middle of starting: whoever waits for a role to be ready is set free.
  stopping.addEventListener('abort', () => void stopRoles(children), { once: true });
  try {
    database = await keepDatabase(settings, log);
    const { firstSignIn } = await options.prepare(database.connection, settings);
    const startRole = roleStarter(options, log, logTo, children, () =>
      lock.note([...children.values()].flatMap(child => child.pid() ?? [])),
    );
    const { smtpPort, webUrl } = await startRoles(startRole, settings, log);
    if (!stopping.aborted) say(banner({ settings, smtpPort, webUrl, firstSignIn, logFile }));
    await aborted(stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  } finally {
    if (stopping.aborted) say('กำลังหยุด… Stopping…');
    log.info({ reason: String(stopping.reason ?? 'failure') }, 'stopping');
    await stopRoles(children);
    await database?.stop();
    lock.release();
    log.info({}, 'stopped');
  }
  say('หยุดแล้ว · Stopped.');
  return 0;
}

type RoleStarter = (role: RoleName, extra?: Record<string, string>) => Promise<RunningRole['ready']>;

// All at once, unless the web's port is chosen freely: then the others have to know it first, since acknowledgements point to the pages.
async function startRoles(startRole: RoleStarter, settings: Settings, log: Log): Promise<{ smtpPort: number; webUrl: string }> {
  const freelyChosen = settings.webPort === 0 && !settings.webUrlGiven;
  const web = startRole('web');
  const webUrl = freelyChosen ? settings.webUrl.replace(/:0$/, `:${(await web).webPort}`) : settings.webUrl;
  const extra: Record<string, string> = freelyChosen ? { SARABAN_WEB_URL: webUrl } : {};
  const [gateway] = await Promise.all([startRole('gateway', extra), startRole('worker', extra), web]);
  // Last and not waited for, and no reason against the start: letters come in also where no copy can be made, and the night says so by itself.
  startRole('night', extra).catch(error => log.error({ child: 'night', error }, 'the night does not run'));
  return { smtpPort: Number(gateway.smtpPort ?? settings.smtpPort), webUrl };
}

function roleStarter(
  options: SupervisorOptions,
  log: Log,
  logTo: number,
  children: Map<RoleName, RoleProcess>,
  changed: () => void,
): RoleStarter {
  const clock = openClock(options.settings.clockStart);
  return async (role, extra = {}) => {
    if (options.stopping.aborted) throw new Error('told to stop while starting');
    // A clock set for a test runs on over the restart of a role.
    const time = () => (options.settings.clockStart ? { SARABAN_CLOCK: clock().toISOString() } : {});
    const environment = () => ({ ...options.env, ...extra, ...time() });
    const child = startRoleProcess({ role, entry: options.entry, environment, logTo, log, changed });
    children.set(role, child);
    changed();
    return await child.ready;
  };
}

async function stopRoles(children: Map<RoleName, RoleProcess>): Promise<void> {
  for (const role of ROLE_NAMES) await children.get(role)?.stop();
}

// A person at a terminal reads the banner, so the lines go to a file; a service manager collects stderr.
function chooseLog(dataFolder: string): { logTo: number; logFile: string | null } {
  if (!process.stderr.isTTY) return { logTo: 2, logFile: null };
  const logFile = join(dataFolder, 'log', 'saraban.log');
  mkdirSync(join(dataFolder, 'log'), { recursive: true, mode: 0o700 });
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG_BYTES) renameSync(logFile, `${logFile}.1`);
  return { logTo: openSync(logFile, 'a', 0o600), logFile };
}
