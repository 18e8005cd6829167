/**
 * Bounded concurrency by destination: one domain that answers slowly may hold a few workers, never all.
 * Used by work.ts for direct delivery, where each domain is another server; a relay is one destination and has all workers.
 */
export interface Lanes {
  /** Takes a place for `key`; null when all its places are taken. The result gives the place back. */
  take(key: string): (() => void) | null;
}

export function createLanes(places: number): Lanes {
  const taken = new Map<string, number>();
  return {
    take(key) {
      const now = taken.get(key) ?? 0;
      if (now >= places) return null;
      taken.set(key, now + 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        const left = (taken.get(key) ?? 1) - 1;
        if (left === 0) taken.delete(key);
        else taken.set(key, left);
      };
    },
  };
}
