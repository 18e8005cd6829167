/**
 * Who uses the embedded server: one empty file a use, named by process. A command that started the server must not stop it under another
 * that joined meanwhile; the last one out does.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startMark } from './postmaster-file.ts';

let taken = 0;

/** Says that this process uses the server, in a file below `folder`. @returns gives it back; `true` when nobody else is left. */
export function takeLease(folder: string): () => boolean {
  taken += 1;
  // All that has to be known is in the name, so that nobody can read a half-written lease and sweep it away.
  const mine = join(folder, `${process.pid}-${startMark(process.pid)}-${taken}`);
  writeFileSync(mine, '');
  return () => {
    rmSync(mine, { force: true });
    return usersOf(folder).length === 0;
  };
}

/** Process numbers of the living users; files of dead ones are swept away on the way. */
export function usersOf(folder: string): number[] {
  const living: number[] = [];
  for (const name of readdirSync(folder)) {
    const [pid, mark] = name.split('-');
    if (isAlive(Number(pid)) && startMark(Number(pid)) === mark) living.push(Number(pid));
    else rmSync(join(folder, name), { force: true });
  }
  return living;
}
