import { expect, it } from 'vitest';
import { finalReply, REPLIES } from '../replies.ts';
import { pauseAfter, pauseAfterTrouble, settledBy } from './decide.ts';

const ID = '01a204b8-d5b9-7402-ab2f-77bce888ce1f';

it('a 250 is settled with the message of the register, number or not', () => {
  const entered = { agencyId: 1, again: false, outcome: 'entered' as const, entryId: 'x', number: 17, year: 2569 };
  for (const outcomes of [
    [{ entered, address: 'a@b' }],
    [{ entered: { agencyId: 1, again: true, outcome: 'notice' as const }, address: 'a@b' }],
  ])
    expect(settledBy(finalReply(ID, outcomes))).toEqual({ state: 'entered', messageId: ID });
});

it('what is too large or refused is so for good; the agency’s own refusal is nothing to call anybody for', () => {
  expect(settledBy(REPLIES.tooLarge(5))).toMatchObject({ state: 'refused', loud: true });
  expect(settledBy(REPLIES.bareLf)).toMatchObject({ state: 'refused', loud: true });
  expect(settledBy(REPLIES.senderRefused('Tambon', '02'))).toMatchObject({ state: 'refused', loud: false });
});

it('no room and no database stop the whole look and are no mail’s fault; the rest waits by itself', () => {
  for (const reply of [REPLIES.disk, REPLIES.diskFloor, REPLIES.database]) expect(settledBy(reply).state).toBe('stop');
  for (const reply of [REPLIES.ourFault, REPLIES.noDns, REPLIES.brokenOff]) expect(settledBy(reply).state).toBe('later');
  // A 250 without an id would settle a mail that nobody can find.
  expect(settledBy({ code: 250, text: '2.0.0 ok' }).state).toBe('later');
});

it('pauses grow and end', () => {
  expect([1, 2, 3, 10, 1_000].map(pauseAfter)).toEqual([60_000, 120_000, 240_000, 21_600_000, 21_600_000]);
  expect([1, 2, 50].map(times => pauseAfterTrouble(times, 300_000))).toEqual([5_000, 10_000, 300_000]);
});
