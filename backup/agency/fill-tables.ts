/**
 * The rows of an export into the tables, in one transaction, in an order in which what a row refers to is there before it. The agency's own row comes first
 * and gets its number here; then moving_in (migration 0015) sets the numbering triggers aside for this agency, in this transaction, for the owner alone.
 */
import type { Transaction } from '../../register/db/connect.ts';
import { copyIn, LoadFault } from '../db/load.ts';
import { selectFillOrder } from '../db/load-queries.ts';
import { quoted, tableShapes } from '../db/tables.ts';
import { fieldValue, rowsIn, wholeRows } from './copy-text.ts';
import { refusal } from './failures.ts';
import { AGENCY_TABLE, type AgencyManifest, type LeavingTable, staysBehind } from './format.ts';
import {
  countRows,
  gatherFigures,
  openMovingIn,
  passSequence,
  preferIndexes,
  selectAgencyId,
  selectHighest,
  selectIdentities,
  setTextHabits,
} from './queries.ts';

export interface FillInput {
  manifest: AgencyManifest;
  /** The bytes of tables/<name>.copy. */
  readTable(name: string): AsyncIterable<Uint8Array>;
  /** The private key sealed for this appliance; null when the export has none. */
  sealKey(id: string): Buffer | null;
  /** New logins by their old ones. */
  logins: ReadonlyMap<string, string>;
}

/** @throws Failure `export-newer` when the export has a table or a column that this database has not */
export async function refuseUnknownTables(tx: Transaction, manifest: AgencyManifest): Promise<void> {
  const shapes = new Map((await tableShapes(tx)).map(shape => [shape.name, shape]));
  for (const table of manifest.tables) {
    const shape = shapes.get(table.name);
    const taken = shape?.hasAgency === true || table.name === AGENCY_TABLE ? (shape?.columns ?? []) : [];
    // What must stay behind is not let in either.
    const columns = taken.filter(column => !staysBehind(table.name, column));
    const unknown = table.columns.find(column => !columns.includes(column));
    if (unknown === undefined && columns.length > 0) continue;
    const what = columns.length === 0 ? table.name : `${table.name}.${unknown}`;
    throw refusal('export-newer', `this database has no ${what}`, {
      th: `ชุดข้อมูลทำจากโปรแกรมรุ่นใหม่กว่า (ระบบนี้ไม่มี ${what}) โปรดปรับรุ่นระบบนี้ก่อน ยังไม่ได้นำเข้าสิ่งใด`,
      en: `The export was made by a newer Saraban (there is no ${what} here): update this one first. Nothing was brought in.`,
    });
  }
}

/**
 * @returns the agency's number here. moving_in still stands: the caller closes it before the transaction ends.
 * @throws LoadFault naming the table that PostgreSQL does not take, or that has other rows than the manifest says
 */
export async function fillTables(tx: Transaction, input: FillInput): Promise<number> {
  const { manifest } = input;
  await setTextHabits(tx);
  await preferIndexes(tx);
  const own = manifest.tables.find(table => table.name === AGENCY_TABLE);
  if (own === undefined) throw new LoadFault(`table ${AGENCY_TABLE}`, 'is not in the export');
  await copyTable(tx, own, '', input);
  const agencyId = await selectAgencyId(tx, manifest.agency.code);
  if (agencyId === null) throw new LoadFault(`table ${AGENCY_TABLE}`, 'is another agency’s than the manifest says');
  await openMovingIn(tx, agencyId);
  const parents = await selectFillOrder(tx);
  for (const table of inFillOrder(manifest.tables, parents)) {
    if (table === own) continue;
    await copyTable(tx, table, `${agencyId}\t`, input);
    const rows = await countRows(tx, table.name, agencyId);
    if (rows !== table.rows) throw new LoadFault(`table ${table.name}`, `has ${rows} rows, the manifest says ${table.rows}`);
  }
  await gatherFigures(
    tx,
    manifest.tables.map(table => table.name),
  );
  await passSequences(tx, manifest, agencyId);
  return agencyId;
}

// Far beyond what an appliance ever gives: a number near the end of its sequence would leave the others here without any.
const HIGHEST_ORDINAL = 10 ** 14;

/** What the agency's history is told next must come behind what it brings. (Others may have the same numbers: the agency is part of the key.) */
async function passSequences(tx: Transaction, manifest: AgencyManifest, agencyId: number): Promise<void> {
  for (const { table, column, sequence } of await selectIdentities(tx)) {
    if (!manifest.tables.some(one => one.name === table)) continue;
    const highest = await selectHighest(tx, table, column, agencyId);
    if (highest > HIGHEST_ORDINAL) throw new LoadFault(`table ${table}`, `brings the number ${highest}`);
    if (highest > 0) await passSequence(tx, sequence, highest);
  }
}

async function copyTable(tx: Transaction, table: LeavingTable, before: string, input: FillInput): Promise<void> {
  const keys = table.name === 'agency_key';
  const columns = [...(before === '' ? [] : ['agency_id']), ...table.columns, ...(keys ? ['sealed_private_key'] : [])];
  const idAt = table.columns.indexOf('id');
  const behind = (row: string): string => {
    if (!keys) return '';
    const sealed = input.sealKey(fieldValue(row.split('\t')[idAt] ?? '') ?? '');
    return `\t\\\\x${sealed?.toString('hex') ?? ''}`;
  };
  const loginAt = table.name === 'account' ? table.columns.indexOf('login') : -1;
  const own = (row: string): string => {
    if (loginAt === -1 || input.logins.size === 0) return row;
    const fields = row.split('\t');
    const login = input.logins.get(fieldValue(fields[loginAt] ?? '') ?? '');
    return login === undefined ? row : fields.with(loginAt, login.replaceAll('\\', '\\\\')).join('\t');
  };
  const text = `COPY public.${quoted(table.name)} (${columns.map(quoted).join(', ')}) FROM STDIN`;
  await copyIn(
    tx,
    text,
    table.name,
    rewritten(input.readTable(table.name), row => `${before}${own(row)}${behind(row)}`),
  );
}

/** Without the heading, each row as it is to be. */
async function* rewritten(source: AsyncIterable<Uint8Array>, change: (row: string) => string): AsyncGenerator<Buffer> {
  let heading = true;
  for await (const chunk of wholeRows(source)) {
    let text = '';
    for (const row of rowsIn(chunk)) {
      if (heading) heading = false;
      else text += `${change(row)}\n`;
    }
    if (text !== '') yield Buffer.from(text);
  }
}

/** Tables so that what a row refers to is there before it. */
function inFillOrder(tables: LeavingTable[], order: { child: string; parent: string }[]): LeavingTable[] {
  const byName = new Map(tables.map(table => [table.name, table]));
  const sorted = new Set<LeavingTable>();
  const visit = (name: string, above: string[]): void => {
    const table = byName.get(name);
    if (above.includes(name) || (table !== undefined && sorted.has(table))) return;
    for (const { child, parent } of order) if (child === name) visit(parent, [...above, name]);
    if (table !== undefined) sorted.add(table);
  };
  for (const table of tables) visit(table.name, []);
  return [...sorted];
}
