import { statfs } from 'node:fs/promises';
import { droppedTimes } from '@callscope/analytics/run/drops.ts';
import { rulesInForce } from '@callscope/analytics/run/retention.ts';
import { STREAMS } from '@callscope/core/bus/streams.ts';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { financeState } from '@callscope/modules/finance/work.ts';
import type { SystemState } from '@callscope/modules/operations/rules.ts';
import { reconciledDays } from '@callscope/modules/reconciliation/store.ts';
import { KEPT } from '@callscope/modules/retention/rules.ts';
import { retentionRules } from '@callscope/modules/retention/store.ts';
import { ledger } from '../api/ledger.ts';
import type { Deps } from '../deps.ts';
import type { HealthWatch } from '../health/health.ts';
import { inTime } from '../health/in-time.ts';

type StreamInfo = Awaited<ReturnType<Deps['bus']['jsm']['streams']['info']>>;

/** Packets that were dropped so long ago are no news. */
const DROPS_MS = 5 * 60_000;
const KEEP_MS = 20_000;

/** A server that stands must not keep the others from being looked at. */
const ANSWER_MS = 5_000;

/** What is not known now is null: whatever keeps it from being known is among the parts. */
const orNull = <T>(work: Promise<T>): Promise<T | null> => inTime(work, ANSWER_MS).catch(() => null);

/**
 * How the whole system stands, as far as it says, to be asked again and again.
 * @param dataDir where the servers keep their data, when that is this machine
 */
export function createSystemState(
  deps: Deps,
  health: HealthWatch,
  scope: OperatorScope,
  dataDir: string | null,
): () => Promise<SystemState> {
  const { store, db, bus } = deps;
  // asked less often than the parts themselves: the frames of a day are millions at 50,000 packets/s, and none of it changes in seconds
  const book = kept(() => ledger(deps, scope));
  const drops = kept((now) => droppedTimes(store, scope, now - DROPS_MS, now));
  const retention = kept(() => inForce(deps, scope));
  const streams = kept(() => Promise.all(STREAMS.map(({ name }) => bus.jsm.streams.info(name))));
  const days = kept(() => reconciledDays(db, scope, 1));
  const finance = kept(() => financeState(db, scope));
  return () => systemState(deps, health, dataDir, { book, drops, retention, streams, days, finance });
}

/** The answer of the last time, for a while; one that failed is asked for again, and none before it has come or failed. */
function kept<T>(ask: (now: number) => Promise<T>): (now: number) => Promise<T> {
  let last: { at: number; answer: Promise<T>; hasCome: boolean } | undefined;
  return (now) => {
    if (last === undefined || (last.hasCome && now - last.at > KEEP_MS)) {
      const asked = { at: now, answer: ask(now), hasCome: false };
      last = asked;
      asked.answer.then(
        () => {
          asked.hasCome = true;
        },
        () => {
          if (last === asked) last = undefined;
        },
      );
    }
    return last.answer;
  };
}

async function systemState(
  deps: Deps,
  health: HealthWatch,
  dataDir: string | null,
  ask: {
    book: (now: number) => ReturnType<typeof ledger>;
    drops: (now: number) => ReturnType<typeof droppedTimes>;
    retention: (now: number) => ReturnType<typeof inForce>;
    streams: (now: number) => Promise<StreamInfo[]>;
    days: (now: number) => ReturnType<typeof reconciledDays>;
    finance: (now: number) => ReturnType<typeof financeState>;
  },
): Promise<SystemState> {
  const now = deps.clock.now();
  const [{ parts }, disk, book, drops, streams, retention, days, finance] = await Promise.all([
    health.check(),
    dataDir === null ? null : orNull(statfs(dataDir)),
    orNull(ask.book(now)),
    orNull(ask.drops(now)),
    orNull(ask.streams(now)),
    orNull(ask.retention(now)),
    orNull(ask.days(now)),
    orNull(ask.finance(now)),
  ]);
  const [newest] = days ?? [];
  return {
    ...{ at: now, parts, retention, finance },
    disk: disk && { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize },
    stages: book?.stages.map(({ stage, lagSeconds, unexplained }) => ({ stage, lagSeconds, unexplained })) ?? null,
    deadLetters: book?.deadLetters ?? null,
    droppedAt: drops?.at(-1)?.to ?? null,
    streams:
      streams?.map(({ config, state }) => ({
        name: config.name,
        messages: state.messages,
        bytes: state.bytes,
        mostBytes: config.max_bytes,
      })) ?? null,
    spoolSeconds: health.lagOf('recorder'),
    failedReconciliation: newest?.state === 'failed' ? newest.day : null,
  };
}

async function inForce({ store, db }: Deps, scope: OperatorScope): Promise<SystemState['retention']> {
  const rules = await retentionRules(db, scope);
  const found = await rulesInForce(store, scope, rules);
  return KEPT.map((what) => ({ what, days: rules[what], inForce: found.has(what) }));
}
