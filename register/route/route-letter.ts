/**
 * Handler of the job 'route-letter': a letter that was read (register/finish-reading.ts) goes to the units that the agency's newest rules name.
 * What no rule takes waits for the saraban officer. Runs any number of times: a letter that has a route, or that an officer has
 * moved on already, is left alone.
 */
import { v7 as uuidv7 } from 'uuid';
import { insertAct, notifyChanged, updateState } from '../act/queries.ts';
import { insertRoute } from '../act/route-queries.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { type Actor, inAgency } from '../db/transaction.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Payloads } from '../jobs/queues.ts';
import { isReceived } from '../registers.ts';
import { decide, type Recipient } from './decide.ts';
import { type LetterToRoute, lockLetter, selectNewestRules, selectUnitsByCode, type UnitByCode } from './route-queries.ts';
import { parseRules } from './rules.ts';

export interface RoutingContext {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  now: () => Date;
}

const ROUTER: Actor = { id: null, name: 'Saraban', peer: 'rules' };

/** What became of the letter; for the log. */
export type Routed =
  | { outcome: 'routed'; routeIds: string[] }
  /** No rules, no rule that takes it, or rules that name only what is gone: an officer routes it. */
  | { outcome: 'waits'; why: 'no-rules' | 'faulty-rules' | 'no-match' | 'no-such-unit' }
  | { outcome: 'left-alone' };

export async function routeLetter(context: RoutingContext, payload: Payloads['route-letter']): Promise<Routed> {
  return await inAgency<Routed>(context.db, payload.agencyId, ROUTER, async tx => {
    const letter = await lockLetter(tx, payload.entryId);
    if (letter === null || !isReceived(letter.register) || letter.routes > 0 || !['entered', 'confirmed'].includes(letter.state))
      return { outcome: 'left-alone' };
    const saved = await selectNewestRules(tx);
    if (saved === null) return { outcome: 'waits', why: 'no-rules' };
    // Rules are saved only when they have no fault; a newer program may be stricter, and then the officer routes rather than half of the rules.
    const parsed = parseRules(saved.text);
    if (parsed.outcome === 'faults') return { outcome: 'waits', why: 'faulty-rules' };
    const { recipients } = decide(parsed.rules, asRulesSeeIt(letter));
    if (recipients.length === 0) return { outcome: 'waits', why: 'no-match' };
    const units = await selectUnitsByCode(
      tx,
      recipients.map(one => one.unit),
    );
    return await write(tx, context, payload.agencyId, letter, recipients, new Map(units.map(unit => [unit.code, unit])), saved.version);
  });
}

function asRulesSeeIt(letter: LetterToRoute): Parameters<typeof decide>[1] {
  return {
    fromAddress: letter.fromAddress,
    envelopeFrom: letter.envelopeFrom,
    tags: letter.envelopeTo.flatMap(address => /\+([^@]+)@/.exec(address)?.[1] ?? []),
    subject: letter.subject,
    text: [letter.text, ...letter.documents.map(document => document.text)].join('\n'),
    letterNumber: letter.letterNumber === '' ? null : letter.letterNumber,
    attachments: letter.attachments,
    urgency: letter.urgency,
    circular: letter.circular,
  };
}

async function write(
  tx: Transaction,
  context: RoutingContext,
  agencyId: number,
  letter: LetterToRoute,
  recipients: Recipient[],
  units: Map<string, UnitByCode>,
  version: number,
): Promise<Routed> {
  const at = context.now();
  const to: { routeId: string; unitId: string; accountId: string | null; purpose: string; rule: string }[] = [];
  for (const recipient of recipients) {
    const unit = units.get(recipient.unit);
    // A unit that was closed since the rules were saved: the others still get the letter, and the officer sees who did.
    if (unit === undefined) continue;
    // Likewise an officer who has left: the letter goes to the unit as a whole.
    const accountId = unit.officers.find(officer => officer.login === recipient.officer)?.id ?? null;
    if (to.some(one => one.unitId === unit.id && one.accountId === accountId)) continue;
    const routeId = uuidv7();
    const dueOn = recipient.dueInDays === null ? null : dayAfter(letter.receivedAt, recipient.dueInDays, letter.timeZone);
    const how = {
      instruction: recipient.instruction ?? '',
      dueOn,
      rule: recipient.rule,
      routedBy: ROUTER.name,
      routedAt: at,
      passedOnFrom: null,
    };
    await insertRoute(tx, { id: routeId, agencyId, entryId: letter.id, unitId: unit.id, accountId, purpose: recipient.purpose, ...how });
    to.push({ routeId, unitId: unit.id, accountId, purpose: recipient.purpose, rule: recipient.rule });
  }
  if (to.length === 0) return { outcome: 'waits', why: 'no-such-unit' };
  await updateState(tx, letter.id, { state: 'routed' });
  const routeIds = to.map(one => one.routeId);
  await context.jobs.enqueue(
    tx,
    'notify-route',
    routeIds.map(routeId => ({ agencyId, routeId })),
  );
  await notifyChanged(tx, agencyId);
  await insertAct(tx, { ...ROUTER, agencyId }, at, {
    register: letter.register,
    entryId: letter.id,
    kind: 'routed',
    detail: { to, rules: version },
  });
  return { outcome: 'routed', routeIds };
}

/** The calendar day `days` after `at` in a zone, 'yyyy-mm-dd'. */
function dayAfter(at: Date, days: number, timeZone: string): string {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
  const day = new Date(`${today}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}
