/** Waits until the letters that were just sent have been read, and it was decided whether they are acknowledged: the steps behind the 250. */
import { getEntry } from '../../register/look/entry.ts';
import { getMessage } from '../../register/look/messages.ts';
import type { Officer, RegisterContext } from '../../register/officer.ts';
import { lookUntil } from '../postgres/patience.ts';

/** @returns how many of `messageIds` are still not through when the patience ends: 0 when all are */
export async function awaitSteps(register: RegisterContext, officer: Officer, messageIds: string[], patienceMs: number): Promise<number> {
  const waiting = new Set(messageIds);
  await lookUntil(async () => {
    for (const id of waiting) if (await isThrough(register, officer, id)) waiting.delete(id);
    return waiting.size === 0 ? true : undefined;
  }, patienceMs);
  return waiting.size;
}

// Acknowledging and routing are queued together; once the acknowledgement was decided on, the rules have nearly always spoken too.
async function isThrough(register: RegisterContext, officer: Officer, messageId: string): Promise<boolean> {
  const message = await getMessage(register.db, officer, messageId);
  if (message === null || message.reading === 'waiting') return message === null;
  if (message.entryId === null) return true;
  const entry = await getEntry(register.db, officer, message.entryId);
  return entry === null || entry.acknowledgement.state !== 'waiting';
}
