/** What a role of the appliance (gateway, web, worker, night) is given when it starts, and what it gives back. */
import type { Settings } from '../../config/settings.ts';
import type { ConnectionOptions } from '../../register/db/connect.ts';
import type { Log } from '../log.ts';

export type RoleName = 'gateway' | 'web' | 'worker' | 'night';

/** In the order they stop: no new mail first, the copy under way (which the next start takes up), then the jobs in hand, the pages last. */
export const ROLE_NAMES: RoleName[] = ['gateway', 'night', 'worker', 'web'];

export type RoleContext = {
  settings: Settings;
  /** How to reach the database; the role opens its own pool. */
  database: ConnectionOptions;
  log: Log;
  /** The time now. Everything that is registered takes it from here. */
  clock: () => Date;
};

export type RunningRole = {
  /** What others need to know, above all ports that were chosen freely: `{ smtpPort }`, `{ webPort }`. Goes over a process border as JSON. */
  ready: Record<string, number | string>;
  /** Ends in order: takes nothing new, finishes what is in hand. Called once. */
  stop(): Promise<void>;
};

/** What `cli/roles/<name>.ts` exports. It resolves when the role serves; what stands in its way is thrown as a Failure. */
export type RoleModule = { run(context: RoleContext): Promise<RunningRole> };
