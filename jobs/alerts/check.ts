import { setTimeout as pause } from 'node:timers/promises';
import type { Freshness } from '@callscope/core/bus/freshness.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Clock } from '@callscope/core/node/clock.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter } from '@callscope/core/node/metrics.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { judge, type Reading } from '@callscope/modules/alerts/rules.ts';
import { type Check, forgetOldAlarms, saveChecks, type TakenAlerts, takeDue } from '@callscope/modules/alerts/work.ts';
import { getSettings } from '@callscope/modules/directory/settings.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { closedIn, type Looking, readAlerts, type Stores } from './read.ts';

const JOBS = ownService('jobs');
const EVERY = operatorScope(JOBS, 'companies:read') as OperatorScope;
/** How often somebody looks whether an alert is due. */
const LOOK_MS = 5_000;
const CLEAN_MS = 3_600_000;
/** Companies that are looked at at a time: the store has others to answer. */
const MOST_AT_ONCE = 2;
/** Data that is so much older than now says nothing about now. */
const LATE_SECONDS = 60;

const checked = counter('jobs_alert_checks_total', 'Checks of measures, by what came of them', ['outcome']);

export interface AlertWatch extends Stores {
  clock: Clock;
  log: Log;
  /** how far what is stored lies behind what happens */
  fresh: () => Pick<Freshness, 'seconds'>;
}

/**
 * Looks at every alert once a minute, of all companies, a few at a time. Any number of processes may: what one has taken no other takes.
 * The windows end where the data does, and not now.
 */
export function watchAlerts(service: Service, watch: Omit<AlertWatch, 'log'>): void {
  const { log, stopping } = service;
  const watching = (async () => {
    let cleanedAt = performance.now();
    let failure = '';
    while (!stopping.aborted) {
      // first, so that whoever lags has been heard of before anything is judged
      await pause(LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
      try {
        const turns = Array.from({ length: MOST_AT_ONCE }, () => checkDue({ ...watch, log }, () => stopping.aborted));
        // one that fails leaves the others to end what they have taken
        for (const turn of await Promise.allSettled(turns)) if (turn.status === 'rejected') throw turn.reason;
        if (performance.now() - cleanedAt > CLEAN_MS) {
          cleanedAt = performance.now();
          await forgetOldAlarms(watch.db, EVERY, watch.clock.now());
        }
        failure = '';
      } catch (error) {
        const text = errorText(error);
        if (!stopping.aborted && text !== failure) log.warn('alerts could not be looked at, trying again', { error: text });
        failure = text;
      }
    }
  })();
  service.onStop('alerts', () => watching);
}

/** Looks at what is due, one company after the other. */
export async function checkDue(watch: AlertWatch, isOver: () => boolean = () => false): Promise<void> {
  while (!isOver()) {
    const taken = await takeDue(watch.db, EVERY, watch.clock.now());
    if (taken === null) return;
    await checkCompany(watch, taken);
  }
}

async function checkCompany(watch: AlertWatch, { tenant, alerts }: TakenAlerts): Promise<void> {
  const { db, clock, log } = watch;
  const scope = tenantScope(JOBS, tenant, 'calls:read') as TenantScope;
  const [company, settings] = await Promise.all([getTenant(db, scope), getSettings(db, scope)]);
  if (!company) return;
  const now = clock.now();
  const behind = watch.fresh().seconds;
  const looking: Looking = { scope, company, hours: settings.workingHours, to: now - Math.ceil(behind) * 1_000 };
  const known = new Map<string, Reading>();
  for (const { row } of alerts) {
    const without: Reading | null = behind > LATE_SECONDS ? { unknown: 'late' } : closedIn(row, looking);
    if (without) known.set(row.id, without);
  }
  const read = await readAlerts(
    watch,
    looking,
    alerts.map(({ row }) => row).filter(({ id }) => !known.has(id)),
    (error) => log.warn('a measure could not be read, and nothing is said about it', { tenant, error: errorText(error) }),
  );
  const checks = alerts.map((taken): Check => {
    const { row, standing } = taken;
    const { side, bound, least, minutes } = row;
    const rule = { side, bound, least, quietMinutes: row.quiet_minutes, reminds: row.reminds };
    const verdict = judge(rule, standing, known.get(row.id) ?? (read.get(row.id) as Reading), now);
    return { taken, verdict, looked: { value: verdict.value, from: looking.to - minutes * 60_000, to: looking.to, at: now } };
  });
  const kept = await saveChecks(db, tenant, checks);
  for (const check of checks) {
    const { why, standing } = check.verdict;
    checked.inc({ outcome: kept.includes(check) ? (why ?? (standing.alarm ? 'alarm' : 'fine')) : 'dropped' });
  }
}
