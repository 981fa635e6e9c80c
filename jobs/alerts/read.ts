import { ALONE } from '@callscope/analytics/catalog/alone.ts';
import { countedIn, MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { type CallFilter, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { runFigures, type WeighedFigure } from '@callscope/analytics/run/figures.ts';
import { StoreUnavailable } from '@callscope/analytics/run/run.ts';
import type { LiveCall } from '@callscope/core/bus/live.ts';
import { afterWorkingMinutes, isWorkingTime, type WorkingHours } from '@callscope/core/domain/schedule.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { AlertRow } from '@callscope/modules/alerts/alarms.ts';
import { COUNTED } from '@callscope/modules/alerts/beside.ts';
import { filterOf } from '@callscope/modules/alerts/facts.ts';
import type { Reading } from '@callscope/modules/alerts/rules.ts';
import { besideOf } from '@callscope/modules/alerts/rules-beside.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { LiveUnknown, liveCallsOf } from '@callscope/modules/edge/live-call.ts';
import type { Incident, IncidentKind } from '@callscope/modules/incidents/kinds.ts';
import { incidentsOf } from '@callscope/modules/incidents/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';

export interface Stores {
  store: ClickHouseClient;
  db: Kysely<PostgresSchema>;
  bus: Bus;
}
/** A company that is looked at, at one moment. */
export interface Looking {
  scope: TenantScope;
  company: RuledTenant;
  hours: WorkingHours;
  /** ms: windows end here */
  to: number;
}

/** Of a window, what may have been lost before nothing is said about what is not there. */
const MOST_LOST = 0.1;

/** Whether a window lies within working hours; null: it does. */
export function closedIn({ in_hours, minutes }: AlertRow, { company, hours, to }: Looking): Reading | null {
  if (!in_hours) return null;
  const { timezone } = company;
  if (!isWorkingTime(hours, timezone, to)) return { unknown: 'closed', isOver: true };
  return afterWorkingMinutes(hours, timezone, to - minutes * 60_000, minutes, to) === null ? { unknown: 'closed', isOver: false } : null;
}

/**
 * What the windows of alerts hold, by the id of the alert: alerts that are about the same calls are one question. What cannot be read is
 * unknown, and is not in the answer of others. @throws what PostgreSQL throws
 */
export async function readAlerts(stores: Stores, looking: Looking, alerts: readonly AlertRow[], failed: (error: unknown) => void) {
  const readings = new Map<string, Reading>();
  let isAway = false;
  for (const group of Map.groupBy(
    alerts,
    (alert) => `${alert.minutes} ${besideOf(alert.measure)?.id} ${filterToQuery(filterOf(alert))}`,
  ).values()) {
    const [first] = group as [AlertRow];
    const from = looking.to - first.minutes * 60_000;
    // a store that let one question wait in vain is not asked the next
    const beside = besideOf(first.measure);
    if (isAway && !beside) continue;
    const incidents = await incidentsOf(stores.db, looking.scope, { from, to: looking.to }, looking.to);
    try {
      const figures = await figuresOf(stores, looking, group, from);
      for (const alert of group) {
        const { value, over } = figures.get(alert.id) ?? { value: null, over: null };
        const hasGap = lostOf(incidents, beside ? COUNTED[beside.id].gap : 'data_gap', from, looking.to) > MOST_LOST;
        const going = await goingOf(stores.bus, looking, alert, value, from);
        readings.set(alert.id, { unknown: null, value, over, going, hasGap });
      }
    } catch (error) {
      const why = error instanceof LiveUnknown ? 'late' : 'store';
      failed(error);
      isAway ||= error instanceof StoreUnavailable;
      for (const alert of group) if (!readings.has(alert.id)) readings.set(alert.id, { unknown: why });
    }
  }
  for (const { id } of alerts) if (!readings.has(id)) readings.set(id, { unknown: 'store' });
  return readings;
}

async function figuresOf(
  { store, db }: Stores,
  { scope, company, to }: Looking,
  group: readonly AlertRow[],
  from: number,
): Promise<Map<string, WeighedFigure>> {
  const [first] = group as [AlertRow];
  const beside = besideOf(first.measure);
  if (beside) {
    const value = await COUNTED[beside.id].count(db, scope, from, to);
    return new Map(group.map(({ id }) => [id, { value, over: null }]));
  }
  const measures = [...new Set(group.map(({ measure }) => measure as MeasureId))].filter((id) => ALONE.includes(id));
  const { timezone: zone, country, rules, target } = company;
  const figures = await runFigures(store, scope, measures, { ...filterOf(first), from, to }, { zone, country, rules, target });
  return new Map(group.flatMap(({ id, measure }) => (measure in figures ? [[id, figures[measure as MeasureId]]] : [])));
}

/** How many calls in progress began in the window, and will count when they are over: asked only where it makes a difference. @throws LiveUnknown */
async function goingOf(bus: Bus, { scope, company }: Looking, alert: AlertRow, value: number | null, from: number): Promise<number> {
  const counts = !besideOf(alert.measure) && ['count', 'callers', 'offers', 'peak'].includes(MEASURES[alert.measure as MeasureId]?.kind);
  if (!counts || alert.side === 'above' || value === null || value >= alert.bound) return 0;
  const { direction } = countedIn(alert.measure as MeasureId, company.rules) as CallFilter;
  const { numbers, groups, employees } = alert;
  const isAmong = (list: readonly string[] | null, ids: readonly string[]) => list === null || ids.some((id) => list.includes(id));
  const counted = (call: LiveCall) =>
    call.startedAt >= from &&
    (direction === undefined || direction.includes(call.direction)) &&
    isAmong(numbers, [call.number]) &&
    isAmong(groups, [call.group]) &&
    isAmong(employees, [call.employee, ...call.targets.map(({ employee }) => employee)]);
  return (await liveCallsOf(bus, scope)).filter(counted).length;
}

/** Which part of a window, from 0 to 1, such incidents cover. */
function lostOf(incidents: readonly Incident[], kind: IncidentKind, from: number, to: number): number {
  const lost = incidents
    .filter((one) => one.kind === kind)
    .reduce((sum, one) => sum + Math.max(0, Math.min(one.to ?? to, to) - Math.max(one.from, from)), 0);
  return lost / (to - from);
}
