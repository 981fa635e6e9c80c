import { callsByIds, callsOfNumbers, missedCallers } from '@callscope/analytics/run/outside-calls.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { type CallReader, type Changed, numbersWithCases, progressOf, saveProgress, workOut } from '@callscope/modules/cases/work-out.ts';
import { companyVersions } from '@callscope/modules/directory/store.ts';
import { missedBy } from '@callscope/modules/notices/rules.ts';
import { noteMissed } from '@callscope/modules/notices/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';
import { type Following, followCalls } from '../calls/follow.ts';
import { changedBy, note } from './changed.ts';

/** So far back cases are worked out of the calls where messages are gone. */
const REBUILD_MS = 92 * 86_400_000;
const REBUILD_NUMBERS = 500;
/** Every company's cases are looked through once in this time, when nothing else is to be done. */
const LOOK_THROUGH_MS = 24 * 3_600_000;
const FIRST_LOOK_MS = 10 * 60_000;

const written = counter('jobs_cases_total', 'Cases written or taken away');
const noted = counter('jobs_notices_total', 'Missed calls that somebody is to be told of');
const lag = gauge('jobs_cases_lag_seconds', 'Age of the oldest call that cases do not know yet');

/**
 * CALLS -> cases. What is done again changes nothing. Where messages are gone, and at the very first start, cases are worked out of the
 * calls of the last three months.
 */
export function runCases(service: Service, bus: Bus, store: ClickHouseClient, db: Kysely<PostgresSchema>): Following {
  const { log } = service;
  const scopeOf = (tenant: string) => tenantScope(ownService('jobs'), tenant, 'calls:read') as TenantScope;
  const readerOf = (scope: TenantScope): CallReader => ({
    ofNumbers: (numbers, since) => callsOfNumbers(store, scope, numbers, Math.max(0, since)),
    byIds: (ids, since) => callsByIds(store, scope, ids, Math.max(0, since)),
  });
  const work = async (tenant: string, changed: Changed) => {
    const scope = scopeOf(tenant);
    const count = await workOut(db, scope, changed, readerOf(scope), systemClock.now());
    if (count === 0) return;
    written.inc(count);
    bus.nc.publish(subjects.cases(tenant));
  };
  const rebuildOf = async (tenant: string) => {
    const scope = scopeOf(tenant);
    const since = systemClock.now() - REBUILD_MS;
    const changed: Changed = { numbers: new Map(), hidden: new Map() };
    for (const call of await missedCallers(store, scope, since * 1_000)) note(changed, call.from, call.id, call.startedAt, true);
    // cases whose calls are none any more
    for (const c of await numbersWithCases(db, scope, since)) note(changed, c.number, c.id, c.openedAt * 1_000, false);
    for (const part of partsOf(changed)) await work(tenant, part);
  };
  const rebuild = async () => {
    log.info('cases are worked out of the calls again', { days: REBUILD_MS / 86_400_000 });
    for (const { id } of await companyVersions(db)) await rebuildOf(id);
  };
  // what no message told (a writer that died before it could, settings that asked to judge the past anew) is found in a day
  let turn: string[] = [];
  let lookedAt = performance.now();
  let every = FIRST_LOOK_MS;
  const lookThrough = async () => {
    if (performance.now() - lookedAt < every) return;
    lookedAt = performance.now();
    if (turn.length === 0) {
      turn = (await companyVersions(db)).map(({ id }) => id);
      every = LOOK_THROUGH_MS / Math.max(1, turn.length);
    }
    const tenant = turn.shift();
    if (tenant !== undefined) await rebuildOf(tenant);
  };

  return followCalls(service, bus, {
    ...{ name: 'cases', lag, rebuild, idle: lookThrough },
    progress: () => progressOf(db),
    saveProgress: (stream, seq) => saveProgress(db, stream, seq),
    work: async (news) => {
      for (const [tenant, changed] of changedBy(news)) await work(tenant, changed);
      // after the cases, which a notice leads to; news that come again tell nobody twice
      for (const [tenant, missed] of missedBy(news, systemClock.now())) noted.inc(await noteMissed(db, scopeOf(tenant), missed));
    },
  });
}

/** Pieces that one question to the store and one transaction take. */
function* partsOf({ numbers, hidden }: Changed): Generator<Changed> {
  const list = [...numbers];
  for (let i = 0; i < list.length; i += REBUILD_NUMBERS) yield { numbers: new Map(list.slice(i, i + REBUILD_NUMBERS)), hidden: new Map() };
  const alone = [...hidden];
  for (let i = 0; i < alone.length; i += REBUILD_NUMBERS)
    yield { numbers: new Map(), hidden: new Map(alone.slice(i, i + REBUILD_NUMBERS)) };
}
