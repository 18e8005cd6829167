/**
 * What officers do with an entry, over the API. Each answers with the entry as it stands afterwards.
 */
import { amendEntry } from '../../register/act/amend.ts';
import { cancelEntry } from '../../register/act/cancel.ts';
import { closeEntry } from '../../register/act/close.ts';
import { confirmEntry } from '../../register/act/confirm.ts';
import { returnEntry } from '../../register/act/return.ts';
import { routeEntry } from '../../register/act/route.ts';
import { getEntry } from '../../register/look/entry.ts';
import type { Facts } from '../../register/look/entry-row.ts';
import type { ActOutcome } from '../../register/officer.ts';
import { entryNow, unitIdOf } from './entries.ts';
import type { Call, Reply } from './operation.ts';
import { doneOrProblem, Problem } from './problem.ts';
import { readId } from './request.ts';
import type { BodyName } from './schema.ts';

/** An act and its answer. `act` gets the checked body without what was left out. */
function entryAct<B extends BodyName>(act: (call: Call<'none', B>, entryId: string) => Promise<ActOutcome>) {
  return async (call: Call<'none', B>): Promise<Reply> => {
    const entryId = readId(call.places.id);
    doneOrProblem(await act(call, entryId));
    return { kind: 'json', body: await entryNow(call.context, call.officer, entryId) };
  };
}

export const confirmOperation = entryAct<'Confirm'>(({ context, officer, body }, entryId) =>
  confirmEntry(context, officer, { entryId, ...given(body) }),
);

export const routeOperation = entryAct<'Route'>(async ({ context, officer, body }, entryId) => {
  // First the letter, then the units: who may not see the letter must not learn which units there are.
  if ((await getEntry(context.db, officer, entryId)) === null) throw new Problem('not-found');
  const recipients = [];
  for (const [index, { unit, accountId, purpose }] of body.recipients.entries()) {
    const unitId = await unitIdOf(context, officer, unit, `recipients.${index}.unit`, 'invalid-body');
    recipients.push({ unitId, accountId: accountId ?? null, purpose });
  }
  return await routeEntry(context, officer, { entryId, ...given(body), recipients });
});

export const returnOperation = entryAct<'Reason'>(({ context, officer, body }, entryId) =>
  returnEntry(context, officer, { entryId, ...given(body), reason: body.reason }),
);

export const cancelOperation = entryAct<'Reason'>(({ context, officer, body }, entryId) =>
  cancelEntry(context, officer, { entryId, ...given(body), reason: body.reason }),
);

export const closeOperation = entryAct<'Close'>(({ context, officer, body }, entryId) =>
  closeEntry(context, officer, { entryId, ...given(body) }),
);

export const amendOperation = entryAct<'Amend'>(({ context, officer, body }, entryId) => {
  const { version, reason } = given(body);
  const facts = given(body.facts) as Partial<Facts>;
  return amendEntry(context, officer, {
    entryId,
    facts,
    ...(version === undefined ? {} : { version }),
    ...(reason === undefined ? {} : { reason }),
  });
});

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same without members that were left out. */
function given<T extends object>(body: T): Given<T> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Given<T>;
}
