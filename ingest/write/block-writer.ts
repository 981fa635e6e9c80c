import { Readable } from 'node:stream';
import type { Log } from '@callscope/core/node/log.ts';
import { counter, histogram } from '@callscope/core/node/metrics.ts';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const insertSeconds = histogram(
  'insert_seconds',
  'Time of one block into the store',
  [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ['table'],
);
const insertRows = counter('insert_rows_total', 'Rows accepted by the store', ['table']);
const insertRetries = counter('insert_retries_total', 'Blocks that had to be sent again', ['table']);

/**
 * Codes by which the store says that the block itself is wrong, so that sending it again cannot help:
 * 6 and 27 cannot parse, 26 bad quoting, 33 cannot read all data, 53 type mismatch, 62 syntax, 117 incorrect data,
 * 130/131 array and size limits, 349 NULL into a column that takes none, 469 a constraint, 691 unknown enum element.
 */
const DATA_ERRORS = new Set(['6', '26', '27', '33', '53', '62', '117', '130', '131', '349', '469', '691']);

export class BlockRefused extends Error {}

/** 41 cannot parse a date, 72 a number, 457 a query parameter: what an UPDATE's values are refused with. */
const VALUE_ERRORS = new Set(['41', '72', '457']);

/** The data itself is wrong: trying again cannot help. A number that no column takes is a RangeError while encoding. */
export function isDataError(error: unknown): boolean {
  if (error instanceof ClickHouseError) return DATA_ERRORS.has(error.code) || VALUE_ERRORS.has(error.code);
  return error instanceof BlockRefused || error instanceof RangeError;
}

export interface Table {
  name: string;
  columns: readonly string[];
}

/**
 * Inserts one RowBinary block and resolves when the store has accepted it. What a restart may mend (connection refused,
 * memory, too many parts …) is tried again with growing pauses until it works.
 * @param token deduplication token: the same token is stored once
 * @throws BlockRefused when the store says that the block's data is wrong
 * @throws the last error when `stopping` is aborted
 */
export async function insertBlock(
  client: ClickHouseClient,
  table: Table,
  block: Buffer,
  rows: number,
  options: { token?: string; stopping: AbortSignal; log: Log },
): Promise<void> {
  if (rows === 0) return;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const started = performance.now();
    try {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table.name} (${table.columns.join(', ')}) FORMAT RowBinary`,
        values: Readable.from([block], { objectMode: false }),
        ...(options.token ? { clickhouse_settings: { insert_deduplication_token: options.token } } : {}),
      });
      stream.resume();
      await new Promise<void>((done, failed) => stream.once('end', done).once('close', done).once('error', failed));
      insertSeconds.observe({ table: table.name }, (performance.now() - started) / 1000);
      insertRows.inc({ table: table.name }, rows);
      return;
    } catch (error) {
      if (error instanceof ClickHouseError && DATA_ERRORS.has(error.code))
        throw new BlockRefused(`the store refuses the block (code ${error.code})`, { cause: error });
      if (options.stopping.aborted) throw error;
      insertRetries.inc({ table: table.name });
      options.log.warn('the store did not take a block, trying again', { table: table.name, rows, inMs: pause, error });
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}
