import type { Direction } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { run } from './run.ts';

/** A call as far as its price follows from it. Times in µs since the epoch, 0 = did not happen. */
export interface StoredRatable {
  id: string;
  revision: number;
  direction: Direction;
  from: string;
  dialled: string;
  number: string;
  startedAt: number;
  answeredAt: number;
  endedAt: number;
}

/** While a call changes place both of its rows may be there: the newer one counts. */
const ONCE = 'ORDER BY id, revision DESC LIMIT 1 BY id';
const COLUMNS = `id, revision, direction, caller, dialled, number, toUnixTimestamp64Micro(started_at) AS started_us,
  toUnixTimestamp64Micro(answered_at) AS answered_us, toUnixTimestamp64Micro(ended_at) AS ended_us`;

/** These calls, as far as they are there and began at or after a moment, in no order. @param since µs */
export function ratableByIds(
  client: ClickHouseClient,
  scope: TenantScope,
  ids: readonly string[],
  since: number,
): Promise<StoredRatable[]> {
  return ask(client, scope, `started_at >= fromUnixTimestamp64Micro({since: Int64}, 'UTC') AND id IN {ids: Array(String)}`, { ids, since });
}

/**
 * Answered calls that may be charged (outgoing, and incoming to a number that begins so), which began in [from, to), by the order of the
 * table: a page after another. @param from, to µs @param after the last of the page before
 */
export function ratableIn(
  client: ClickHouseClient,
  scope: TenantScope,
  {
    from,
    to,
    tollFree,
    limit,
    after,
  }: { from: number; to: number; tollFree: string; limit: number; after: Pick<StoredRatable, 'startedAt' | 'id'> },
): Promise<StoredRatable[]> {
  return ask(
    client,
    scope,
    `started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
      AND (started_at > fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC') OR id > {afterId: String})
      AND answered_at != toDateTime64(0, 6, 'UTC')
      AND (direction = 'out' OR direction = 'in' AND startsWith(if(number = '', dialled, number), {tollFree: String}))`,
    { from: Math.max(from, after.startedAt), to, tollFree, limit, afterStart: after.startedAt, afterId: after.id },
    'ORDER BY started_at, id LIMIT {limit: UInt32}',
  );
}

async function ask(
  client: ClickHouseClient,
  scope: TenantScope,
  where: string,
  params: Record<string, unknown>,
  order = ONCE,
): Promise<StoredRatable[]> {
  const rows = await run<{
    id: string;
    revision: number;
    direction: Direction;
    caller: string;
    dialled: string;
    number: string;
    started_us: string;
    answered_us: string;
    ended_us: string;
  }>(client, scope, { sql: `SELECT ${COLUMNS} FROM calls WHERE tenant = {tenant: String} AND ${where} ${order}`, params });
  return rows.map((r) => ({
    ...{ id: r.id, revision: r.revision, direction: r.direction, from: r.caller, dialled: r.dialled, number: r.number },
    ...{ startedAt: Number(r.started_us), answeredAt: Number(r.answered_us), endedAt: Number(r.ended_us) },
  }));
}
