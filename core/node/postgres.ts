import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { Log } from './log.ts';

export interface Postgres<Schema> {
  db: Kysely<Schema>;
  pool: pg.Pool;
  close(): Promise<void>;
}

/** @param url postgres://user:password@host:port/database */
export function connectPostgres<Schema>(url: string, application: string, log: Log): Postgres<Schema> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: application,
    // of jobs alone six wait for news on one of their own (LISTEN)
    max: 20,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
  });
  // an idle connection that dies (the server restarted) must not end the process; the pool opens another
  pool.on('error', (error) => log.warn('a PostgreSQL connection was lost', { error }));
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

/**
 * One unit of work of one company: role `app` (no BYPASSRLS) and the company set for the row policies, both for this
 * transaction only. Without the setting no row is visible.
 */
export function asTenant<Schema, T>(db: Kysely<Schema>, tenant: string, work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`set local role app`.execute(trx);
    await sql`select set_config('app.tenant', ${tenant}, true)`.execute(trx);
    return work(trx);
  });
}

/** One unit of work of the operator: sees every company, still not the owner of the tables. */
export function asOperator<Schema, T>(db: Kysely<Schema>, work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`set local role app_operator`.execute(trx);
    return work(trx);
  });
}
