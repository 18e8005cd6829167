/**
 * What an officer decides about messages without a number: held ones, and notices. Entered ones are read again (finish-reading.ts), which fills
 * the entry's facts and queues what follows. Those kept out are kept all the same.
 */
import { v7 as uuidv7 } from 'uuid';
import { type Action, may } from '../access.ts';
import { Checks, isId } from '../checks.ts';
import type { Transaction } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import { SECRECY } from '../facts.ts';
import { classifySubject } from '../letter/classification.ts';
import type { RegisterName } from '../look/entry-row.ts';
import { newPublicCode, registerYear } from '../number.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { selectCalendar } from '../queries.ts';
import { classifiedRegisterOf, registerFor } from '../registers.ts';
import { dismissMessage, enterMessage, type LockedMessage, lockMessage, selectLastMessageAct, settleMessage } from './held-queries.ts';
import { insertAct, notifyChanged } from './queries.ts';

type Numbered = { entryId: string; register: RegisterName; number: number; year: number };

async function actOnMessage<T>(
  context: RegisterContext,
  officer: Officer,
  act: { action: Action; messageId: string; allowed: (message: LockedMessage) => boolean },
  work: (tx: Transaction, message: LockedMessage, at: Date) => Promise<ActOutcome<T>>,
): Promise<ActOutcome<T>> {
  if (!isId(act.messageId)) return { outcome: 'not-found' };
  return await inAgency(context.db, officer.agencyId, officer, async tx => {
    const message = await lockMessage(tx, officer, act.messageId);
    if (message === null) return { outcome: 'not-found' };
    if (!may(officer, act.action)) return { outcome: 'forbidden' };
    if (!act.allowed(message)) {
      const last = await selectLastMessageAct(tx, message.id);
      return {
        outcome: 'conflict',
        state: message.heldState ?? message.disposition,
        by: last?.by ?? null,
        at: last?.at ?? null,
        version: 0,
      };
    }
    const outcome = await work(tx, message, context.now());
    if (outcome.outcome === 'done') await notifyChanged(tx, officer.agencyId);
    return outcome;
  });
}

async function enter(
  tx: Transaction,
  context: RegisterContext,
  officer: Officer,
  message: LockedMessage,
  kind: string,
  at: Date,
): Promise<{ outcome: 'done' } & Numbered> {
  const calendar = await selectCalendar(tx, officer.agencyId);
  const classes = classifySubject(message.subject);
  const secrecy = SECRECY[Math.max(SECRECY.indexOf(message.secrecy), SECRECY.indexOf(classes.secrecy))] ?? 'normal';
  const entryId = uuidv7();
  const year = registerYear(at, calendar);
  const register = registerFor(secrecy, classifiedRegisterOf(calendar.classifiedRegister));
  const entered = await enterMessage(tx, message.id, {
    entryId,
    register,
    year,
    enteredAt: at,
    publicCode: newPublicCode(),
    urgency: classes.urgency,
    secrecy,
  });
  await context.jobs.enqueue(tx, 'read-message', [{ agencyId: officer.agencyId, messageId: message.id }]);
  await insertAct(tx, officer, at, { register, entryId, kind, detail: { messageId: message.id, reason: message.reason } });
  return { outcome: 'done', entryId, register, ...entered };
}

/** Enters a held message: it gets the next number. */
export async function enterHeld(context: RegisterContext, officer: Officer, input: { messageId: string }): Promise<ActOutcome<Numbered>> {
  const act = {
    action: 'enter-held' as const,
    messageId: input.messageId,
    allowed: (message: LockedMessage) => message.disposition === 'held' && message.heldState === 'waiting',
  };
  return await actOnMessage<Numbered>(context, officer, act, (tx, message, at) => enter(tx, context, officer, message, 'held-entered', at));
}

/** Keeps a held message without a number for good, with a reason. */
export async function dismissHeld(
  context: RegisterContext,
  officer: Officer,
  input: { messageId: string; reason: string },
): Promise<ActOutcome> {
  const act = {
    action: 'enter-held' as const,
    messageId: input.messageId,
    allowed: (message: LockedMessage) => message.disposition === 'held' && message.heldState === 'waiting',
  };
  return await actOnMessage(context, officer, act, async (tx, message, at) => {
    const checks = new Checks();
    const reason = checks.text('reason', input.reason, { most: 2_000, required: true, lines: true });
    if (checks.invalid !== null) return checks.invalid;
    await dismissMessage(tx, message.id);
    await insertAct(tx, officer, at, { register: 'receive', kind: 'held-dismissed', detail: { messageId: message.id, reason } });
    return { outcome: 'done' };
  });
}

/** A notice that is a letter after all: it gets the next number. */
export async function enterNotice(context: RegisterContext, officer: Officer, input: { messageId: string }): Promise<ActOutcome<Numbered>> {
  const act = {
    action: 'enter-held' as const,
    messageId: input.messageId,
    allowed: (message: LockedMessage) => message.disposition === 'notice',
  };
  return await actOnMessage<Numbered>(context, officer, act, (tx, message, at) =>
    enter(tx, context, officer, message, 'notice-entered', at),
  );
}

/** Somebody has looked at a message on the attention list: it needs no attention any more. A held one needs its decision instead. */
export async function settleNotice(
  context: RegisterContext,
  officer: Officer,
  input: { messageId: string; note?: string | undefined },
): Promise<ActOutcome> {
  const act = {
    action: 'settle-notice' as const,
    messageId: input.messageId,
    allowed: (message: LockedMessage) => message.attention && message.disposition !== 'held',
  };
  return await actOnMessage(context, officer, act, async (tx, message, at) => {
    const checks = new Checks();
    const note = checks.text('note', input.note, { most: 2_000, lines: true });
    if (checks.invalid !== null) return checks.invalid;
    await settleMessage(tx, message.id);
    await insertAct(tx, officer, at, {
      register: message.register ?? 'receive',
      entryId: message.entryId,
      kind: 'notice-settled',
      detail: { messageId: message.id, note },
    });
    return { outcome: 'done' };
  });
}
