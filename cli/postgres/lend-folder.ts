/** Hands folders to a program that another user runs: by path where it can go there, by inherited descriptor where root lends it. */
import { closeSync, openSync } from 'node:fs';
import type { ServerUser } from './layout.ts';

export type LentFolders = {
  /** The folders as the program is to name them, in the order given. */
  paths: string[];
  /** To be put behind stdin, stdout and stderr in `stdio`. */
  descriptors: number[];
  /** Closes our side; call it once the program was started. */
  close(): void;
};

/**
 * On Linux a path through `/proc/self/fd/<n>` leads straight to the folder that was opened, so a parent the user may not enter is no obstacle;
 * the server's own children inherit the descriptor. Elsewhere there is no such path, and root has to use a folder the user can enter.
 */
export function lendFolders(folders: string[], user: ServerUser): LentFolders {
  if (!user || process.platform !== 'linux') return { paths: folders, descriptors: [], close: () => {} };
  const descriptors = folders.map(folder => openSync(folder, 'r'));
  return {
    paths: descriptors.map((_, index) => `/proc/self/fd/${3 + index}`),
    descriptors,
    close: () => {
      for (const descriptor of descriptors) closeSync(descriptor);
    },
  };
}
