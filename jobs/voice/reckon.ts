import { setTimeout as pause } from 'node:timers/promises';
import { callsSounding, lastReckoned, soundingCalls, writeQuality } from '@callscope/analytics/run/call-quality.ts';
import { soundOf } from '@callscope/analytics/run/sound.ts';
import type { Freshness } from '@callscope/core/bus/freshness.ts';
import { EARS, summaryOf } from '@callscope/core/domain/call-quality.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Clock } from '@callscope/core/node/clock.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { receptionsOf, recordedLately } from '@callscope/modules/recordings/reception.ts';
import { retentionRules } from '@callscope/modules/retention/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';

const JOBS = ownService('jobs');
const EVERY = operatorScope(JOBS, 'companies:read') as OperatorScope;
const LOOK_MS = 5_000;
/** Where the last look found nothing: a system at rest is not asked all the time. */
const REST_MS = 20_000;
/** What came so long ago is in the store, when nothing lies behind: blocks are written within seconds. */
const SETTLED_MS = 5_000;
const DAY_MS = 86_400_000;
/** So much is looked at at once where more time has gone by; where nothing is found, more and more of it. */
const STRETCH_MS = 10 * 60_000;
const LONGEST_STRETCH_MS = DAY_MS;
/** Raw rows are kept as long: further back there is nothing to reckon with. */
const FURTHEST_MS = 30 * DAY_MS;
/** Of a longer stretch so many are held at once; where there are more, a shorter one is looked at. */
const MOST_FOUND = 50_000;
const ANY = 2 ** 32 - 1;
/** Calls of one block. */
const MOST_CALLS = 200;

const reckoned = counter('jobs_voice_calls_total', 'Calls whose sound was reckoned, some again as more was known');
const lag = gauge('jobs_voice_lag_seconds', 'Age of the oldest thing that is not reckoned into how calls sounded');

export interface Voice {
  store: ClickHouseClient;
  db: Kysely<PostgresSchema>;
  clock: Clock;
  /** how far what is stored lies behind what happens */
  fresh: () => Pick<Freshness, 'seconds'>;
}

/**
 * How calls sounded -> `call_quality`, for lists and reports. Whatever becomes known of a call (its end, RTCP however late, a recording)
 * has it reckoned anew from all there is, so that order, repetition and the death of this process cannot matter: the next life goes on
 * where the newest row says. Several processes do the same work twice, to the same end.
 */
export function reckonVoice(service: Service, voice: Voice): void {
  const { log, stopping } = service;
  const reckoning = (async () => {
    let from: number | null = null;
    let failure = '';
    let isAtRest = false;
    while (!stopping.aborted) {
      await pause(isAtRest ? REST_MS : LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
      try {
        const now = voice.clock.now();
        from ??= Math.max(((await lastReckoned(voice.store, EVERY)) ?? 0) - STRETCH_MS, now - FURTHEST_MS);
        const until = now - SETTLED_MS - voice.fresh().seconds * 1_000;
        let stretch = STRETCH_MS;
        isAtRest = true;
        while (from < until && !stopping.aborted) {
          const to: number = Math.min(until, from + stretch);
          const found = await reckonStretch(voice, from, to, () => stopping.aborted);
          isAtRest &&= found === 0;
          stretch = found === 0 ? Math.min(2 * stretch, LONGEST_STRETCH_MS) : STRETCH_MS;
          if (found !== null) from = to;
        }
        lag.set(Math.max(0, (voice.clock.now() - from) / 1_000));
        failure = '';
      } catch (error) {
        const text = errorText(error);
        if (!stopping.aborted && text !== failure) log.warn('how calls sounded could not be reckoned, trying again', { error: text });
        failure = text;
      }
    }
  })();
  service.onStop('voice', () => reckoning);
}

/** @returns calls of which more has become known; null: too many for so long a stretch, and nothing was done */
async function reckonStretch({ store, db, clock }: Voice, from: number, to: number, isOver: () => boolean): Promise<number | null> {
  const most = to - from > STRETCH_MS ? MOST_FOUND : ANY;
  const [sounding, recorded] = await Promise.all([callsSounding(store, EVERY, from, to, most), recordedLately(db, EVERY, from, to)]);
  if (sounding.length === most) return null;
  for (const [tenant, list] of Map.groupBy([...sounding, ...recorded], (call) => call.tenant)) {
    const ids = [...new Set(list.map(({ id }) => id))];
    for (let at = 0; at < ids.length; at += MOST_CALLS) {
      if (isOver()) throw new Error('stopping');
      await reckonCalls({ store, db, clock }, tenantScope(JOBS, tenant, 'calls:read') as TenantScope, ids.slice(at, at + MOST_CALLS));
    }
  }
  return sounding.length + recorded.length;
}

async function reckonCalls(
  { store, db, clock }: Pick<Voice, 'store' | 'db' | 'clock'>,
  scope: TenantScope,
  ids: readonly string[],
): Promise<void> {
  // before what is reckoned with is read: of two at once the one that read later stands
  const version = clock.now();
  const calls = await soundingCalls(store, scope, ids);
  // a day less: they go with whole days
  const reportsMs = ((await retentionRules(db, EVERY)).rtcp - 1) * DAY_MS;
  const sounds = await soundOf(store, scope, calls, await receptionsOf(db, scope, ids));
  const known = calls.flatMap(({ id, startedAt, endedAt }) => {
    const sound = sounds.get(id);
    const summary = sound ? summaryOf(sound) : null;
    if (!sound || summary === null) return [];
    // its reports are kept no more: what was reckoned with them stands
    const isPast = version - endedAt / 1_000 > reportsMs && EARS.every((ear) => sound[ear].reported === null);
    return isPast ? [] : [{ id, startedAt, summary }];
  });
  await writeQuality(store, scope, version, known);
  reckoned.inc(calls.length);
}
