import type { ClickHouseClient } from '@clickhouse/client';

/** Days whose frames stay single: a redelivery within them replaces its row instead of being added to a sum. */
const SINGLE_DAYS = 2;

/**
 * Sums the frames of days past into `ledger_days` and drops them. Safe to repeat and to be cut short: the sum of a day is
 * stored under a token made of the day and its frames, once; frames that come for a summed day (a dead letter sent again)
 * are a sum of their own later.
 * @returns days that were summed
 */
export async function sumLedgerDays(client: ClickHouseClient): Promise<string[]> {
  const answer = await client.query({
    query: `SELECT toString(toDate(received_at)) AS day, hex(groupBitXor(cityHash64(edge, boot, channel, first_n, count))) AS frames
      FROM ledger_frames FINAL WHERE toDate(received_at) < today() - {days: UInt16} GROUP BY day ORDER BY day`,
    query_params: { days: SINGLE_DAYS },
    format: 'JSONEachRow',
  });
  const days = await answer.json<{ day: string; frames: string }>();
  for (const { day, frames } of days) {
    await client.command({
      query: `INSERT INTO ledger_days
        SELECT toDate({day: String}), edge, boot, channel, max(first_n + count - 1), sum(count), sum(stored), sum(duplicate), sum(dead), sum(facts), sumMap(dropped), maxMap(edge_drops)
        FROM ledger_frames FINAL WHERE toDate(received_at) = {day: String} GROUP BY edge, boot, channel ORDER BY edge, boot, channel`,
      query_params: { day },
      clickhouse_settings: { insert_deduplication_token: `ledger-${day}-${frames}` },
    });
    await client.command({ query: `ALTER TABLE ledger_frames DROP PARTITION {day: String}`, query_params: { day } });
  }
  return days.map((d) => d.day);
}
