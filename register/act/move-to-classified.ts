/**
 * A letter that was found to be classified only after it was entered goes into the classified register: its number in the ordinary one is cancelled, with the
 * reason and for good (I3), and the letter gets the next of the other. The units it was routed to are asked anew, for their people need not be appointed.
 */
import { v7 as uuidv7 } from 'uuid';
import { newPublicCode, registerYear } from '../number.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { selectCalendar } from '../queries.ts';
import { classifiedRegisterOf } from '../registers.ts';
import { refreshSearch } from '../search-text.ts';
import { insertMoved, moveAcknowledgement } from './move-queries.ts';
import { endOpenRoutes, insertAct, lockAcknowledgement, lockRoutes, updateState } from './queries.ts';
import { actOnEntry, entryConflict, OPEN } from './run.ts';

/** As it stands in the register beside the cancelled number. */
export const MOVED = 'ย้ายไปทะเบียนลับ';

/** Only an open, classified letter of the ordinary register, in an agency that keeps the other; else a conflict. @returns the new entry */
export async function moveToClassified(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number | undefined },
): Promise<ActOutcome<{ entryId: string; register: 'receive-classified'; number: number; year: number }>> {
  const act = { action: 'cancel', entryId: input.entryId, version: input.version, from: OPEN } as const;
  return await actOnEntry(context, officer, act, async (tx, entry, at) => {
    const calendar = await selectCalendar(tx, officer.agencyId);
    const register = 'receive-classified' as const;
    if (entry.register !== 'receive' || entry.secrecy === 'normal' || classifiedRegisterOf(calendar.classifiedRegister) === 'shared')
      return await entryConflict(tx, entry);
    await lockRoutes(tx, entry.id);
    await lockAcknowledgement(tx, entry.id);
    const withdrawn = await endOpenRoutes(tx, entry.id, 'withdrawn', officer.name, at);
    await updateState(tx, entry.id, { state: 'cancelled', reason: MOVED });
    const entryId = uuidv7();
    const { number, year } = await insertMoved(tx, entry.id, {
      entryId,
      year: registerYear(at, calendar),
      enteredAt: at,
      publicCode: newPublicCode(),
      remark: `ย้ายมาจากทะเบียนหนังสือรับ เลขรับ ${entry.number}/${entry.year}`,
    });
    await refreshSearch(tx, entryId);
    if ((await moveAcknowledgement(tx, entry.id, entryId)) === 'waiting')
      await context.jobs.enqueue(tx, 'acknowledge', [{ agencyId: officer.agencyId, entryId }]);
    // The chains in the order of REGISTERS, as everywhere.
    const detail = { from: { entryId: entry.id, number: entry.number, year: entry.year }, to: { entryId, register, number, year } };
    await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, kind: 'moved-away', detail: { ...detail, withdrawn } });
    await insertAct(tx, officer, at, { register, entryId, kind: 'moved-in', detail });
    return { outcome: 'done', entryId, register, number, year };
  });
}
