/** What the maker of copies is handed, and what it answers. */
import type { Database } from '../../register/db/connect.ts';
import type { Failure } from '../../register/failure.ts';
import type { SecretBox } from '../../register/seal/secret-box.ts';
import type { Store } from '../../register/store/folder.ts';
import type { CopyId } from '../format.ts';
import type { CopyKeys } from '../keys.ts';
import type { Place } from '../place/place.ts';

export interface CopyContext {
  /** As the owner; two connections of it are used at a time. */
  db: Database;
  store: Store;
  places: Place[];
  keys: Pick<CopyKeys, 'recipients'>;
  /** Opens the appliance's signing key. */
  box: SecretBox;
  /** The data folder: keys and authorities are read from it, packs are built in `<data>/copies/staging`. */
  data: string;
  /** The settings file; null when all settings are in the environment. */
  confFile: string | null;
  now: () => Date;
  /** Of the program. */
  version: string;
  log: { info(facts: object, text: string): void; warn(facts: object, text: string): void; error(facts: object, text: string): void };
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** In the order in which they come. 'tables': rows are read and packed; 'letters': stored files are packed; 'night': the last file is sent. */
export const STEPS = ['looking', 'tables', 'letters', 'sending', 'night'] as const;
export type Step = (typeof STEPS)[number];

export interface Progress {
  id: CopyId;
  step: Step;
  /** Bytes of content, half counted when packed and half when sent. */
  doneBytes: number;
  /** Grows while tables are read, since nobody knows before how much of them is new. */
  totalBytes: number;
}

export type PlaceOutcome = { place: string; outcome: 'sent' } | { place: string; outcome: 'failed'; failure: Failure };

export type CopyOutcome =
  | {
      /** 'failed': no place has it. A copy that some places have is made, with the others among `places`. */
      outcome: 'made' | 'failed';
      id: CopyId;
      cutAt: Date;
      entries: number;
      blobs: number;
      /** Of all blobs and all pieces at the cut. */
      bytes: number;
      /** Encrypted bytes that were sent to at least one place. */
      newBytes: number;
      newBlobs: number;
      newPieces: number;
      places: PlaceOutcome[];
      /** Blobs whose bytes are missing or not those of their name (I4): they are in no copy unless an earlier night took them whole. */
      damagedBlobs: string[];
      /** The clock stands before the newest copy: retention refuses until it is right. */
      clockOff: boolean;
      /** All that went wrong, for the log and the page; '' when nothing did. */
      problem: string;
      /** How long it took. */
      ms: number;
    }
  | { outcome: 'no-place' };
