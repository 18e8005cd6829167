/**
 * SQL of the web itself: sessions, the memory of failed sign-ins, the figures of /metrics. Everything about letters is register/look and register/act.
 */
import type { Database, JsonValue, Transaction } from '../register/db/connect.ts';

export async function selectSession(db: Database, idSha256: string, now: Date): Promise<JsonValue | null> {
  const [row] = await db<{ data: JsonValue }[]>`SELECT data FROM web_session WHERE id_sha256 = ${idSha256} AND expires_at > ${now}`;
  return row?.data ?? null;
}

export async function saveSession(db: Database, idSha256: string, data: JsonValue, expiresAt: Date): Promise<void> {
  await db`INSERT INTO web_session (id_sha256, data, expires_at) VALUES (${idSha256}, ${db.json(data)}, ${expiresAt})
           ON CONFLICT (id_sha256) DO UPDATE SET data = EXCLUDED.data, expires_at = EXCLUDED.expires_at`;
}

export async function extendSession(db: Database, idSha256: string, expiresAt: Date): Promise<void> {
  await db`UPDATE web_session SET expires_at = ${expiresAt} WHERE id_sha256 = ${idSha256}`;
}

export async function deleteSession(db: Database, idSha256: string): Promise<void> {
  await db`DELETE FROM web_session WHERE id_sha256 = ${idSha256}`;
}

export async function deleteExpiredSessions(db: Database, now: Date): Promise<void> {
  await db`DELETE FROM web_session WHERE expires_at <= ${now}`;
}

/**
 * Counts one try for `key` as failed beforehand, unless it still has to wait. In one statement, so that a hundred tries at once are a hundred tries.
 * The wait after n failures is 2^(n - free) seconds, `most` at most; after `forgetAfter` seconds of peace the count starts anew.
 * @returns null when the try is allowed, else the seconds to wait
 */
export async function takeTry(
  db: Database,
  key: string,
  now: Date,
  rule: { free: number; most: number; forgetAfter: number },
): Promise<number | null> {
  const [taken] = await db`
    INSERT INTO sign_in_failure AS f (key, failures, last_at) VALUES (${key}, 1, ${now})
    ON CONFLICT (key) DO UPDATE
      SET failures = CASE WHEN f.last_at < ${now}::timestamptz - make_interval(secs => ${rule.forgetAfter}) THEN 1 ELSE f.failures + 1 END, last_at = ${now}
      WHERE f.failures < ${rule.free}
         OR f.last_at + make_interval(secs => least(${rule.most}::float8, power(2::float8, least(f.failures - ${rule.free}, 30)))) <= ${now}
    RETURNING 1`;
  if (taken !== undefined) return null;
  const [row] = await db<{ seconds: number }[]>`
    SELECT ceil(extract(epoch FROM last_at + make_interval(secs => least(${rule.most}::float8, power(2::float8, least(failures - ${rule.free}, 30)))) - ${now}::timestamptz))::integer AS seconds
    FROM sign_in_failure WHERE key = ${key}`;
  return Math.max(1, row?.seconds ?? 1);
}

export async function forgetTries(db: Database, keys: string[]): Promise<void> {
  await db`DELETE FROM sign_in_failure WHERE key = ANY(${keys})`;
}

/** One try less: a sign-in that succeeded must not count against the address it came from. */
export async function giveBackTry(db: Database, key: string): Promise<void> {
  await db`UPDATE sign_in_failure SET failures = failures - 1 WHERE key = ${key} AND failures > 0`;
}

export interface AgencyFigures {
  dispositions: { disposition: string; count: number }[];
  last: { register: string; year: number; number: number }[];
  unacknowledged: number;
  unconfirmed: number;
  held: number;
}

