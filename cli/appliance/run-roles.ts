/** Runs roles inside this process: as a child of the supervisor, or by hand on one of many machines (`start --only gateway`). */
import { setPriority } from 'node:os';
import type { Settings } from '../../config/settings.ts';
import { Failure } from '../../register/failure.ts';
import { openClock } from '../clock.ts';
import { FAILED, TRY_AGAIN } from '../command.ts';
import type { Log } from '../log.ts';
import { readyDatabase } from '../ready-database.ts';
import { refuseUnfinishedRestore } from '../restore-marker.ts';
import { ROLE_NAMES, type RoleModule, type RoleName, type RunningRole } from '../roles/role.ts';
import { checkDataFolder } from './data-folder.ts';
import { keepDatabase } from './keep-database.ts';
import { asListenFailure } from './listen-failure.ts';
import { aborted } from './told-to-stop.ts';

/** What a role process says to its supervisor. */
export type RoleMessage =
  | { kind: 'ready'; ready: RunningRole['ready'] }
  | { kind: 'failure'; code: string; temporary: boolean; message: string; userMessage: { th: string; en: string } };

export type RoleLoader = (role: RoleName) => Promise<RoleModule>;

export type RunRolesOptions = {
  roles: RoleName[];
  settings: Settings;
  log: Log;
  loadRole: RoleLoader;
  /** Aborts when the roles are to end. */
  stopping: AbortSignal;
  /** Whether a supervisor started this process; it has made the database ready already. */
  supervised: boolean;
};

/**
 * Runs the roles until told to stop.
 * @returns exit code 0 after an orderly end
 * @throws Failure when a role cannot start; the ones that had started are stopped
 */
export async function runRoles(options: RunRolesOptions): Promise<number> {
  const { roles, settings, log, loadRole, stopping } = options;
  // Alone in its process the night stands behind everybody: copying and proving may take its time, a letter may not.
  if (roles.length === 1 && roles[0] === 'night') standBehind(log);
  await checkDataFolder(settings.data);
  await refuseUnfinishedRestore(settings.data);
  const database = await keepDatabase(settings, log);
  const running = new Map<RoleName, RunningRole>();
  try {
    if (!options.supervised) await readyDatabase(database.connection);
    const clock = openClock(settings.clockStart);
    for (const role of roles) {
      const module = await loadRole(role);
      running.set(
        role,
        await module.run({ settings, database: database.connection, log: roles.length > 1 ? log.child({ part: role }) : log, clock }),
      );
    }
    const ready = Object.assign({}, ...[...running.values()].map(role => role.ready)) as RunningRole['ready'];
    log.info({ roles, ...ready }, 'ready');
    await tell({ kind: 'ready', ready });
    await aborted(stopping);
    log.info({ roles, reason: String(stopping.reason) }, 'stopping');
    return 0;
  } catch (error) {
    throw asListenFailure(error);
  } finally {
    for (const role of ROLE_NAMES)
      await running
        .get(role)
        ?.stop()
        .catch(error => log.error({ part: role, error }, 'role did not stop in order'));
    await database.stop();
    log.info({ roles }, 'stopped');
  }
}

const BEHIND = 10;

function standBehind(log: Log): void {
  try {
    setPriority(BEHIND);
  } catch (error) {
    log.warn({ error: String(error) }, 'the priority cannot be lowered');
  }
}

/** The same for a child of the supervisor, which hears of a failure over the channel. Ends the process, so that no forgotten timer keeps it. */
export async function runRolesAsChild(options: RunRolesOptions): Promise<never> {
  let code = 0;
  try {
    code = await runRoles(options);
  } catch (error) {
    options.log.error({ error }, 'role ends with a failure');
    if (error instanceof Failure) {
      const { message, temporary, userMessage } = error;
      await tell({ kind: 'failure', code: error.code, temporary, message, userMessage });
      code = temporary ? TRY_AGAIN : FAILED;
    } else code = FAILED;
  }
  process.exit(code);
}

function tell(message: RoleMessage): Promise<void> {
  return new Promise(resolve => {
    // The supervisor may be gone in this very moment; the disconnect tells us that.
    if (process.send && process.connected) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
