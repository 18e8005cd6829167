/** How far a copy is, for the page and the terminal: written at most every second, on a connection other than the snapshot's. */
import type { Database } from '../../register/db/connect.ts';
import type { CopyId } from '../format.ts';
import type { Progress, Step } from './context.ts';
import { saveProgress } from './queries.ts';

const EVERY_MS = 1_000;

export interface ProgressKeeper {
  step(step: Step): void;
  /** More content that will have to be packed and sent. */
  expect(bytes: number): void;
  /** Content packed, or sent (to one of `of` places). */
  packed(bytes: number): void;
  sent(bytes: number, of: number): void;
  /** Waits for what is being written. */
  settle(): Promise<void>;
}

export function keepProgress(db: Database, id: CopyId, onProgress?: (progress: Progress) => void): ProgressKeeper {
  const state: Progress = { id, step: 'looking', doneBytes: 0, totalBytes: 0 };
  let done = 0;
  let writtenAt = 0;
  let writing: Promise<void> | null = null;

  const tell = (now: boolean) => {
    state.doneBytes = Math.min(Math.round(done), state.totalBytes);
    onProgress?.({ ...state });
    const at = performance.now();
    if (writing !== null || (!now && at - writtenAt < EVERY_MS)) return;
    writtenAt = at;
    // Progress that cannot be written must not end the copy; whatever is wrong with the database shows elsewhere at once.
    writing = saveProgress(db, id, state.step, state.doneBytes, state.totalBytes)
      .catch(() => {})
      .finally(() => {
        writing = null;
      });
  };
  return {
    step(step) {
      state.step = step;
      tell(true);
    },
    expect(bytes) {
      state.totalBytes += bytes;
      tell(false);
    },
    packed(bytes) {
      done += bytes / 2;
      tell(false);
    },
    sent(bytes, of) {
      done += bytes / 2 / of;
      tell(false);
    },
    async settle() {
      await writing;
    },
  };
}
