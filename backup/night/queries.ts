/** SQL of the night's process: what was done, what is the matter, and whether the clock can be right. */
import type { Database, Transaction } from '../../register/db/connect.ts';
import type { Attempt } from './schedule.ts';

/** Whole copies begun since `since`, and the newest whatever its time. Copies removed by retention count as they were. */
export async function selectAttempts(db: Database, since: Date): Promise<Attempt[]> {
  return await db<Attempt[]>`
    SELECT began_at AS "beganAt",
           CASE WHEN state <> 'made' THEN state
                WHEN NOT EXISTS (SELECT FROM copy_at_place p WHERE p.copy_id = copy.id AND p.state IN ('sending', 'sent', 'failed', 'damaged')) THEN 'good'
                WHEN EXISTS (SELECT FROM copy_at_place p WHERE p.copy_id = copy.id AND p.proven_at IS NOT NULL) THEN 'part'
                ELSE 'sent' END AS state
    FROM copy WHERE kind = 'whole' AND (began_at >= ${since} OR began_at = (SELECT max(began_at) FROM copy WHERE kind = 'whole'))`;
}

/** The cut of the newest night that was proven somewhere, and when the first was ever begun. */
export async function selectProven(db: Database): Promise<{ cutAt: Date | null; firstAt: Date | null }> {
  const [row] = await db<{ cutAt: Date | null; firstAt: Date | null }[]>`
    SELECT (SELECT max(c.cut_at) FROM copy c JOIN copy_at_place p ON p.copy_id = c.id WHERE c.kind = 'whole' AND p.proven_at IS NOT NULL) AS "cutAt",
           (SELECT min(began_at) FROM copy WHERE kind = 'whole') AS "firstAt"`;
  return row ?? { cutAt: null, firstAt: null };
}

/** The latest instants that stand in the register, and the database's own clock. */
export async function selectTimes(db: Database): Promise<{ databaseNow: Date; newestEntry: Date | null; newestCopy: Date | null }> {
  const [row] = await db<{ databaseNow: Date; newestEntry: Date | null; newestCopy: Date | null }[]>`
    SELECT clock_timestamp() AS "databaseNow",
           (SELECT max(e.entered_at) FROM series s JOIN entry e
              ON e.agency_id = s.agency_id AND e.register = s.series AND e.year = s.year AND e.number = s.last_number) AS "newestEntry",
           (SELECT max(began_at) FROM copy) AS "newestCopy"`;
  if (row === undefined) throw new Error('no clock');
  return row;
}

export async function selectAgencyIds(db: Database): Promise<number[]> {
  const rows = await db<{ id: number }[]>`SELECT id FROM agency ORDER BY id`;
  return rows.map(row => row.id);
}

export interface AlarmRow {
  code: string;
  place: string;
  since: Date;
  toldAt: Date;
  th: string;
  en: string;
}

export async function lockAlarm(tx: Transaction, code: string, place: string): Promise<AlarmRow | null> {
  const [row] = await tx<AlarmRow[]>`
    SELECT code, place, since, told_at AS "toldAt", problem_th AS th, problem_en AS en FROM night_alarm WHERE code = ${code} AND place = ${place} FOR UPDATE`;
  return row ?? null;
}

export async function saveAlarm(tx: Transaction, alarm: AlarmRow): Promise<void> {
  await tx`
    INSERT INTO night_alarm (code, place, since, told_at, problem_th, problem_en)
    VALUES (${alarm.code}, ${alarm.place}, ${alarm.since}, ${alarm.toldAt}, ${alarm.th}, ${alarm.en})
    ON CONFLICT (code, place) DO UPDATE SET told_at = EXCLUDED.told_at, problem_th = EXCLUDED.problem_th, problem_en = EXCLUDED.problem_en`;
}

export async function selectAlarms(db: Database): Promise<AlarmRow[]> {
  return await db<AlarmRow[]>`
    SELECT code, place, since, told_at AS "toldAt", problem_th AS th, problem_en AS en FROM night_alarm ORDER BY since, code, place`;
}

export async function deleteAlarm(db: Database, code: string, place: string): Promise<void> {
  await db`DELETE FROM night_alarm WHERE code = ${code} AND place = ${place}`;
}
