/** SQL of copies.ts. As the owner; `copy` and `copy_at_place` may be read by the application too. */
import type { Database } from '../../register/db/connect.ts';
import type { CopyId } from '../format.ts';
import type { PlaceTotal } from './copies.ts';

export interface CopyRow {
  id: CopyId;
  kind: 'whole' | 'changes';
  baseId: CopyId | null;
  state: 'running' | 'made' | 'failed';
  beganAt: Date;
  cutAt: Date | null;
  finishedAt: Date | null;
  entries: number;
  blobs: number;
  bytes: number;
  newBytes: number;
  problem: string;
  step: string;
  doneBytes: number;
  totalBytes: number;
}

export async function selectCopies(db: Database, kind: 'whole' | 'changes', limit: number, before: CopyId | null): Promise<CopyRow[]> {
  return await db<CopyRow[]>`
    SELECT id, kind, base_id AS "baseId", state, began_at AS "beganAt", cut_at AS "cutAt", finished_at AS "finishedAt", entries, blobs, bytes,
           new_bytes AS "newBytes", problem, step, done_bytes AS "doneBytes", total_bytes AS "totalBytes"
    FROM copy WHERE kind = ${kind} AND (${before}::text IS NULL OR id < ${before}) ORDER BY id DESC LIMIT ${limit}`;
}

export interface CopyAtPlaceRow {
  copyId: CopyId;
  place: string;
  state: 'sending' | 'sent' | 'proven' | 'partly-proven' | 'damaged' | 'failed' | 'removed';
  sentAt: Date | null;
  provenAt: Date | null;
  restoreMs: number | null;
  problem: string;
}

export async function selectCopiesAtPlaces(db: Database, ids: CopyId[]): Promise<CopyAtPlaceRow[]> {
  return await db<CopyAtPlaceRow[]>`
    SELECT copy_id AS "copyId", place, state, sent_at AS "sentAt", proven_at AS "provenAt", restore_ms AS "restoreMs", problem
    FROM copy_at_place WHERE copy_id = ANY (${ids}::text[]) ORDER BY copy_id DESC, place`;
}

export async function selectPlaceTotals(db: Database): Promise<PlaceTotal[]> {
  return await db<PlaceTotal[]>`
    WITH night AS (
      SELECT a.place, count(*)::integer AS nights, max(a.copy_id) AS newest, max(a.sent_at) AS "newestAt",
             max(a.copy_id) FILTER (WHERE a.state IN ('proven', 'partly-proven')) AS proven,
             max(a.proven_at) FILTER (WHERE a.state IN ('proven', 'partly-proven')) AS "provenAt"
      FROM copy_at_place a JOIN copy c ON c.id = a.copy_id WHERE c.kind = 'whole' AND a.state IN ('sent', 'proven', 'partly-proven') GROUP BY a.place
    ), packed AS (
      SELECT a.place, count(*)::integer AS packs, sum(p.size + p.list_size)::bigint AS bytes
      FROM pack_at_place a JOIN pack p ON p.name = a.pack WHERE a.state = 'sent' GROUP BY a.place
    )
    SELECT coalesce(n.place, p.place) AS place, coalesce(n.nights, 0) AS nights, coalesce(p.packs, 0) AS packs, coalesce(p.bytes, 0)::bigint AS bytes,
           n.newest, n."newestAt", n.proven, n."provenAt"
    FROM night n FULL JOIN packed p ON p.place = n.place ORDER BY 1`;
}
