import type { FrameHeader } from '@callscope/core/bus/frames.ts';
import type { ClickHouseClient } from '@clickhouse/client';

export const frameKey = (h: Pick<FrameHeader, 'edge' | 'boot' | 'channel' | 'firstN' | 'count'>) =>
  `${h.edge} ${h.boot} ${h.channel} ${h.firstN} ${h.count}`;

/**
 * Which of these frames have their ledger row: it is written last, so everything else of them is stored too.
 * @returns their keys (`frameKey`)
 */
export async function writtenFrames(client: ClickHouseClient, frames: readonly FrameHeader[]): Promise<Set<string>> {
  if (frames.length === 0) return new Set();
  const answer = await client.query({
    query: `SELECT edge, toString(boot) AS boot, channel, toString(first_n) AS firstN, toString(count) AS count FROM ledger_frames
      WHERE edge IN ({edges: Array(String)}) AND boot IN ({boots: Array(UInt64)}) AND first_n IN ({firstNs: Array(UInt64)})`,
    query_params: {
      edges: [...new Set(frames.map((f) => f.edge))],
      boots: [...new Set(frames.map((f) => f.boot))],
      firstNs: [...new Set(frames.map((f) => f.firstN))],
    },
    format: 'JSONEachRow',
  });
  type Row = { edge: string; boot: number; channel: FrameHeader['channel']; firstN: number; count: number };
  return new Set((await answer.json<Row>()).map(frameKey));
}
