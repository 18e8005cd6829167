/** Corrections of the facts of a letter. The database keeps their history (fact_change); a fact that an officer touched is a guess no more. */
import { Checks } from '../checks.ts';
import { learnSender } from '../correspondent/learn.ts';
import { updateFacts } from '../fact-queries.ts';
import { checkFacts, FACTS } from '../facts.ts';
import type { Facts } from '../look/entry-row.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { refreshSearch } from '../search-text.ts';
import { insertAct } from './queries.ts';
import { actOnEntry, OPEN } from './run.ts';

export interface AmendInput {
  entryId: string;
  version?: number | undefined;
  facts: Partial<Facts>;
  reason?: string | undefined;
}

/** Corrects facts; what is not named stays. A letter that gets classified is seen by appointed persons alone from then on. */
export async function amendEntry(context: RegisterContext, officer: Officer, input: AmendInput): Promise<ActOutcome<{ version: number }>> {
  const act = { action: 'amend', entryId: input.entryId, version: input.version, from: [...OPEN, 'closed', 'returned'] } as const;
  return await actOnEntry<{ version: number }>(context, officer, { ...act, from: [...act.from] }, async (tx, entry, at) => {
    const checks = new Checks();
    const facts = checkFacts(checks, input.facts);
    const reason = checks.text('reason', input.reason, { most: 2_000, lines: true });
    if (checks.invalid !== null) return checks.invalid;
    const names = Object.keys(facts);
    const version = await updateFacts(tx, entry.id, facts, without(entry.guesses, names));
    await refreshSearch(tx, entry.id);
    if (names.includes('fromAgency')) await learnSender(tx, officer, entry.id, at);
    await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, kind: 'amended', detail: { facts: names, reason } });
    return { outcome: 'done', version };
  });
}

/** The machine read these facts rightly: they are guesses no more. All of them when none is named. */
export async function confirmFacts(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; facts?: string[] | undefined },
): Promise<ActOutcome<{ version: number }>> {
  const act = { action: 'amend', entryId: input.entryId, from: [...OPEN, 'closed', 'returned'] } as const;
  return await actOnEntry<{ version: number }>(context, officer, { ...act, from: [...act.from] }, async (tx, entry, at) => {
    const checks = new Checks();
    const named = input.facts ?? Object.keys(entry.guesses);
    if (!Array.isArray(named) || named.length > FACTS.length) checks.fault('facts', 'รายการไม่ถูกต้อง', 'Not a list of facts.');
    else for (const name of named) checks.oneOf('facts', name, FACTS);
    if (checks.invalid !== null) return checks.invalid;
    const version = await updateFacts(tx, entry.id, {}, without(entry.guesses, named));
    if (named.includes('fromAgency')) await learnSender(tx, officer, entry.id, at);
    await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, kind: 'facts-confirmed', detail: { facts: named } });
    return { outcome: 'done', version };
  });
}

function without(guesses: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(guesses).filter(([name]) => !names.includes(name)));
}
