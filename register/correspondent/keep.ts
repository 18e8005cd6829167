/** What officers do with the address book: look, add, change, remove. From web/office/correspondents.ts; every change is an act of the office. */
import { v7 as uuidv7 } from 'uuid';
import { may } from '../access.ts';
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks, isId } from '../checks.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { type Correspondent, type CorrespondentFields, checkCorrespondent } from './correspondent.ts';
import {
  countAll,
  deleteCorrespondent,
  insertCorrespondent,
  lockBook,
  selectByAddress,
  selectByDomain,
  selectById,
  selectByName,
  selectList,
  updateCorrespondent,
} from './queries.ts';

/** Agencies by name; every word of `q` must be found in name, code, domain, address, phone or officer. `next` continues the list. */
export async function listCorrespondents(
  db: Database,
  officer: Officer,
  filter: { q?: string | undefined; after?: string | undefined; limit: number },
): Promise<{ items: Correspondent[]; next: string | null; total: number }> {
  if (!may(officer, 'manage-correspondents')) return { items: [], next: null, total: 0 };
  return await inAgency(db, officer.agencyId, officer, async tx => {
    const words = (filter.q ?? '')
      .normalize('NFC')
      .replaceAll('\u0000', '')
      .split(/\s+/)
      .filter(word => word !== '')
      .slice(0, 10);
    const items = await selectList(tx, words, filter.after ?? null, filter.limit + 1);
    const next = items.length > filter.limit ? (items[filter.limit - 1]?.nameTh ?? null) : null;
    return { items: items.slice(0, filter.limit), next, total: await countAll(tx) };
  });
}

export async function getCorrespondent(db: Database, officer: Officer, id: string): Promise<Correspondent | null> {
  if (!isId(id) || !may(officer, 'manage-correspondents')) return null;
  return await inAgency(db, officer.agencyId, officer, tx => selectById(tx, id));
}

type Input = Record<keyof CorrespondentFields, unknown>;

export async function addCorrespondent(context: RegisterContext, officer: Officer, input: Input): Promise<ActOutcome<{ id: string }>> {
  return await actInOffice<{ id: string }>(context, officer, 'manage-correspondents', async (tx, at) => {
    await lockBook(tx, officer.agencyId);
    const checks = new Checks();
    const fields = checkCorrespondent(checks, input);
    const id = uuidv7();
    await checkFree(tx, checks, fields, id);
    if (checks.invalid !== null) return checks.invalid;
    await insertCorrespondent(tx, officer.agencyId, { ...fields, id, source: 'typed', at, by: officer.name });
    await insertAct(tx, officer, at, { register: 'office', kind: 'correspondent-added', detail: { id, ...fields } });
    return { outcome: 'done', id };
  });
}

/** @param input.version - as the officer saw it; when it has risen since, somebody else was faster */
export async function changeCorrespondent(
  context: RegisterContext,
  officer: Officer,
  input: Input & { id: string; version?: number | undefined },
): Promise<ActOutcome> {
  if (!isId(input.id)) return { outcome: 'not-found' };
  return await actInOffice<object>(context, officer, 'manage-correspondents', async (tx, at) => {
    await lockBook(tx, officer.agencyId);
    const before = await selectById(tx, input.id);
    if (before === null) return { outcome: 'not-found' };
    if (input.version !== undefined && input.version !== before.version)
      return { outcome: 'conflict', state: before.source, by: before.confirmedBy, at: before.confirmedAt, version: before.version };
    const checks = new Checks();
    const fields = checkCorrespondent(checks, input);
    await checkFree(tx, checks, fields, before.id);
    if (checks.invalid !== null) return checks.invalid;
    await updateCorrespondent(tx, officer.agencyId, { ...fields, id: before.id, source: 'typed', at, by: officer.name });
    await insertAct(tx, officer, at, { register: 'office', kind: 'correspondent-changed', detail: { id: before.id, ...fields } });
    return { outcome: 'done' };
  });
}

export async function removeCorrespondent(context: RegisterContext, officer: Officer, input: { id: string }): Promise<ActOutcome> {
  if (!isId(input.id)) return { outcome: 'not-found' };
  return await actInOffice(context, officer, 'manage-correspondents', async (tx, at) => {
    await lockBook(tx, officer.agencyId);
    const before = await selectById(tx, input.id);
    if (before === null) return { outcome: 'not-found' };
    await deleteCorrespondent(tx, before.id);
    await insertAct(tx, officer, at, {
      register: 'office',
      kind: 'correspondent-removed',
      detail: { id: before.id, nameTh: before.nameTh },
    });
    return { outcome: 'done' };
  });
}

/** Name, domain and addresses each belong to one agency of the book. Faults name the other one. */
export async function checkFree(tx: Transaction, checks: Checks, fields: CorrespondentFields, self: string): Promise<void> {
  const taken = (field: string, what: string, other: Correspondent | null) => {
    if (other !== null && other.id !== self)
      checks.fault(field, `${what} เป็นของ ${other.nameTh} แล้ว`, `${what} belongs to ${other.nameTh} already.`);
  };
  if (fields.nameTh !== '') taken('nameTh', fields.nameTh, await selectByName(tx, fields.nameTh));
  if (fields.domain !== '') taken('domain', fields.domain, await selectByDomain(tx, [fields.domain]));
  for (const address of fields.addresses) taken('addresses', address, await selectByAddress(tx, address));
}
