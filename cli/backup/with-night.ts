/** Opens what `saraban backup …` works with, and closes it again. */

import { asFailure } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import { openJobs } from '../../register/jobs/jobs.ts';
import { openClock } from '../clock.ts';
import type { CommandContext } from '../command.ts';
import { SILENT } from '../log.ts';
import { type NightParts, openNightParts } from '../night/parts.ts';
import { withDatabase } from '../open-database.ts';
import { refuseUnfinishedRestore } from '../restore-marker.ts';

/** @throws Failure when the database, the store or the keys cannot be opened; whatever `work` throws otherwise */
export async function withNight<T>(context: CommandContext, work: (parts: NightParts) => Promise<T>): Promise<T> {
  const settings = context.settings();
  await refuseUnfinishedRestore(settings.data);
  return await withDatabase(settings, async connection => {
    const jobs = await openJobs(connection, { works: false, name: 'cli', log: SILENT });
    let parts: NightParts | undefined;
    try {
      parts = await openNightParts({ settings, connection, jobs, now: openClock(settings.clockStart), log: SILENT });
      return await work(parts);
    } catch (error) {
      throw asFailure(error);
    } finally {
      await parts?.close();
      await jobs.stop();
    }
  });
}

/** @throws Failure `no-place` where none is set */
export function refuseNoPlace(parts: NightParts): void {
  if (parts.places.length > 0) return;
  throw new Failure({
    code: 'no-place',
    temporary: false,
    message: 'no place is set',
    userMessage: {
      th: 'ยังไม่ได้กำหนดที่เก็บสำเนา โปรดตั้ง SARABAN_BACKUP_PLACES เช่น /mnt/nas/saraban หรือปลายทางของ rclone เช่น offsite:saraban',
      en: 'No place is set: give SARABAN_BACKUP_PLACES a folder such as /mnt/nas/saraban or an rclone remote such as offsite:saraban.',
    },
  });
}

export function mebibytes(bytes: number): string {
  return bytes >= 1024 ** 3 ? `${(bytes / 1024 ** 3).toFixed(1)} GiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

export function seconds(ms: number): string {
  return ms < 90_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
