/** Cursors of lists that are ordered by a time and an id, newest first. Opaque to whoever hands them back; one that is none begins at the top. */
import { isId } from '../checks.ts';

export interface Cursor {
  at: Date;
  id: string;
}

export function writeCursor(row: Cursor): string {
  return Buffer.from(`${row.at.toISOString()} ${row.id}`).toString('base64url');
}

export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined || text.length > 200) return null;
  const [time = '', id = ''] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
  const at = new Date(time);
  return Number.isNaN(at.getTime()) || !isId(id) ? null : { at, id };
}

/** Rows of a page out of what was asked for plus one: is there a next page? */
export function pageOf<T>(rows: T[], limit: number, cursorOf: (row: T) => Cursor): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? writeCursor(cursorOf(last)) : null };
}

/** Between 1 and 500, whatever was asked for. */
export function boundedLimit(limit: number): number {
  return Number.isFinite(limit) ? Math.min(500, Math.max(1, Math.trunc(limit))) : 50;
}
