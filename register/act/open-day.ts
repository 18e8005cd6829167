/** The log of what was taken of a closed day (I10). The page and the API call it before they hand out the first byte. */
import { may } from '../access.ts';
import { inAgency } from '../db/transaction.ts';
import { getDay } from '../look/days.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { insertAct } from './queries.ts';

/** @param input.what - the names of the files that are handed out; each must be one that the officer may have */
export async function openedDay(context: RegisterContext, officer: Officer, input: { day: string; what: string[] }): Promise<ActOutcome> {
  if (!may(officer, 'see-days')) return { outcome: 'forbidden' };
  const day = await getDay(context.db, officer, input.day);
  if (day === null || !input.what.every(name => day.files.some(file => file.name === name))) return { outcome: 'not-found' };
  return await inAgency(context.db, officer.agencyId, officer, async tx => {
    await insertAct(tx, officer, context.now(), { register: 'office', kind: 'day-opened', detail: { day: day.day, files: input.what } });
    return { outcome: 'done' };
  });
}

/** A whole month at once, without what is classified. @param input.days the days of it, 'yyyy-mm-dd' */
export async function openedMonth(
  context: RegisterContext,
  officer: Officer,
  input: { month: string; days: string[] },
): Promise<ActOutcome> {
  if (!may(officer, 'see-days')) return { outcome: 'forbidden' };
  return await inAgency(context.db, officer.agencyId, officer, async tx => {
    await insertAct(tx, officer, context.now(), {
      register: 'office',
      kind: 'day-opened',
      detail: { month: input.month, days: input.days },
    });
    return { outcome: 'done' };
  });
}
