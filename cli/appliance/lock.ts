/**
 * One appliance a data folder: a second one would take the first one's mail and ports apart. The lock also tells which role processes a
 * killed appliance left behind, so that the next one waits for them.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../register/failure.ts';
import { lookUntil } from '../postgres/patience.ts';
import { isAlive, startMark } from '../postgres/postmaster-file.ts';

type Holder = { pid: number; mark: string };
type Content = Holder & { roles: Holder[] };

export type ApplianceLock = {
  /** Writes down the role processes that live now. */
  note(rolePids: number[]): void;
  release(): void;
};

// Role processes notice at once that their supervisor is gone and finish what is in hand. The crash tests hold what happens to the rest.
const DRAIN_MS = 20_000;

/** The number of the appliance's process that runs on `dataFolder`, or `null`. */
export function runningAppliance(dataFolder: string): number | null {
  const content = read(pathOf(dataFolder));
  return content && lives(content) ? content.pid : null;
}

/**
 * Takes the lock, and waits for what a killed appliance left behind.
 * @throws Failure `already-running`, naming the process
 */
export async function lockAppliance(dataFolder: string): Promise<ApplianceLock> {
  const path = pathOf(dataFolder);
  const mine: Content = { ...holder(process.pid), roles: [] };
  const before = take(path, mine);
  const left = (before?.roles ?? []).filter(lives);
  if (left.length > 0) {
    await lookUntil(() => (left.some(lives) ? undefined : true), DRAIN_MS);
    for (const role of left.filter(lives)) process.kill(role.pid, 'SIGKILL');
  }
  return {
    note: rolePids => write(path, { ...mine, roles: rolePids.map(holder) }),
    release: () => rmSync(path, { force: true }),
  };
}

function take(path: string, mine: Content): Content | null {
  for (;;) {
    if (create(path, mine)) return null;
    const before = read(path);
    if (before && lives(before)) throw alreadyRunning(before.pid);
    // Two may find the same dead lock: only one of them can make this second file, the other looks again.
    const steal = `${path}.steal`;
    if (!create(steal, mine)) {
      const other = read(steal);
      if (other && lives(other)) throw alreadyRunning(other.pid);
      rmSync(steal, { force: true });
      continue;
    }
    try {
      const again = read(path);
      if (again && lives(again)) throw alreadyRunning(again.pid);
      write(path, mine);
      return again;
    } finally {
      rmSync(steal, { force: true });
    }
  }
}

function alreadyRunning(pid: number): Failure {
  return new Failure({
    code: 'already-running',
    temporary: false,
    message: `an appliance already runs on this data folder (process ${pid})`,
    userMessage: {
      th: `Saraban กำลังทำงานอยู่แล้วกับโฟลเดอร์ข้อมูลนี้ (โพรเซส ${pid}) โปรดหยุดตัวเดิมก่อน หรือเลือก SARABAN_DATA อื่น`,
      en: `Saraban already runs on this data folder (process ${pid}): stop that one first, or choose another SARABAN_DATA.`,
    },
  });
}

function pathOf(dataFolder: string): string {
  return join(dataFolder, 'appliance.lock');
}

function holder(pid: number): Holder {
  return { pid, mark: startMark(pid) };
}

function lives({ pid, mark }: Holder): boolean {
  return isAlive(pid) && startMark(pid) === mark;
}

function read(path: string): Content | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content;
  } catch {
    return null;
  }
}

// Linked into place, whole: a reader never sees half of it, and of two who try only one can.
function create(path: string, content: Content): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(content));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

// Renamed into place, for the same reason.
function write(path: string, content: Content): void {
  writeFileSync(`${path}.new`, JSON.stringify(content));
  renameSync(`${path}.new`, path);
}
