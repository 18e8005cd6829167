// Chosen files out of a ZIP in memory, under limits: the one door to the unzipping library. Nothing is ever written to disk by a name from
// inside. Office documents are ZIPs; document readers say which entries they want.

import { unzipSync } from 'fflate';

export type UnzipLimits = {
  /** Entries looked at, at most. */
  maxEntries: number;
  /** Bytes of one unpacked entry, and of all together, at most. */
  maxEntryBytes: number;
  maxTotalBytes: number;
  /** Unpacked to packed size at most, for entries above a MiB: text packs 5 to 20 times, a bomb a thousand times. */
  maxRatio: number;
};

export type Unzipped =
  | { outcome: 'opened'; names: string[]; files: Map<string, Uint8Array> }
  | { outcome: 'too-large'; entry: string }
  | { outcome: 'broken'; reason: string };

class LimitReached extends Error {
  readonly entry: string;
  constructor(entry: string) {
    super('limit reached');
    this.entry = entry;
  }
}

/**
 * Unpacks the entries that `wanted` names. The sizes that the directory declares are judged before anything is unpacked, and the library
 * unpacks into a buffer of just that size, so an entry that lies about it fails instead of growing. Never throws.
 */
export function unzipSome(bytes: Uint8Array, wanted: (name: string) => boolean, limits: UnzipLimits): Unzipped {
  const names: string[] = [];
  let total = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        names.push(name);
        if (names.length > limits.maxEntries) throw new LimitReached(name);
        if (!wanted(name)) return false;
        total += originalSize;
        const bomb = originalSize > 1024 * 1024 && originalSize > size * limits.maxRatio;
        if (bomb || originalSize > limits.maxEntryBytes || total > limits.maxTotalBytes) throw new LimitReached(name);
        return true;
      },
    });
    return { outcome: 'opened', names, files: new Map(Object.entries(files)) };
  } catch (error) {
    if (error instanceof LimitReached) return { outcome: 'too-large', entry: error.entry };
    return { outcome: 'broken', reason: error instanceof Error ? error.message : String(error) };
  }
}
