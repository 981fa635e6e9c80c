import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { runAsOperator } from './run.ts';

/** Looked at before the time that is asked for: what the totals were then. */
const BEFORE_MS = 60_000;
/** Packets with digits are left out on purpose. */
const ON_PURPOSE = ['dtmf'];
/** A second a row, of every channel: more rows than anybody has drops. */
const MOST = 10_000;

/**
 * When receivers dropped packets: from the frame before to the frame whose header tells of more dropped than it.
 * @param from, to ms since the epoch: when the frames were received
 */
export async function droppedTimes(
  client: ClickHouseClient,
  scope: OperatorScope,
  from: number,
  to: number,
): Promise<{ from: number; to: number }[]> {
  const rows = await runAsOperator<{ before: string; after: string }>(client, scope, {
    sql: `SELECT before, after FROM (
        SELECT at AS after, total, lagInFrame(at, 1, at) OVER w AS before, lagInFrame(total, 1, 0) OVER w AS was
        FROM (
          SELECT edge, boot, channel, toUnixTimestamp64Milli(max(received_at)) AS at,
            max(arraySum(mapValues(mapFilter((reason, count) -> NOT has({onPurpose: Array(String)}, reason), edge_drops)))) AS total
          FROM ledger_frames
          WHERE received_at >= fromUnixTimestamp64Milli({before: Int64}, 'UTC') AND received_at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')
          GROUP BY edge, boot, channel, toStartOfSecond(received_at)
        )
        WINDOW w AS (PARTITION BY edge, boot, channel ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
      )
      WHERE total > was AND after >= {from: Int64} AND (before < after OR was = 0) ORDER BY after LIMIT {most: UInt32}`,
    params: { before: from - BEFORE_MS, from, to, onPurpose: ON_PURPOSE, most: MOST },
  });
  return rows.map(({ before, after }) => ({ from: Number(before), to: Number(after) }));
}
