import { ratableByIds, ratableIn } from '@callscope/analytics/run/ratable-calls.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { checkBooks } from '@callscope/modules/finance/check.ts';
import { chargedCompanies, RATING_CHANNEL } from '@callscope/modules/finance/contracts.ts';
import { type Candidate, keyOf, rateCalls } from '@callscope/modules/finance/rating.ts';
import { TOLL_FREE } from '@callscope/modules/finance/rules-rating.ts';
import { Terms } from '@callscope/modules/finance/terms.ts';
import {
  askForLooks,
  askForNight,
  chargedIn,
  forgetUnrated,
  type Look,
  looked,
  nextLook,
  ratingProgress,
  saveCheck,
  saveRatingProgress,
} from '@callscope/modules/finance/work.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type Following, followCalls } from '../calls/follow.ts';
import { askedBy } from './candidates.ts';

/** Calls of one transaction. */
const BATCH = 5_000;
const DAY_MS = 86_400_000;
/** Further back nothing is charged that was not. */
const FURTHEST_MS = 92 * DAY_MS;
/** What a night looks through again, and the entries that it looks into. */
const NIGHTLY_MS = 7 * DAY_MS;
/** Two in the morning, UTC. */
const NIGHT_MS = 2 * 3_600_000;

const JOBS = ownService('jobs');
const EVERY = operatorScope(JOBS, 'finance:write') as OperatorScope;
const scopeOf = (tenant: string) => tenantScope(JOBS, tenant, 'calls:read') as TenantScope;

const charged = counter('jobs_rating_calls_total', 'Calls that were charged, anew or otherwise');
const booked = counter('jobs_rating_entries_total', 'Entries of the ledger that charges of calls were booked with');
const priceless = counter('jobs_rating_unrated_total', 'Times that a call was found to have no price');
const lag = gauge('jobs_rating_lag_seconds', 'Age of the oldest call that is not charged yet');

/**
 * Finished calls -> the ledger. Messages say which calls changed, the store how they are, and what they were charged before decides
 * what is booked, so that order, repetition and the death of this process cannot matter. Each night, after a contract or a tariff
 * changed, and where messages are gone, calls are looked through for what was not charged; then the books are looked at.
 */
export async function rateFinished(
  service: Service,
  bus: Bus,
  store: ClickHouseClient,
  postgres: Postgres<PostgresSchema>,
): Promise<Following> {
  const { log, stopping } = service;
  const { db } = postgres;
  const terms = new Terms();

  const rate = async (candidates: readonly Candidate[]) => {
    for (let i = 0; i < candidates.length; i += BATCH) {
      const done = await rateCalls(db, EVERY, terms, candidates.slice(i, i + BATCH), systemClock.now());
      charged.inc(done.rated);
      booked.inc(done.entries);
      priceless.inc(done.unrated);
    }
  };
  const candidatesOf = async (tenant: string, ids: readonly string[], since: number): Promise<Candidate[]> => {
    const calls = new Map((await ratableByIds(store, scopeOf(tenant), ids, Math.max(0, since))).map((call) => [call.id, call]));
    return ids.map((id) => ({ tenant, id, call: calls.get(id) ?? null }));
  };

  /** A day of a company: calls that there are, then those that were charged and are none of them any more. */
  const lookThroughDay = async (tenant: string, from: number, to: number) => {
    const left = new Set(await chargedIn(db, EVERY, tenant, from, to));
    let after = { startedAt: 0, id: '' };
    for (;;) {
      const calls = await ratableIn(store, scopeOf(tenant), {
        ...{ from: from * 1_000, to: to * 1_000, tollFree: TOLL_FREE, limit: BATCH, after },
      });
      await rate(calls.map((call) => ({ tenant, id: call.id, call })));
      for (const { id } of calls) left.delete(keyOf(id));
      const last = calls.at(-1);
      if (last === undefined || calls.length < BATCH) break;
      after = last;
    }
    if (left.size === 0) return;
    const others = [...left];
    await forgetUnrated(db, EVERY, tenant, others);
    await rate(await candidatesOf(tenant, others, (from - DAY_MS) * 1_000));
  };
  const lookThrough = async (look: Look) => {
    const now = systemClock.now();
    for (let day = Math.max(look.from, now - FURTHEST_MS); day <= now && !stopping.aborted; day += DAY_MS)
      await lookThroughDay(look.tenant, day, day + DAY_MS);
    if (!stopping.aborted) await looked(db, EVERY, look);
  };

  let checked = '';
  const work = async () => {
    const now = systemClock.now();
    const night = new Date(now - NIGHT_MS).toISOString().slice(0, 10);
    if (checked !== night) await askForNight(db, EVERY, night, now - NIGHTLY_MS);
    for (let look = await nextLook(db, EVERY); look !== null && !stopping.aborted; look = await nextLook(db, EVERY))
      await lookThrough(look);
    if (checked === night || stopping.aborted) return;
    const faults = await checkBooks(db, EVERY, now - NIGHTLY_MS);
    await saveCheck(db, EVERY, faults);
    if (faults.length > 0) log.error('the books do not hold', { faults });
    checked = night;
  };
  const looking = await workWhenNotified(postgres, log, RATING_CHANNEL, { work, clean: async () => undefined });
  service.onStop('looking through calls', looking.stop);

  return followCalls(service, bus, {
    ...{ name: 'rating', lag },
    progress: () => ratingProgress(db, EVERY),
    saveProgress: (stream, seq) => saveRatingProgress(db, EVERY, stream, seq),
    rebuild: () => askForLooks(db, EVERY, systemClock.now() - FURTHEST_MS),
    work: async (news) => {
      const candidates: Candidate[] = [];
      for (const [tenant, { ids, since }] of askedBy(news, await chargedCompanies(db, EVERY)))
        candidates.push(...(await candidatesOf(tenant, [...ids], since)));
      await rate(candidates);
    },
  });
}
