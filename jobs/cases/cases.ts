import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { callsByIds, callsOfNumbers, missedCallers } from '@callscope/analytics/run/outside-calls.ts';
import { readCallNews } from '@callscope/core/bus/calls.ts';
import { CALLS, KV, subjects } from '@callscope/core/bus/streams.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { systemClock } from '@callscope/core/node/clock.ts';
import type { Health, Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { type CallReader, type Changed, numbersWithCases, progressOf, saveProgress, workOut } from '@callscope/modules/cases/work-out.ts';
import { companyVersions } from '@callscope/modules/directory/store.ts';
import { missedBy } from '@callscope/modules/notices/rules.ts';
import { noteMissed } from '@callscope/modules/notices/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import type { Kysely } from 'kysely';
import { changedBy, note } from './changed.ts';

/** Messages worked on together: more wait for the next time, fewer wait no longer than WAIT_MS. */
const MOST_AT_ONCE = 100;
const WAIT_MS = 100;
/** So far back cases are worked out of the calls where messages are gone. */
const REBUILD_MS = 92 * 86_400_000;
const REBUILD_NUMBERS = 500;
/** Every company's cases are looked through once in this time, when nothing else is to be done. */
const LOOK_THROUGH_MS = 24 * 3_600_000;
const FIRST_LOOK_MS = 10 * 60_000;
const LOOK_MS = 60_000;
const AGAIN_MS = [100, 500, 2_000, 5_000] as const;

const written = counter('jobs_cases_total', 'Cases written or taken away');
const noted = counter('jobs_notices_total', 'Missed calls that somebody is to be told of');
const lag = gauge('jobs_cases_lag_seconds', 'Age of the oldest call that cases do not know yet');

/**
 * CALLS -> cases. Begins where the last life stopped; what it had not noted as done is done again, which changes nothing.
 * Where messages are gone, and at the very first start, cases are worked out of the calls of the last three months.
 * @param lateMarks what is wrong with the marks that another part of this service carries; null: nothing
 */
export async function runCases(
  service: Service,
  bus: Bus,
  store: ClickHouseClient,
  db: Kysely<PostgresSchema>,
  lateMarks: () => string | null,
): Promise<void> {
  const { log } = service;
  let health: Health = { failing: 'cases', detail: 'beginning' };
  const withMarks = (): Health => {
    const late = health.failing === null ? lateMarks() : null;
    return late === null ? health : { failing: 'marks', detail: late };
  };
  service.setHealth(() => (bus.connected() ? withMarks() : { failing: 'nats', detail: 'the bus is away' }));

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
  /** Until it is done: a store that is away is waited for. Stops trying when the service does. */
  const untilDone = async (what: string, task: () => Promise<void>) => {
    for (let tries = 0; !service.stopping.aborted; tries++) {
      try {
        await task();
        health = { failing: null, lagSeconds: 0 };
        return true;
      } catch (error) {
        if (tries > 0) health = { failing: 'cases', detail: errorText(error).slice(0, 200) };
        log.warn(`${what} failed, trying again`, { error });
        const wait = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)];
        await pause(wait, undefined, { signal: service.stopping }).catch(() => undefined);
      }
    }
    return false;
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

  let next = 1;
  const stream = await streamName(bus);
  const begin = async () => {
    const [{ state }, done] = await Promise.all([bus.jsm.streams.info(CALLS.name), progressOf(db)]);
    const isWhole = done?.stream === stream && done.seq <= state.last_seq && state.first_seq <= done.seq + 1;
    if (isWhole) {
      next = done.seq + 1;
      return;
    }
    log.info('cases are worked out of the calls again', {
      why: done === null ? 'first start' : 'messages are gone',
      days: REBUILD_MS / 86_400_000,
    });
    await rebuild();
    await saveProgress(db, stream, state.last_seq);
    next = state.last_seq + 1;
  };
  if (!(await untilDone('the beginning of cases', begin))) return;
  log.info('active', { fromSequence: next });

  const consumer = await bus.js.consumers.get(CALLS.name, { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: next });
  const messages = await consumer.consume({ max_messages: MOST_AT_ONCE });
  const waiting: JsMsg[] = [];
  let wake: () => void = () => undefined;
  const take = async () => {
    const batch = waiting.splice(0, MOST_AT_ONCE);
    const last = batch.at(-1) as JsMsg;
    const news = batch.flatMap((message) => readCallNews(message.string()));
    // one that the stream forgot before it was read here
    const isGap = batch.some((message, i) => message.seq !== (batch[i - 1]?.seq ?? next - 1) + 1);
    const done = await untilDone('working cases out', async () => {
      if (isGap) await rebuild();
      for (const [tenant, changed] of changedBy(news)) await work(tenant, changed);
      // after the cases, which a notice leads to; news that come again tell nobody twice
      for (const [tenant, missed] of missedBy(news, systemClock.now())) noted.inc(await noteMissed(db, scopeOf(tenant), missed));
      await saveProgress(db, stream, last.seq);
    });
    if (done) next = last.seq + 1;
  };
  const reading = (async () => {
    for await (const message of messages) {
      waiting.push(message);
      wake();
      while (waiting.length >= 2 * MOST_AT_ONCE) await pause(WAIT_MS);
    }
    if (!service.stopping.aborted) throw new Error('the stream of calls cannot be read any more');
  })();
  const working = (async () => {
    while (!service.stopping.aborted) {
      if (waiting.length === 0) {
        await lookThrough().catch((error) => log.warn('looking through cases failed, later again', { error }));
        await new Promise<void>((done) => {
          const timer = setTimeout(done, LOOK_MS);
          wake = () => {
            clearTimeout(timer);
            done();
          };
        });
      }
      // what ends together is worked on together
      if (waiting.length > 0 && waiting.length < MOST_AT_ONCE) await pause(WAIT_MS);
      const [oldest] = waiting;
      lag.set(oldest ? Math.max(0, systemClock.now() - Number(oldest.timestampNanos / 1_000_000n)) / 1_000 : 0);
      if (oldest && !service.stopping.aborted) await take();
      if (waiting.length === 0) lag.set(0);
    }
  })();
  for (const part of [reading, working])
    part.catch((error) => {
      if (service.stopping.aborted) return;
      log.error('cases failed', { error: errorText(error) });
      process.exit(1);
    });
  service.onStop('cases', async () => {
    await messages.close();
    wake();
    await working.catch(() => undefined);
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

/** A name for the CALLS stream as it is, kept beside it: sequences begin again when the bus is made anew. */
async function streamName(bus: Bus): Promise<string> {
  const kv = await bus.kv(KV.jobs);
  const known = await kv.get('calls');
  if (known && known.operation === 'PUT') return known.string();
  const made = randomBytes(6).toString('hex');
  await kv.put('calls', made);
  return made;
}