/** Figures of the agency the transaction works for. */
export async function selectFigures(tx: Transaction): Promise<AgencyFigures> {
  const dispositions = await tx<{ disposition: string; count: number }[]>`
    SELECT disposition, count(*)::integer AS count FROM message WHERE agency_id = current_agency() GROUP BY disposition`;
  const last = await tx<{ register: string; year: number; number: number }[]>`
    SELECT series AS register, year, last_number AS number FROM series WHERE agency_id = current_agency() AND series IN ('receive', 'send')`;
  const [open] = await tx<{ unacknowledged: number; unconfirmed: number; held: number }[]>`
    SELECT (SELECT count(*)::integer FROM acknowledgement WHERE agency_id = current_agency() AND state IN ('waiting', 'held', 'failed', 'uncertain')) AS unacknowledged,
           (SELECT count(*)::integer FROM entry WHERE agency_id = current_agency() AND confirmed_at IS NULL AND state NOT IN ('cancelled', 'returned', 'closed')) AS unconfirmed,
           (SELECT count(*)::integer FROM message WHERE agency_id = current_agency() AND held_state = 'waiting') AS held`;
  return {
    dispositions: [...dispositions],
    last: [...last],
    unacknowledged: open?.unacknowledged ?? 0,
    unconfirmed: open?.unconfirmed ?? 0,
    held: open?.held ?? 0,
  };
}

export async function selectAgencyCodes(db: Database): Promise<{ id: number; code: string }[]> {
  return await db<{ id: number; code: string }[]>`SELECT id, code FROM agency WHERE id > 0 ORDER BY id`;
}

export interface CopyFigures {
  /** Of the newest copy that was proven somewhere. */
  provenCutAt: Date | null;
  /** Of the newest whole copy that was made. */
  bytes: number | null;
  seconds: number | null;
}

/** Of the whole appliance; the tables of copies carry no agency. */
export async function selectCopyFigures(db: Database): Promise<CopyFigures> {
  const [row] = await db<CopyFigures[]>`
    SELECT (SELECT max(c.cut_at) FROM copy c JOIN copy_at_place p ON p.copy_id = c.id WHERE c.kind = 'whole' AND p.proven_at IS NOT NULL) AS "provenCutAt",
           newest.bytes, extract(epoch FROM newest.finished_at - newest.began_at)::float8 AS seconds
    FROM (SELECT) AS nothing LEFT JOIN
         (SELECT bytes, began_at, finished_at FROM copy WHERE kind = 'whole' AND state = 'made' ORDER BY began_at DESC LIMIT 1) AS newest ON true`;
  return row ?? { provenCutAt: null, bytes: null, seconds: null };
}

export async function selectAlarmCodes(db: Database): Promise<string[]> {
  const rows = await db<{ code: string }[]>`SELECT DISTINCT code FROM night_alarm ORDER BY code`;
  return rows.map(row => row.code);
}

/** Connections of each process of the appliance, on whichever machine it runs. The names of connections are shown to every role. */
export async function selectConnections(db: Database): Promise<{ role: string; connections: number }[]> {
  return await db<{ role: string; connections: number }[]>`
    SELECT role, count(a.pid)::integer AS connections
    FROM unnest(ARRAY['gateway', 'web', 'worker', 'night']) AS role
    LEFT JOIN pg_stat_activity a ON a.datname = current_database() AND a.application_name IN ('saraban ' || role, 'saraban jobs ' || role)
    GROUP BY role`;
}

/** The database's clock, in seconds since 1970. */
export async function selectDatabaseTime(db: Database): Promise<number> {
  const [row] = await db<{ seconds: number }[]>`SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds`;
  return row?.seconds ?? 0;
}

/** Asks the database for nothing: it answers, or it is away. */
export async function selectNothing(db: Database): Promise<void> {
  await db`SELECT 1`;
}

/** The login of an account of the agency the transaction works for. */
export async function selectLogin(tx: Transaction, accountId: string): Promise<string | null> {
  const [row] = await tx<{ login: string }[]>`SELECT login FROM account WHERE agency_id = current_agency() AND id = ${accountId}`;
  return row?.login ?? null;
}
