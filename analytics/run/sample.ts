import type { Direction } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type CallFilter, narrow } from '../query/filter.ts';
import type { Company } from '../query/plan.ts';
import { whereOf } from '../query/where.ts';
import { askedBy, run } from './run.ts';

/** A call that may be drawn for review. */
export interface DrawableCall {
  id: string;
  /** µs since the epoch */
  startedAt: number;
  employee: string;
  group: string;
  direction: Direction;
  /** of the company's calendar, YYYY-MM-DD */
  day: string;
}

/** Of each employee so many at most are looked at, drawn by the seed: what is drawn of them is drawn of all. */
const MOST_OF_ONE = 400;
const MOST = 200_000;

/** Answered calls of employees in [from, to), ms, that talked at least so long; of whoever has more than MOST_OF_ONE, as many by lot. */
export async function drawableCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  { from, to, minSeconds, seed }: { from: number; to: number; minSeconds: number; seed: string },
): Promise<DrawableCall[]> {
  const asked = narrow(filter, { from, to, answered: true, talkMin: minSeconds });
  if (asked === null) return [];
  const { conditions, params } = whereOf(asked, askedBy(scope, company));
  const rows = await run<{ id: string; employee: string; group_id: string; direction: Direction; started_us: string }>(client, scope, {
    // a revision may have another employee: the newest one says who
    sql: `SELECT id, employee, group_id, direction, started_us FROM (
        SELECT id, employee, group_id, direction, toUnixTimestamp64Micro(started_at) AS started_us
        FROM calls WHERE ${conditions.join(' AND ')} AND employee != '' ORDER BY id, revision DESC LIMIT 1 BY id)
      ORDER BY employee, cityHash64({seed: String}, id) LIMIT ${MOST_OF_ONE} BY employee LIMIT ${MOST}`,
    params: { ...params, seed },
  });
  return rows.map((r) => {
    const startedAt = Number(r.started_us);
    return {
      ...{ id: r.id, employee: r.employee, group: r.group_id, direction: r.direction, startedAt },
      day: new Date(wallClock(company.zone, startedAt / 1_000)).toISOString().slice(0, 10),
    };
  });
}
