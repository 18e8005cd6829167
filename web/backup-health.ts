/**
 * What /healthz/backup answers to a monitor outside: is there a copy, proven, and young enough? Readable without signing in, so it holds no figure of an
 * agency and no name of a place. The process of the night (cli/roles/night.ts) writes what is read here, and may be the one that is dead.
 */
import { copyStanding } from '../register/look/nights.ts';
import { cutOf, type StandingState } from '../register/look/standing.ts';
import type { Officer } from '../register/officer.ts';
import type { WebContext } from './context.ts';
import { selectAlarmCodes } from './queries.ts';

export interface BackupHealth {
  healthy: boolean;
  state: StandingState;
  /** The instant up to which the newest proven copy holds everything; null when none is proven. */
  lastProven: string | null;
  ageHours: number | null;
  copy: string | null;
  /** Null when healthy. */
  reason: { th: string; en: string } | null;
  /** Codes of what is the matter with the night (backup/night/alarms.ts). */
  alarms: string[];
}

const ASKING: Officer = { id: null, name: 'Saraban', peer: 'healthz', agencyId: 0, role: 'provider', unitIds: [], appointed: false };
const HOUR_MS = 3_600_000;

/** Healthy when a copy was proven within the age allowed, though a later one may have failed: that is told by `state` and `alarms`, and by the age soon. */
export async function backupHealth(context: Pick<WebContext, 'db' | 'now' | 'settings'>): Promise<BackupHealth> {
  const { backup } = context.settings;
  const [places, maxAgeHours] = [backup?.places.length ?? 0, backup?.maxAgeHours ?? 26];
  const now = context.now();
  const { state, good } = await copyStanding(context.db, ASKING, { now, maxAgeHours, places });
  const cut = good === null ? null : cutOf(good);
  const ageHours = cut === null ? null : Math.round(((now.getTime() - cut.getTime()) / HOUR_MS) * 10) / 10;
  const young = cut !== null && now.getTime() - cut.getTime() <= maxAgeHours * HOUR_MS;
  const reason = places === 0 ? NO_PLACE : cut === null ? NONE : young ? null : tooOld(Math.floor(ageHours ?? 0), maxAgeHours);
  return {
    healthy: reason === null,
    state,
    lastProven: cut?.toISOString() ?? null,
    ageHours,
    copy: good?.copyId ?? null,
    reason,
    alarms: await selectAlarmCodes(context.db),
  };
}

const NO_PLACE = {
  th: 'no-place: ยังไม่ได้กำหนดที่เก็บสำเนา (SARABAN_BACKUP_PLACES)',
  en: 'no-place: no place for copies is set (SARABAN_BACKUP_PLACES)',
};
const NONE = { th: 'none: ยังไม่มีสำเนาที่พิสูจน์แล้ว', en: 'none: no copy is proven yet' };

function tooOld(hours: number, most: number): { th: string; en: string } {
  return {
    th: `old: สำเนาที่พิสูจน์แล้วชุดล่าสุดเก่า ${hours} ชั่วโมง เกินกำหนด ${most} ชั่วโมง`,
    en: `old: the newest proven copy is ${hours} hours old; ${most} are allowed`,
  };
}
