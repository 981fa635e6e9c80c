import type { Log } from '@callscope/core/node/log.ts';
import pg from 'pg';
import { copyIn, copyOut } from './copy.ts';
import { BackupError, type Manifest, readPart, type TablePart, writePart } from './files.ts';

type Dump = Manifest['postgres'] & { migrations: Manifest['migrations']['postgres']; sealedWith: string[] };

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'callscope-backup' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Tables of ours with the columns that are not worked out of others, as SQL names. */
async function tablesOf(client: pg.Client): Promise<{ table: string; columns: string[] }[]> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS table, array_agg(quote_ident(a.attname) ORDER BY a.attnum) AS columns
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname <> 'schema_migrations'
    GROUP BY 1 ORDER BY 1`);
  return rows;
}

/**
 * Every table of ours as it stood at one moment: one transaction that reads and waits for nobody. Sequences stand outside
 * transactions; they are read after it has begun, so none is behind its table.
 */
export async function dumpPostgres(url: string, dir: string, log: Log): Promise<Dump> {
  return connected(url, async (client) => {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // a role that sees only some rows must fail, not leave the others out (PostgreSQL documentation, row_security)
    await client.query('SET LOCAL row_security = off');
    const { rows: migrations } = await client.query<{ id: string; checksum: string }>(
      'SELECT id, checksum FROM schema_migrations ORDER BY id',
    );
    const { rows: keys } = await client.query<{ master: string }>('SELECT DISTINCT master FROM recording_keys');
    const tables: TablePart[] = [];
    for (const { table, columns } of await tablesOf(client)) {
      const file = await writePart(
        dir,
        `postgres/${table.replaceAll('"', '')}.zst`,
        copyOut(client, `COPY ${table} (${columns}) TO STDOUT`),
      );
      tables.push({ table, columns, file });
    }
    const { rows: sequences } = await client.query<{ name: string; value: string }>(
      "SELECT format('%I.%I', schemaname, sequencename) AS name, last_value::text AS value FROM pg_sequences WHERE last_value IS NOT NULL",
    );
    await client.query('COMMIT');
    log.info('PostgreSQL is in the backup', { tables: tables.length });
    return { tables, sequences, migrations, sealedWith: keys.map((k) => k.master) };
  });
}

/** @throws BackupError when the database has tables already */
export async function requireEmptyPostgres(url: string): Promise<void> {
  await connected(url, async (client) => {
    const { rows } = await client.query<{ found: string | null }>("SELECT to_regclass('schema_migrations')::text AS found");
    if (rows[0]?.found) throw new BackupError('the database of DATABASE_URL is not empty: a restore takes an empty one');
  });
}

/** Fills the tables of a database that has the shape of the backup and nothing else. All of it or nothing. */
export async function loadPostgres(url: string, dir: string, { tables, sequences }: Manifest['postgres'], log: Log): Promise<void> {
  await connected(url, async (client) => {
    await client.query('BEGIN');
    // no trigger has to do again what was done, and rows come in any order: foreign keys held when they were written
    await client.query('SET LOCAL session_replication_role = replica').catch((cause) => {
      throw new BackupError('the user of DATABASE_URL must be a superuser while a backup is restored', { cause });
    });
    await client.query('SET LOCAL row_security = off');
    // migrations bring rows of their own
    await client.query(`TRUNCATE ${(await tablesOf(client)).map((t) => t.table).join(', ')}`);
    for (const { table, columns, file } of tables) await copyIn(client, `COPY ${table} (${columns}) FROM STDIN`, readPart(dir, file));
    for (const { name, value } of sequences) await client.query('SELECT setval($1::regclass, $2)', [name, value]);
    await client.query('COMMIT');
    await client.query('ANALYZE');
    log.info('PostgreSQL is restored', { tables: tables.length });
  });
}
