/**
 * Reads `postmaster.pid`, PostgreSQL's own word on who serves a cluster, and judges whether that server still lives and is ours.
 *
 * A process number alone proves nothing: after a crash of the machine, or in a container that counts from 1 again, it may be anybody's.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type ServerState = { pid: number; status: string };

/** Who the file names, or `null` when no server ran or the last one stopped in order. `status` is `starting`, `ready`, `stopping` or ''. */
export async function readPostmasterFile(cluster: string): Promise<ServerState | null> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : null;
}

/** True when a process with this number runs (one that is dead but not yet reaped does not count). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return processState(pid) !== 'Z';
}

/** True when the process `pid` is the server of the cluster whose layout carries `name`. */
export function isServerOf(pid: number, name: string): boolean {
  return isAlive(pid) && commandLine(pid).includes(`cluster_name=${name}`);
}

function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function processState(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in parentheses and may hold anything: the state follows the last one.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return '';
  }
}

/** When the process started, in the system's own counting: tells a process from a later one with the same number. '' where unknown. */
export function startMark(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
