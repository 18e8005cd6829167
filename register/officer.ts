/**
 * Who works at the register, and what an act gives back. Pages and the API hand an Officer to every function of register/act and register/look;
 * register/look/sign-in.ts makes one afresh from the database at every request.
 */
import type { Database } from './db/connect.ts';
import type { Actor } from './db/transaction.ts';
import type { UserMessage } from './failure.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Store } from './store/folder.ts';

export type Role = 'provider' | 'administrator' | 'saraban' | 'unit' | 'auditor';

export interface Officer extends Actor {
  agencyId: number;
  role: Role;
  /** The units the account belongs to. Only a unit officer is bound by them. */
  unitIds: string[];
  /** May see classified letters (I10). */
  appointed: boolean;
}

/** What an act works with. `now` gives the time of the act; the database never lets an act stand before the one before it. */
export interface RegisterContext {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  store: Store;
  now: () => Date;
}

/** One field of a form or of an API body that cannot be taken, and why. Nothing of the act was written. */
export interface Fault {
  field: string;
  message: UserMessage;
}

export type ActOutcome<T = object> =
  | ({ outcome: 'done' } & T)
  /** Also for what one may not see: the same answer. */
  | { outcome: 'not-found' }
  /** Sees it, may not do this. */
  | { outcome: 'forbidden' }
  /** Somebody else was faster, or the state does not allow it. `by` and `at` name the last act that changed the letter, when there was one. */
  | { outcome: 'conflict'; state: string; by: string | null; at: Date | null; version: number }
  | { outcome: 'invalid'; faults: Fault[] };
