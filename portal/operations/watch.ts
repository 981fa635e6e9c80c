import { setTimeout as pause } from 'node:timers/promises';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { type Bounds, type SystemState, TROUBLE_KINDS, type TroubleKind, troublesOf } from '@callscope/modules/operations/rules.ts';
import { forgetTroubles, type NotedTrouble, noteTold, noteTroubles, noteUntold, takeUntold } from '@callscope/modules/operations/store.ts';
import type { Deps } from '../deps.ts';
import { inTime } from '../health/in-time.ts';
import { tell } from '../notices/webhook.ts';
import { operations as words } from '../src/words/ru/operations.ts';

const EVERY_MS = 5_000;
const CLEAN_MS = 24 * 3_600_000;
/** PostgreSQL has this long to note what was seen. */
const NOTED_MS = 10_000;
/** What starts together is not heard of at once; trouble counts when all has been well, or has not become so in this time. */
const GRACE_MS = 60_000;
/** What is so while everything starts. */
const STARTING: readonly TroubleKind[] = ['part_failing', 'recorder_stopped', 'stage_late', 'retention_late'];
const EVERYTHING = operatorScope(ownService('operations'), 'companies:read') as OperatorScope;

const going = gauge('portal_troubles', 'Troubles of the system that go on', ['kind']);
const free = gauge('portal_disk_free_bytes', 'Free room in DATA_DIR');
const lag = gauge('portal_stage_lag_seconds', 'Age of the oldest of what waits for a stage', ['stage']);
const unexplained = gauge('portal_ledger_unexplained', 'What the ledger cannot explain at a stage: must be 0', ['stage']);
const letters = gauge('portal_dead_letters', 'Dead letters that wait: npm run dlq');
const bytes = gauge('portal_stream_bytes', 'What a stream of the bus holds', ['stream']);
const told = counter('portal_alarms_total', 'Troubles and ends of troubles that the operator was told of, or could not be', [
  'channel',
  'outcome',
]);

export interface Alarms {
  bounds: Bounds;
  holdSeconds: number;
  /** addresses of letters */
  mail: readonly string[];
  webhook: string | undefined;
}

