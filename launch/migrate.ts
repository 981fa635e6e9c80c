import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import { blocks, ConfigError, readConfig } from '@callscope/core/node/config.ts';
import { createLog, errorText, type Log } from '@callscope/core/node/log.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import pg from 'pg';
import { clusterDdl, type Migration, statementsOf } from './clickhouse-ddl.ts';

export class MigrationError extends Error {}

/** Advisory lock of PostgreSQL that makes migrations of both stores one at a time; any number of ours. */
const LOCK = 7_205_001;

/** sql/<store>/NNNN_name.sql, in order. */
export function migrationsOf(store: Store): Migration[] {
  const dir = fileURLToPath(new URL(`../sql/${store}/`, import.meta.url));
  return readdirSync(dir)
    .filter((f) => /^\d{4}_\w+\.sql$/.test(f))
    .sort()
    .map((file) => {
      const sql = readFileSync(`${dir}/${file}`, 'utf8');
      return { id: file.slice(0, -4), sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** What is left to do. @throws MigrationError when the store was made by another history than this build's */
function pending(store: string, all: readonly Migration[], applied: ReadonlyMap<string, string>): Migration[] {
  const known = new Set(all.map((m) => m.id));
  const newer = [...applied.keys()].filter((id) => !known.has(id));
  if (newer.length > 0)
    throw new MigrationError(
      `${store} is newer than this build (it has ${newer.join(', ')}): start the version that made it, or a later one`,
    );
  for (const m of all) {
    const was = applied.get(m.id);
    if (was !== undefined && was !== m.checksum)
      throw new MigrationError(`${store}: migration ${m.id} was changed after it was applied; changes go into a new file`);
  }
  return all.filter((m) => !applied.has(m.id));
}

async function migratePostgres(client: pg.Client, log: Log, only: Only): Promise<void> {
  await client.query(
    'CREATE TABLE IF NOT EXISTS schema_migrations (id text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  const { rows } = await client.query<{ id: string; checksum: string }>('SELECT id, checksum FROM schema_migrations');
  for (const m of pending('PostgreSQL', migrationsOf('postgres'), new Map(rows.map((r) => [r.id, r.checksum])))) {
    if (!only('postgres', m.id)) continue;
    log.info('migrating PostgreSQL', { migration: m.id });
    await client.query('BEGIN');
    try {
      await client.query(m.sql);
      await client.query('INSERT INTO schema_migrations (id, checksum) VALUES ($1, $2)', [m.id, m.checksum]);
      await client.query('COMMIT');
    } catch (cause) {
      await client.query('ROLLBACK');
      throw new MigrationError(`PostgreSQL migration ${m.id} failed and was rolled back`, { cause });
    }
  }
}

/** Statements end with `;` at the end of a line. They are written to be safe when repeated: ClickHouse has no transactions for them. */
async function migrateClickhouse(client: ClickHouseClient, log: Log, only: Only): Promise<void> {
  await client.command({
    query:
      'CREATE TABLE IF NOT EXISTS schema_migrations (id String, checksum String, applied_at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY id',
  });
  const rows = await (await client.query({ query: 'SELECT DISTINCT id, checksum FROM schema_migrations', format: 'JSONEachRow' })).json<{
    id: string;
    checksum: string;
  }>();
  for (const m of pending('ClickHouse', migrationsOf('clickhouse'), new Map(rows.map((r) => [r.id, r.checksum])))) {
    if (!only('clickhouse', m.id)) continue;
    log.info('migrating ClickHouse', { migration: m.id });
    for (const statement of statementsOf(m, null)) {
      try {
        await client.command({ query: statement });
      } catch (cause) {
        throw new MigrationError(`ClickHouse migration ${m.id} failed`, { cause });
      }
    }
    await client.command({
      query: 'INSERT INTO schema_migrations (id, checksum) SELECT {id: String}, {checksum: String}',
      query_params: { id: m.id, checksum: m.checksum },
    });
  }
}

/** A statement that reads what is there already takes minutes in a large store, and says nothing meanwhile. */
const PATIENCE_MS = 6 * 3_600_000;

export type Store = 'clickhouse' | 'postgres';
type Only = (store: Store, id: string) => boolean;

/**
 * Brings both stores to this build's shape. Safe to run twice and by two processes at once.
 * @param only which migrations: a restore brings empty stores to the shape that its backup had, and to ours when they are filled
 */
export async function migrate(databaseUrl: string, clickhouseUrl: string, log: Log, only: Only = () => true): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  const store = connectClickhouse(clickhouseUrl, 'callscope-migrate', PATIENCE_MS);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await migratePostgres(client, log, only);
    await migrateClickhouse(store, log, only);
  } finally {
    await store.close();
    await client.end();
  }
}

if (import.meta.main) {
  const log = createLog('migrate', { format: 'text' });
  if (process.argv.includes('--help')) {
    console.log(
      "npm run migrate: brings the stores at DATABASE_URL and CLICKHOUSE_URL to this build's shape. npm start does it by itself.\n" +
        'npm run migrate -- --ddl CLUSTER: prints what a ClickHouse cluster of that name is given before the first start (docs/scaling.md).',
    );
  } else if (process.argv.includes('--ddl')) {
    const cluster = process.argv[process.argv.indexOf('--ddl') + 1] ?? '';
    if (/^[\w{}.-]+$/.test(cluster)) process.stdout.write(clusterDdl(migrationsOf('clickhouse'), cluster));
    else {
      log.error("--ddl takes the cluster's name in remote_servers");
      process.exitCode = 2;
    }
  } else {
    try {
      const config = readConfig(blocks.database, blocks.clickhouse);
      await migrate(config.DATABASE_URL, config.CLICKHOUSE_URL, log);
      log.info('both stores are up to date');
    } catch (error) {
      log.error(error instanceof ConfigError ? error.message : errorText(error));
      process.exitCode = 1;
    }
  }
}
