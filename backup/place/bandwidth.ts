/** A limit of bytes a second for places that rclone does not serve. rclone takes the same text as its --bwlimit. */
import { setTimeout as wait } from 'node:timers/promises';

const UNITS: Record<string, number> = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Bytes a second of '4M', '1.5M', '512K'; a number alone is KiB, as with rclone. null: no limit. @throws Error for another text */
export function bytesPerSecond(bandwidth: string | null): number | null {
  if (bandwidth === null) return null;
  const found = /^(\d+(?:\.\d+)?)([BKMG])?i?$/i.exec(bandwidth);
  const rate = Number(found?.[1]) * (UNITS[(found?.[2] ?? 'K').toUpperCase()] ?? Number.NaN);
  if (!(rate > 0)) throw new Error(`not a bandwidth: ${bandwidth}`);
  return rate;
}

/** Lets bytes through no faster than the limit, over everything that shares it. */
export class Limiter {
  private readonly rate: number | null;
  private readonly now: () => number;
  private readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  private freeAt = 0;

  constructor(
    rate: number | null,
    now: () => number = () => performance.now(),
    pause: (ms: number, signal?: AbortSignal) => Promise<void> = async (ms, signal) => {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    },
  ) {
    this.rate = rate;
    this.now = now;
    this.pause = pause;
  }

  /** Waits until `bytes` more may go. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    if (this.rate === null) return;
    const now = this.now();
    const begin = Math.max(now, this.freeAt);
    this.freeAt = begin + (bytes / this.rate) * 1000;
    if (begin > now) await this.pause(begin - now, signal);
  }
}
