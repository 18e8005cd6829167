/** Lists that are no register: mails sent, notices, held mails. One shape of table for all of them. */
import type { Format } from '../format.ts';

export interface Cell {
  kind: string;
  text: string;
  href: string;
  tag: string;
  small: string;
}

export function cell(text: string, more: Partial<Cell> = {}): Cell {
  return { kind: '', text, href: '', tag: '', small: '', ...more };
}

export interface TableRow {
  id: string;
  isNew: boolean;
  cells: Cell[];
}

export interface Chip {
  href: string;
  label: string;
  count: string;
  current: boolean;
}

export interface Table {
  heading: string;
  lead: string;
  chips: Chip[];
  columns: string[];
  rows: TableRow[];
  older: string;
  olderLabel: string;
  emptyTitle: string;
  emptyHelp: string;
  /** Fetched anew when something comes in. */
  refreshes: boolean;
}

/** Day and time of an instant, in two lines of one cell. */
export function whenCell(format: Format, at: Date | null): Cell {
  return at === null ? cell('—', { kind: 'when' }) : cell(format.date(at), { kind: 'when', small: format.time(at) });
}

/** An address of the same page with other parameters; empty ones are left out. */
export function addressWith(path: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query}`;
}
