/**
 * The only door to the database client. Everything else gets a `Database` or a `Transaction` handed in.
 * Connections work as the role saraban_app, which owns nothing and is held by row-level security (I9), whatever user they sign in as.
 */
import postgres from 'postgres';

/** How to reach PostgreSQL 15 or later: a URL, or the embedded server's socket folder. */
export type ConnectionOptions = { url: string } | { host: string; port: number; user: string; database: string; password?: string };

export type Database = postgres.Sql;
export type Transaction = postgres.TransactionSql;
export type JsonValue = postgres.JSONValue;

export interface OpenOptions {
  /** 'app' for the appliance; 'owner' for migrations, verify and backup, which look across agencies. */
  role: 'app' | 'owner';
  /** Connections at most. */
  max: number;
  /** Shown in pg_stat_activity. */
  name: string;
}

const LONGEST_PAUSE_S = 1;

/**
 * Opens a pool. No connection is made before the first query.
 * Types: bigint comes back as number (sizes and counts stay below 2^53), date as 'yyyy-mm-dd' text, timestamptz as Date, bytea as Buffer.
 */
export function openDatabase(connection: ConnectionOptions, options: OpenOptions): Database {
  const settings: postgres.Options<Record<string, postgres.PostgresType>> = {
    max: options.max,
    idle_timeout: 0,
    connect_timeout: 10,
    // The client's own pauses between tries to connect grow to 20 seconds: so long would mail and pages wait for a database that is back.
    backoff: tries => Math.min(LONGEST_PAUSE_S, 0.05 * 2 ** tries),
    onnotice: () => {},
    connection: {
      application_name: `saraban ${options.name}`,
      ...(options.role === 'app' ? { role: 'saraban_app' } : {}),
    },
    types: {
      bigint: { to: 20, from: [20], parse: (text: string) => Number(text), serialize: (value: number) => String(value) },
      date: { to: 1082, from: [1082], parse: (text: string) => text, serialize: (value: string) => value },
    },
  };
  if ('url' in connection) return postgres(connection.url, settings);
  return postgres({
    ...settings,
    host: connection.host,
    port: connection.port,
    user: connection.user,
    database: connection.database,
    ...(connection.password === undefined ? {} : { password: connection.password }),
  });
}

/** Connection options in the form that the job queue's own pool (node-postgres) takes. */
export function poolOptions(connection: ConnectionOptions): Record<string, unknown> {
  if ('url' in connection) return { connectionString: connection.url };
  return {
    host: connection.host,
    port: connection.port,
    user: connection.user,
    database: connection.database,
    password: connection.password,
  };
}
