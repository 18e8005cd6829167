/** What closing a day works with; handed in by cli/roles/night.ts and cli/register.ts. */
import type { Database } from '../db/connect.ts';
import type { Actor } from '../db/transaction.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { FormData } from '../print/data.ts';
import type { SecretBox } from '../seal/secret-box.ts';
import type { Store } from '../store/folder.ts';

/** Forms as PDF/A: register/print/print.ts. */
export interface DayPrinter {
  form13(data: FormData): Promise<Buffer>;
  form14(data: FormData): Promise<Buffer>;
}

/** The same registers as XLSX, which is a legal form of the register itself (No. 4, clause 8): register/sheet. */
export interface DaySheet {
  form13(data: FormData): Promise<Buffer>;
  form14(data: FormData): Promise<Buffer>;
}

export interface CloseLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface CloseContext {
  /** As the application. */
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  store: Store;
  box: SecretBox;
  now: () => Date;
  /** Null: no PDF is made. */
  printer: DayPrinter | null;
  /** Null: no XLSX is made. */
  sheet: DaySheet | null;
  /** The RFC 3161 authority; null: none is configured. */
  timestamp: { url: string } | null;
  log: CloseLog;
}

/** Who the act 'day-closed' is written for, when nobody pressed anything. */
export const THE_CLOSING: Actor = { id: null, name: 'Saraban', peer: 'night' };
