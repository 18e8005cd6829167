/** Opens the register for a command that looks at it or acts in it: as the application (row-level security holds), for one agency, by name of the person at the terminal. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { nearest } from '../config/nearest.ts';
import type { Settings } from '../config/settings.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../register/db/connect.ts';
import { asFailure } from '../register/db/transaction.ts';
import { Failure } from '../register/failure.ts';
import { type Jobs, openJobs } from '../register/jobs/jobs.ts';
import { type AgencySummary, listAgencies } from '../register/look/office.ts';
import type { Officer, RegisterContext } from '../register/officer.ts';
import { openFolderStore } from '../register/store/folder.ts';
import { usage } from './arguments.ts';
import { openClock } from './clock.ts';
import { SILENT } from './log.ts';
import { withDatabase } from './open-database.ts';

/**
 * Runs `work` on the register, whether the appliance runs or not.
 * @throws Failure when the database or the data folder cannot be opened; whatever `work` throws otherwise
 */
export async function withRegister<T>(settings: Settings, work: (register: RegisterContext) => Promise<T>): Promise<T> {
  return await withDatabase(settings, async connection => {
    const db = openDatabase(connection, { role: 'app', max: 2, name: 'cli' });
    const jobs = openJobsWhenNeeded(connection);
    try {
      const store = await openFolderStore(join(settings.data, 'blobs'));
      return await work({ db, jobs, store, now: openClock(settings.clockStart) });
    } catch (error) {
      throw asFailure(error);
    } finally {
      await jobs.stop();
      await db.end({ timeout: 5 });
    }
  });
}

// Most commands queue nothing, and the queue's own pool would cost each of them its time.
function openJobsWhenNeeded(connection: ConnectionOptions): Pick<Jobs, 'enqueue' | 'stop'> {
  let opened: Promise<Jobs> | undefined;
  return {
    async enqueue(tx, queue, payloads, delaySeconds) {
      opened ??= openJobs(connection, { works: false, name: 'cli', log: SILENT });
      await (await opened).enqueue(tx, queue, payloads, delaySeconds);
    },
    async stop() {
      await (await opened)?.stop();
    },
  };
}

/** Whoever may use the data folder may run commands: as an administrator, named in the acts by the account on this machine. */
export function officerAtTerminal(agencyId: number): Officer {
  return { id: null, name: personAtTerminal(), peer: 'cli', agencyId, role: 'administrator', unitIds: [], appointed: false };
}

/** The provider's view of all agencies. */
function providerAtTerminal(): Officer {
  return { ...officerAtTerminal(0), role: 'provider' };
}

function personAtTerminal(): string {
  try {
    return `${userInfo().username} (npx saraban)`;
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? '?'} (npx saraban)`;
  }
}

/** All agencies, the provider's own row not among them. */
export async function agencies(db: Database): Promise<AgencySummary[]> {
  return (await listAgencies(db, providerAtTerminal())).filter(agency => agency.id > 0);
}

/**
 * The agency a command is about: the one named by `--agency`, or the only one there is.
 * @throws UsageError when it is not known or must be said; Failure `no-agency` before the first one
 */
export async function chooseAgency(db: Database, code: string | undefined): Promise<AgencySummary> {
  const all = await agencies(db);
  if (all.length === 0) throw noAgency();
  const codes = all.map(agency => agency.code);
  const found = code === undefined && all.length === 1 ? all[0] : all.find(agency => agency.code === code);
  if (found !== undefined) return found;
  if (code === undefined)
    throw usage(`มีหลายส่วนราชการ โปรดระบุ --agency (${codes.join(', ')})`, 'there are several agencies: say which with --agency');
  const meant = nearest(code, codes);
  const hint = meant ? `did you mean ${meant}?` : `there is no such agency; known are ${codes.slice(0, 20).join(', ')}`;
  throw usage(`--agency ${code}: ไม่มีส่วนราชการรหัสนี้`, hint);
}

function noAgency(): Failure {
  return new Failure({
    code: 'no-agency',
    temporary: false,
    message: 'there is no agency yet',
    userMessage: {
      th: 'ยังไม่มีส่วนราชการ โปรดใช้ npx saraban agency add หรือเริ่มระบบครั้งแรกด้วย npm start',
      en: 'There is no agency yet: add one with npx saraban agency add, or start the appliance once with npm start.',
    },
  });
}
