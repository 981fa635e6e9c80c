import type { PastHour } from '@callscope/analytics/forecast/hours.ts';
import type { ClickHouseClient } from '@clickhouse/client';

/** How long each answered call takes: the mean is known. */
export const TALK_SECONDS = 180;
const BLOCK = 20_000;

/** Puts the calls of made hours into the store as if they had come: each third one to e101, each eighth unanswered. */
export async function fillStore(store: ClickHouseClient, tenant: string, hours: readonly PastHour[]): Promise<void> {
  const rows = hours.flatMap(({ start, end, calls }) =>
    Array.from({ length: calls }, (_, i) => {
      const startedAt = start + Math.floor(((end - start) * (i + 0.5)) / calls);
      const isAnswered = i % 8 !== 7;
      const answeredAt = startedAt + 5_000;
      return {
        ...{ tenant, started_at: text(startedAt), id: `made-${start}-${i}`, direction: 'in', source: 'events', revision: 1 },
        ...{ caller: `7916${1_000_000 + (i % 1_000)}`, dialled: '74951000101', number: '74951000101', written_at: text(startedAt) },
        // the edge names the company: a change of the directory works the calls of the last days out anew
        ...{ edge_tenant: tenant, employee: i % 3 === 0 ? 'e101' : 'e102', answered_by: i % 3 === 0 ? '101' : '102' },
        ...(isAnswered
          ? { result: 'answered', missed_kind: '', answered_at: text(answeredAt), ended_at: text(answeredAt + TALK_SECONDS * 1_000) }
          : { result: 'no_answer', missed_kind: 'not_taken', ended_at: text(startedAt + 30_000) }),
      };
    }),
  );
  for (let at = 0; at < rows.length; at += BLOCK)
    await store.insert({ table: 'calls', format: 'JSONEachRow', values: rows.slice(at, at + BLOCK) });
}

/** A moment as the store reads it. */
const text = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('Z', '');
