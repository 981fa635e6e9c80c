import { Readable } from 'node:stream';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { BackupError, type Manifest, readPart, type TablePart, writePart } from './files.ts';

/** A partition of a large store takes long, and is a stream all the while. */
const PATIENCE_MS = 600_000;
/** Rows of one insert, as text. The facade of the embedded engine holds a request in memory. */
const INSERT_BYTES = 16 * 1024 * 1024;

async function connected<T>(url: string, work: (client: ClickHouseClient) => Promise<T>): Promise<T> {
  const client = connectClickhouse(url, 'callscope-backup', PATIENCE_MS);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

async function rowsOf<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json<T>();
}

/**
 * Tables that hold what can be had nowhere else, with the columns that are written. A view's target is filled again when what
 * it looks at is; what a replay made beside `calls` is nobody's.
 */
async function tablesOf(client: ClickHouseClient): Promise<{ table: string; columns: string[] }[]> {
  const views = await rowsOf<{ made: string }>(
    client,
    "SELECT create_table_query AS made FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView'",
  );
  const targets = views.map(({ made }) => / TO (?:\w+\.)?`?(\w+)/.exec(made)?.[1] ?? '');
  const tables = await rowsOf<{ table: string; columns: string[] }>(
    client,
    `SELECT table, arrayMap(c -> c.2, arraySort(groupArray((position, name)))) AS columns
     FROM system.columns
     WHERE database = currentDatabase() AND default_kind NOT IN ('MATERIALIZED', 'ALIAS')
       AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND endsWith(engine, 'MergeTree'))
     GROUP BY table ORDER BY table`,
  );
  return tables.filter(({ table }) => table !== 'schema_migrations' && !targets.includes(table) && !/_replay_\d*/.test(table));
}

/**
 * What the assembler wrote after its position is left out: FACTS brings it again, with the same names. A call that a directory
 * or a replay moved since is in the store under its new company alone, and nothing brings it again.
 */
function written(table: string, cutMs: number | null): string {
  if (cutMs === null) return '1';
  const cut = `fromUnixTimestamp64Milli(${cutMs})`;
  const moved = `SELECT tenant, id FROM call_revisions WHERE at > ${cut} AND why IN ('directory', 'replay')`;
  const later = `SELECT tenant, id FROM calls WHERE written_at > ${cut} AND (tenant, id) NOT IN (${moved})`;
  if (table === 'calls') return `written_at <= ${cut} OR (tenant, id) IN (${moved})`;
  if (table === 'call_ids') return `(tenant, id) NOT IN (${later})`;
  if (table === 'call_revisions') return `at <= ${cut} OR why IN ('directory', 'replay')`;
  return table === 'security_events' ? `written_at <= ${cut}` : '1';
}

/** Every table, a file a partition, each read as it stands at that moment. @param cutMs the assembler's position; null: it had none */
export async function dumpClickhouse(
  url: string,
  dir: string,
  cutMs: number | null,
  log: Log,
): Promise<{ tables: TablePart[]; migrations: Manifest['migrations']['clickhouse'] }> {
  return connected(url, async (client) => {
    const tables: TablePart[] = [];
    for (const { table, columns } of await tablesOf(client)) {
      const partitions = await rowsOf<{ id: string }>(
        client,
        `SELECT DISTINCT partition_id AS id FROM system.parts WHERE active AND database = currentDatabase() AND table = '${table}' ORDER BY id`,
      );
      for (const { id } of partitions) {
        const file = await writePart(
          dir,
          `clickhouse/${table}/${id}.zst`,
          rowsAsText(
            client,
            `SELECT ${columns.map((c) => `\`${c}\``)} FROM ${table} WHERE _partition_id = '${id}' AND (${written(table, cutMs)}) FORMAT TabSeparated`,
          ),
        );
        tables.push({ table, columns, file });
        log.info('a part of the store is in the backup', { table, partition: id, bytes: file.bytes });
      }
    }
    const migrations = await rowsOf<{ id: string; checksum: string }>(
      client,
      'SELECT DISTINCT id, checksum FROM schema_migrations ORDER BY id',
    );
    return { tables, migrations };
  });
}

async function* rowsAsText(client: ClickHouseClient, query: string): AsyncGenerator<Uint8Array> {
  const { stream } = await client.exec({
    query,
    // a server says an error of a later row as an error only when it has all of them; ours breaks the connection
    clickhouse_settings: { max_execution_time: 0, max_threads: 2, wait_end_of_query: 1 },
  });
  yield* stream as AsyncIterable<Uint8Array>;
}

/** @throws BackupError when the store has tables already */
export async function requireEmptyClickhouse(url: string): Promise<void> {
  await connected(url, async (client) => {
    const found = await rowsOf<{ name: string }>(client, 'SELECT name FROM system.tables WHERE database = currentDatabase() LIMIT 1');
    if (found.length > 0) throw new BackupError('the database of CLICKHOUSE_URL is not empty: a restore takes an empty one');
  });
}

/** Fills tables of the backup's shape; views fill theirs. */
export async function loadClickhouse(url: string, dir: string, tables: readonly TablePart[], log: Log): Promise<void> {
  await connected(url, async (client) => {
    for (const { table, columns, file } of tables) {
      for await (const rows of wholeLines(readPart(dir, file), INSERT_BYTES)) {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table} (${columns.map((c) => `\`${c}\``).join(', ')}) FORMAT TabSeparated`,
          values: Readable.from([rows], { objectMode: false }),
          // two parts of a backup may be alike and are both meant
          clickhouse_settings: { insert_deduplicate: 0 },
        });
        for await (const _ of stream);
      }
      log.info('a part of the store is restored', { table, file: file.path });
    }
  });
}

/** Pieces of about this size that end with a line's end: a newline in a value is written `\n` (ClickHouse, TabSeparated). */
export async function* wholeLines(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source) {
    waiting.push(piece);
    size += piece.length;
    const end = piece.lastIndexOf(10) + 1;
    if (size < bytes || end === 0) continue;
    const all = Buffer.concat(waiting);
    const cut = all.length - (piece.length - end);
    yield all.subarray(0, cut);
    waiting = [all.subarray(cut)];
    size = all.length - cut;
  }
  if (size > 0) yield Buffer.concat(waiting);
}
