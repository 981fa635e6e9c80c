import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { RegistrationRow } from '../assemble/phones.ts';
import { BlockRefused, insertBlock, type Table } from './block-writer.ts';
import { RowSink } from './rowbinary.ts';

/** Column order here is the order of writing below. */
const REGISTRATIONS: Table = {
  name: 'registrations',
  columns: [
    'tenant',
    'account',
    'registered_at',
    'domain',
    'contact',
    'address',
    'transport',
    'user_agent',
    'expires_at',
    'ended_at',
    'call_id',
    'version',
    'written_at',
  ],
};

/**
 * One block of stretches, at-least-once. What the store refuses is left out with a word in the log: the raw events and
 * packets that it was made of are stored apart, and calls must not wait for it.
 * @throws when stopping
 */
export async function writeRegistrations(
  client: ClickHouseClient,
  rows: readonly RegistrationRow[],
  writtenAt: number,
  options: { stopping: AbortSignal; log: Log },
): Promise<void> {
  const sink = new RowSink(1 << 14);
  for (const row of rows) {
    sink.str(row.tenant);
    sink.str(row.account);
    sink.u64(row.registeredAt);
    sink.str(row.domain);
    sink.str(row.contact);
    sink.str(row.address);
    sink.str(row.transport);
    sink.str(row.userAgent);
    sink.u64(row.expiresAt);
    sink.u64(row.endedAt);
    sink.str(row.callId);
    sink.u64(row.version);
    sink.u64(writtenAt);
    sink.endRow();
  }
  try {
    await insertBlock(client, REGISTRATIONS, sink.view(), sink.rows, options);
  } catch (error) {
    if (!(error instanceof BlockRefused)) throw error;
    options.log.error('the store refuses registrations, they are left out', { rows: rows.length, error: errorText(error) });
  }
}
