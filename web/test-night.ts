/** For the tests of the pages about copies and closed days: rows as backup/ and register/close-day.ts write them, put in by the owner. */
import { randomUUID } from 'node:crypto';
import type { FreshDatabase } from '../test/database/fresh.ts';

export interface TestCertificate {
  copyId: string;
  place: string;
  at: Date;
  outcome?: 'proven' | 'partly' | 'failed';
  summary?: Record<string, unknown>;
  series?: { series: string; year: number; lastNumber: number; headHash: string; rows: number; holds?: boolean | null }[];
  pdf?: boolean;
}

type Night = Pick<FreshDatabase, 'owner' | 'store'>;

/** '20261122T190000Z-0000000a' */
export function copyIdOf(at: Date, nth = 0): string {
  return `${at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '')}-${nth.toString(16).padStart(8, '0')}`;
}

export async function keepBlob(night: Night, agencyId: number, bytes: string): Promise<{ sha256: string; size: number }> {
  const { sha256, size } = await night.store.put(Buffer.from(bytes));
  await night.owner`INSERT INTO blob (agency_id, sha256, size) VALUES (${agencyId}, decode(${sha256}, 'hex'), ${size}) ON CONFLICT DO NOTHING`;
  return { sha256, size };
}

export async function addCertificate(night: Night, agencyId: number, given: TestCertificate): Promise<string> {
  const id = randomUUID();
  const { copyId, place, at, outcome = 'proven', summary = {}, series: found = [] } = given;
  const series = found.map(one => ({ holds: true, ...one }));
  const json = await keepBlob(night, agencyId, JSON.stringify({ id, agencyId, copyId, outcome, registers: series }));
  const pdf = given.pdf === false ? null : await keepBlob(night, agencyId, `%PDF-1.7 ${id}`);
  await night.owner`
    INSERT INTO certificate (agency_id, id, copy_id, place, at, outcome, summary, json_sha256, json_size, pdf_sha256, pdf_size)
    VALUES (${agencyId}, ${id}, ${copyId}, ${place}, ${at}, ${outcome}, ${night.owner.json({ outcome, ...summary } as never)}, decode(${json.sha256}, 'hex'), ${json.size},
            ${pdf === null ? null : Buffer.from(pdf.sha256, 'hex')}, ${pdf?.size ?? null})`;
  return id;
}

export interface TestCopy {
  id: string;
  beganAt: Date;
  kind?: 'whole' | 'changes';
  state?: 'running' | 'made' | 'failed';
  entries?: number;
  bytes?: number;
  newBytes?: number;
  step?: string;
  doneBytes?: number;
  totalBytes?: number;
  problem?: string;
  places?: { place: string; state: string; problem?: string; restoreMs?: number }[];
}

export async function addCopy(night: Night, copy: TestCopy): Promise<void> {
  const { id, beganAt, kind = 'whole', state = 'made' } = copy;
  const made = state === 'made' ? beganAt : null;
  await night.owner`
    INSERT INTO copy (id, kind, state, began_at, cut_at, finished_at, entries, blobs, bytes, new_bytes, step, done_bytes, total_bytes, problem)
    VALUES (${id}, ${kind}, ${state}, ${beganAt}, ${made}, ${made}, ${copy.entries ?? 0}, 0, ${copy.bytes ?? 0}, ${copy.newBytes ?? 0}, ${copy.step ?? ''},
            ${copy.doneBytes ?? 0}, ${copy.totalBytes ?? 0}, ${copy.problem ?? ''})`;
  for (const { place, state, problem, restoreMs } of copy.places ?? [])
    await night.owner`
      INSERT INTO copy_at_place (copy_id, place, state, sent_at, proven_at, restore_ms, problem)
      VALUES (${id}, ${place}, ${state}, ${beganAt}, ${state === 'proven' ? beganAt : null}, ${restoreMs ?? null}, ${problem ?? ''})`;
}

export interface TestDay {
  day: string;
  closedAt: Date;
  books: { register: string; year: number; first: number; last: number; firstAct?: number; lastAct?: number }[];
  files: { name: string; contentType?: string; text: string; classified?: boolean }[];
}

/** Closes days one after the other. @returns the seals */
export async function addDays(night: Night, agencyId: number, days: TestDay[]): Promise<string[]> {
  const seals: string[] = [];
  for (const [index, { day, closedAt, books, files }] of days.entries()) {
    const ordinal = index + 1;
    const previous = seals.at(-1) ?? null;
    const seal = await keepBlob(night, agencyId, JSON.stringify({ format: 'saraban seal 1', day, ordinal, previous }));
    const signature = await keepBlob(night, agencyId, JSON.stringify({ format: 'saraban signature 1', sha256: seal.sha256 }));
    seals.push(seal.sha256);
    await night.owner`
      INSERT INTO closed_day (agency_id, ordinal, day, closed_at, seal_sha256, previous_seal_sha256, signature_sha256)
      VALUES (${agencyId}, ${ordinal}, ${day}, ${closedAt}, decode(${seal.sha256}, 'hex'), ${previous === null ? null : Buffer.from(previous, 'hex')},
              decode(${signature.sha256}, 'hex'))`;
    for (const { register, year, first, last, firstAct = 1, lastAct = 0 } of books)
      await night.owner`
        INSERT INTO closed_book (agency_id, ordinal, register, year, first_number, last_number, head_hash, first_act, last_act, act_head_hash)
        VALUES (${agencyId}, ${ordinal}, ${register}, ${year}, ${first}, ${last}, sha256(${Buffer.from(`${register} ${last}`)}), ${firstAct}, ${lastAct},
                sha256(${Buffer.from(`${register} act ${lastAct}`)}))`;
    for (const { name, contentType = 'application/json', text, classified = false } of files) {
      const { sha256, size } = await keepBlob(night, agencyId, text);
      await night.owner`
        INSERT INTO closed_file (agency_id, ordinal, name, content_type, sha256, size, classified, added_at)
        VALUES (${agencyId}, ${ordinal}, ${name}, ${contentType}, decode(${sha256}, 'hex'), ${size}, ${classified}, ${closedAt})`;
    }
  }
  return seals;
}

/** Made-up days are no register: `verify` at the end of a test would rightly find fault with them. */
export async function forgetDays(night: Pick<Night, 'owner'>): Promise<void> {
  await night.owner.begin(async tx => {
    await tx`SET LOCAL session_replication_role = replica`;
    for (const table of ['closed_file', 'closed_book', 'closed_day']) await tx`DELETE FROM ${tx(table)}`;
  });
}
