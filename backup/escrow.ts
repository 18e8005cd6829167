/** Whether the key of the copies is kept anywhere but on this machine: a note beside the key says for which key an escrow sheet was printed, and when. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { storeFailure } from '../register/store/folder.ts';
import type { CopyKeys } from './keys.ts';

const NOTE = join('keys', 'copy.escrow.json');

/** `elsewhere`: this machine cannot open its copies. `sheet`: printed for the key in use. `only-here`: a lost machine takes the key with it. */
export type Escrow =
  | { state: 'elsewhere' }
  | { state: 'sheet'; printedAt: Date }
  | { state: 'file'; file: string }
  | { state: 'only-here' };

export async function escrowOf(data: string, keys: CopyKeys): Promise<Escrow> {
  if (keys.heldElsewhere) return { state: 'elsewhere' };
  const printed = await readNote(data);
  if (printed !== null && keys.recipients.includes(printed.recipient)) return { state: 'sheet', printedAt: new Date(printed.printedAt) };
  // A file outside the data folder was put there by somebody who has it from elsewhere.
  const file = keys.identityFile;
  if (file !== null && !resolve(file).startsWith(resolve(data) + sep)) return { state: 'file', file };
  return { state: 'only-here' };
}

export async function noteSheet(data: string, recipient: string, at: Date): Promise<void> {
  try {
    await writeFile(join(data, NOTE), `${JSON.stringify({ recipient, printedAt: at.toISOString() })}\n`, { mode: 0o600 });
  } catch (error) {
    throw storeFailure(error, join(data, 'keys'));
  }
}

async function readNote(data: string): Promise<{ recipient: string; printedAt: string } | null> {
  try {
    const note = JSON.parse(await readFile(join(data, NOTE), 'utf8')) as { recipient?: unknown; printedAt?: unknown };
    const { recipient, printedAt } = note;
    if (typeof recipient !== 'string' || typeof printedAt !== 'string' || Number.isNaN(Date.parse(printedAt))) return null;
    return { recipient, printedAt };
  } catch {
    return null;
  }
}