/** Looks at the system every five seconds, notes what is wrong from when to when, and tells the operator of what lasts, and of its end. */
export function watchSystem(service: Service, deps: Deps, alarms: Alarms, state: () => Promise<SystemState>): void {
  const { log, stopping } = service;
  let cleanedAt = performance.now();
  let failure = '';
  const began = performance.now();
  let hasBegun = false;
  const look = async () => {
    const now = await state();
    const troubles = troublesOf(now, alarms.bounds);
    show(now);
    hasBegun ||= !troubles.some(({ kind }) => STARTING.includes(kind)) || performance.now() - began > GRACE_MS;
    if (!hasBegun) return;
    if (await isWithoutDatabase(now)) return;
    for (const kind of TROUBLE_KINDS) going.set({ kind }, troubles.filter((t) => t.kind === kind).length);
    // it may have come to a stand since: then the next look says so
    await inTime(noteTroubles(deps.db, EVERYTHING, troubles), NOTED_MS);
    const untold = await inTime(takeUntold(deps.db, EVERYTHING, alarms.holdSeconds), NOTED_MS);
    for (const { trouble, isOver } of untold) await say(trouble, isOver);
    if (performance.now() - cleanedAt > CLEAN_MS) {
      await forgetTroubles(deps.db, EVERYTHING);
      cleanedAt = performance.now();
    }
  };
  const send = async (trouble: NotedTrouble, isOver: boolean) => {
    log.warn(isOver ? 'trouble is over' : 'trouble', { kind: trouble.kind, what: trouble.what, detail: trouble.detail });
    await byWebhook(trouble, isOver);
    await byLetter(trouble, isOver);
  };
  let away: { trouble: NotedTrouble; isTold: boolean } | null = null;
  /** PostgreSQL cannot note its own absence: it is told from memory, by every portal, and nothing else until it is back. */
  const isWithoutDatabase = async ({ at, parts }: SystemState): Promise<boolean> => {
    const database = parts.find((part) => part.name === 'postgres' && part.failing);
    if (database) {
      const { name: what, detail } = database;
      away ??= {
        trouble: { id: `postgres-${at}`, kind: 'part_failing', what, detail, beganAt: at, endedAt: null, fault: '' },
        isTold: false,
      };
      if (away.isTold || at - away.trouble.beganAt < alarms.holdSeconds * 1_000) return true;
      await send(away.trouble, false);
      away.isTold = true;
      return true;
    }
    if (away?.isTold) await send({ ...away.trouble, endedAt: at }, true);
    away = null;
    return false;
  };
  const say = async (trouble: NotedTrouble, isOver: boolean) => {
    try {
      await send(trouble, isOver);
    } catch (error) {
      log.warn('the operator could not be told, trying again', { kind: trouble.kind, error: errorText(error) });
      await inTime(noteUntold(deps.db, EVERYTHING, trouble.id, errorText(error)), NOTED_MS);
      return;
    }
    await inTime(noteTold(deps.db, EVERYTHING, trouble.id, isOver), NOTED_MS);
  };
  const counted = async (channel: string, work: () => Promise<void>) => {
    try {
      await work();
      told.inc({ channel, outcome: 'sent' });
    } catch (error) {
      told.inc({ channel, outcome: 'again' });
      throw error;
    }
  };
  const byWebhook = async ({ id, kind, what, detail, beganAt, endedAt }: NotedTrouble, isOver: boolean) => {
    const { webhook } = alarms;
    if (webhook === undefined) return;
    const body = {
      ...{ id, event: 'trouble', state: isOver ? 'over' : 'begun', kind, what, detail, since: new Date(beganAt).toISOString() },
      ...{ until: endedAt === null ? null : new Date(endedAt).toISOString(), url: addressOf(deps) },
    };
    // the operator's own settings may name what is inside
    await counted('webhook', () => tell(webhook, JSON.stringify(body), { 'x-callscope-id': id }, true));
  };
  const byLetter = async ({ kind, what, detail, beganAt }: NotedTrouble, isOver: boolean) => {
    const { mail } = deps;
    if (alarms.mail.length === 0 || mail === null) return;
    const { title, todo } = words.kinds[kind];
    const named = words.stageNames[what] ?? words.partNames[what] ?? words.keptNames[what] ?? what;
    const name = named === '' ? title : `${title}: ${named}`;
    const lines = [
      words.letter.since(new Date(beganAt).toISOString()),
      ...(detail === '' ? [] : [words.letter.detail(words.said[detail] ?? detail)]),
      ...(isOver ? [] : [todo]),
      ...(addressOf(deps) === null ? [] : [words.letter.open(addressOf(deps) as string)]),
    ];
    await counted('email', () =>
      mail.send({
        to: alarms.mail.join(', '),
        subject: isOver ? words.letter.over(name) : words.letter.begun(name),
        text: lines.join('\n\n'),
      }),
    );
  };
  const working = (async () => {
    while (!stopping.aborted) {
      try {
        await look();
        failure = '';
      } catch (error) {
        const text = errorText(error);
        if (!stopping.aborted && text !== failure) log.warn('the system could not be looked at, trying again', { error: text });
        failure = text;
      }
      await pause(EVERY_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  })();
  service.onStop('operations', () => working);
}

const addressOf = ({ portalUrl }: Deps): string | null => (portalUrl === null ? null : `${portalUrl}/operator/health`);

/** The figures of a look, for Prometheus. */
function show({ disk, stages, deadLetters, streams }: SystemState): void {
  if (disk) free.set(disk.freeBytes);
  for (const { stage, lagSeconds, unexplained: rest } of stages ?? []) {
    lag.set({ stage }, lagSeconds);
    unexplained.set({ stage }, rest);
  }
  if (deadLetters !== null) letters.set(deadLetters);
  for (const { name, bytes: held } of streams ?? []) bytes.set({ stream: name }, held);
}
