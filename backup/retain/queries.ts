/** SQL of prune.ts. As the owner. */
import type { Database } from '../../register/db/connect.ts';
import type { CopyId } from '../format.ts';
import type { NightAt } from './decide.ts';

/** Of all copies, whatever became of them since. */
export async function selectNewestCut(db: Database): Promise<Date | null> {
  const [row] = await db<{ at: Date | null }[]>`SELECT max(cut_at) AS at FROM copy WHERE state = 'made'`;
  return row?.at ?? null;
}

export async function selectNights(db: Database, place: string): Promise<NightAt[]> {
  return await db<NightAt[]>`
    SELECT c.id, c.cut_at AS "cutAt", a.state FROM copy_at_place a JOIN copy c ON c.id = a.copy_id
    WHERE a.place = ${place} AND c.kind = 'whole' AND c.cut_at IS NOT NULL AND a.state IN ('sent', 'proven', 'partly-proven', 'damaged') ORDER BY c.id`;
}

/** The nights, and with them the copies of changes that continue them. */
export async function markNightsRemoved(db: Database, place: string, ids: CopyId[]): Promise<void> {
  await db`
    UPDATE copy_at_place a SET state = 'removed' FROM copy c
    WHERE c.id = a.copy_id AND a.place = ${place} AND (c.id = ANY (${ids}::text[]) OR c.base_id = ANY (${ids}::text[]))`;
}

export async function markChangesRemoved(db: Database, place: string, bases: CopyId[]): Promise<void> {
  await db`
    UPDATE copy_at_place a SET state = 'removed' FROM copy c
    WHERE c.id = a.copy_id AND a.place = ${place} AND c.kind = 'changes' AND c.base_id = ANY (${bases}::text[]) AND a.state <> 'removed'`;
}

/** Nights with copies of changes at the place. */
export async function selectBasesOfChanges(db: Database, place: string): Promise<{ id: CopyId }[]> {
  return await db<{ id: CopyId }[]>`
    SELECT DISTINCT c.base_id AS id FROM copy_at_place a JOIN copy c ON c.id = a.copy_id
    WHERE a.place = ${place} AND c.kind = 'changes' AND c.base_id IS NOT NULL AND a.state <> 'removed' ORDER BY 1`;
}

export interface PackAt {
  name: string;
  size: number;
}

/**
 * Packs of tables at the place none of whose objects is needed by a night that stays there or by one that is being made; damaged ones of either kind too, once
 * each of their objects is in a whole pack there.
 * @param staying - nights of the place that are kept
 */
export async function selectUnneededPacks(db: Database, place: string, staying: CopyId[]): Promise<PackAt[]> {
  return await db<PackAt[]>`
    SELECT p.name, p.size + p.list_size AS size FROM pack_at_place a JOIN pack p ON p.name = a.pack
    WHERE a.place = ${place} AND p.holds = 'tables' AND a.state IN ('sent', 'damaged')
      AND NOT EXISTS (SELECT FROM pack_object o JOIN copy_piece c ON c.sha256 = o.sha256 WHERE o.pack = p.name AND c.copy_id = ANY (${staying}::text[]))
      AND NOT EXISTS (SELECT FROM copy c WHERE c.id = p.copy_id AND c.state = 'running')
    UNION
    SELECT p.name, p.size + p.list_size FROM pack_at_place a JOIN pack p ON p.name = a.pack
    WHERE a.place = ${place} AND a.state = 'damaged'
      AND NOT EXISTS (
        SELECT FROM pack_object o WHERE o.pack = p.name AND NOT EXISTS (
          SELECT FROM pack_object w JOIN pack q ON q.name = w.pack AND q.holds = p.holds
            JOIN pack_at_place b ON b.pack = w.pack AND b.place = ${place} AND b.state = 'sent' AND b.proven_at IS NOT NULL
          WHERE w.sha256 = o.sha256))
    ORDER BY 1`;
}

export async function markPacksRemoved(db: Database, place: string, packs: string[]): Promise<void> {
  await db`UPDATE pack_at_place SET state = 'removed' WHERE place = ${place} AND pack = ANY (${packs}::text[])`;
}
