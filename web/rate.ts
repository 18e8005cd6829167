/**
 * How often one caller may ask, in the memory of this process: a bucket a caller that holds `burst` calls and is refilled at `perSecond`.
 * Used by the API (by token) and by the public page (by address). Forgetting a caller only fills its bucket again.
 */

export interface Rate {
  /** @returns null when the call may be made, else the whole seconds to wait */
  take(key: string): number | null;
}

// Full buckets are dropped first; beyond this many callers at once the oldest is forgotten, which lets it begin anew.
const CALLERS = 20_000;

export function createRate(settings: { perSecond: number; burst: number }, now: () => Date): Rate {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(key) {
      const at = now().getTime();
      const known = buckets.get(key);
      const left =
        known === undefined
          ? settings.burst
          : Math.min(settings.burst, known.left + (Math.max(0, at - known.at) / 1000) * settings.perSecond);
      buckets.delete(key);
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at });
      if (buckets.size > CALLERS) {
        const oldest = buckets.keys().next();
        if (oldest.done !== true) buckets.delete(oldest.value);
      }
      return left >= 1 ? null : Math.max(1, Math.ceil((1 - left) / settings.perSecond));
    },
  };
}
