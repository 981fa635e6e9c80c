import { filterToQuery } from '@callscope/analytics/query/filter.ts';
import { byGroup } from '@callscope/analytics/reports/by-group.ts';
import { callers, callersByNumber } from '@callscope/analytics/reports/callers.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { incomingByEmployee, incomingByNumber, incomingTotals } from '@callscope/analytics/reports/incoming.ts';
import { missedByGroup, missedByNumber } from '@callscope/analytics/reports/missed.ts';
import { outgoingByAccount, outgoingByEmployee, outgoingByNumber, outgoingShares } from '@callscope/analytics/reports/outgoing.ts';
import { daily, weekHours } from '@callscope/analytics/reports/over-time.ts';
import { serviceByDay, serviceByGroup, serviceByHour, serviceLevel } from '@callscope/analytics/reports/service.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { Kind } from '#ui/chart/model.ts';
import { type Comparison, comparisonFrom } from '../comparison.ts';
import { addressFromQuery, type Conditions } from '../journal/address.ts';
import { type Period, periodToQuery } from '../period.ts';

/** What the load of the page depends on, to be read again. */
export const STATISTICS = 'callscope:statistics';

/** Parts of the page: by hour, and what is broken down (T-56, T-63). */
export const SECTIONS = {
  hours: [],
  in: [incomingTotals, incomingByNumber, incomingByEmployee],
  out: [outgoingShares, outgoingByNumber, outgoingByEmployee, outgoingByAccount],
  missed: [missedByNumber, missedByGroup],
  groups: [byGroup],
  service: [serviceLevel, serviceByGroup, serviceByHour, serviceByDay, callers, callersByNumber],
  days: [daily, weekHours],
  people: [],
} as const satisfies Record<string, readonly Report[]>;
export type Section = keyof typeof SECTIONS;

const DAY = 86_400_000;
/** Days up to which hours are rows: of more, days are. */
const MOST_BY_HOUR = 2;

/** The reports of a section; where it has one by hour and one by day, the one that suits the period. */
export function reportsOf(section: Section, { from, to }: Period, zone: string): readonly Report[] {
  const days = (wallClock(zone, to) - wallClock(zone, from)) / DAY;
  const reports: readonly Report[] = SECTIONS[section];
  if (!reports.some(({ by }) => by === 'hour')) return reports;
  return reports.filter(({ by, mostDays }) => {
    if (by === 'hour') return days <= MOST_BY_HOUR;
    return by !== 'day' || (days > MOST_BY_HOUR && days <= (mostDays ?? days));
  });
}

/** Ways to draw a breakdown (S-19). */
export const BLOCK_KINDS = ['bars', 'pie', 'table'] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];
/** Their shares and means say more than their bars. */
const TABLES: ReadonlySet<string> = new Set([serviceByGroup.id, serviceByHour.id, serviceByDay.id, callersByNumber.id]);
/** As a breakdown is drawn when the address says nothing. */
export const usualKind = (report: string): BlockKind => (TABLES.has(report) ? 'table' : 'bars');
const isBlockKind = (text: string | undefined): text is BlockKind => (BLOCK_KINDS as readonly (string | undefined)[]).includes(text);

/** Which figures are asked for. */
export interface StatisticsAddress {
  section: Section;
  period: Period;
  conditions: Conditions;
  /** what stands beside the figures */
  compare: Comparison;
}

/** How they are drawn: nothing is asked anew when it changes. */
export interface ChartView {
  kind: Kind;
  /** ids of series switched off */
  hidden: ReadonlySet<string>;
  /** by report, where it is not the default */
  blocks: Readonly<Record<string, BlockKind>>;
}

const REPORT_IDS: ReadonlySet<string> = new Set(Object.values(SECTIONS).flatMap((reports) => reports.map(({ id }) => id)));

type Params = { get(name: string): string | null };

/** @throws FilterError */
export function statisticsFromQuery(params: URLSearchParams, zone: string, now: number): StatisticsAddress {
  const { period, conditions } = addressFromQuery(params, zone, now);
  const section = (Object.keys(SECTIONS) as Section[]).find((one) => one === params.get('section')) ?? 'hours';
  return { section, period, conditions, compare: comparisonFrom(params.get('compare')) };
}

export function viewFromQuery(params: Params): ChartView {
  const series: readonly string[] = hourly.chart.series;
  const hidden = (params.get('hide') ?? '').split(',').filter((id) => series.includes(id));
  // one series stays at least, as the legend has it
  const blocks = (params.get('as') ?? '').split(',').flatMap((one) => {
    const [id = '', kind] = one.split('.');
    return isBlockKind(kind) && kind !== usualKind(id) && REPORT_IDS.has(id) ? [[id, kind] as const] : [];
  });
  return {
    kind: params.get('chart') === 'bars' ? 'bars' : 'lines',
    hidden: new Set(hidden.length < series.length ? hidden : []),
    blocks: Object.fromEntries(blocks),
  };
}

/** Both as a query without `?`; '' for today's lines. */
export function statisticsToQuery(
  { section, period, conditions, compare }: StatisticsAddress,
  { kind, hidden, blocks }: ChartView,
): string {
  const drawn = Object.entries(blocks).filter(([id, block]) => block !== usualKind(id));
  return [
    section === 'hours' ? '' : `section=${section}`,
    periodToQuery(period),
    filterToQuery(conditions),
    compare === 'weeks' ? '' : `compare=${compare}`,
    kind === 'bars' ? 'chart=bars' : '',
    hidden.size > 0 ? `hide=${hourly.chart.series.filter((id) => hidden.has(id)).join(',')}` : '',
    drawn.length > 0 ? `as=${drawn.map(([id, block]) => `${id}.${block}`).join(',')}` : '',
  ]
    .filter(Boolean)
    .join('&');
}
