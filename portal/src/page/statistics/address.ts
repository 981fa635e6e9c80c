import { filterToQuery } from '@callscope/analytics/query/filter.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import type { Kind } from '#ui/chart/model.ts';
import { addressFromQuery, type Conditions } from '../journal/address.ts';
import { type Period, periodToQuery } from '../period.ts';

/** What the load of the page depends on, to be read again. */
export const STATISTICS = 'callscope:statistics';

/** Which figures are asked for. */
export interface StatisticsAddress {
  period: Period;
  conditions: Conditions;
  /** the same weekday a week before stands behind the day */
  compare: boolean;
}

/** How they are drawn: nothing is asked anew when it changes. */
export interface ChartView {
  kind: Kind;
  /** ids of series switched off */
  hidden: ReadonlySet<string>;
}

type Params = { get(name: string): string | null };

/** @throws FilterError */
export function statisticsFromQuery(params: URLSearchParams, zone: string, now: number): StatisticsAddress {
  const { period, conditions } = addressFromQuery(params, zone, now);
  return { period, conditions, compare: params.get('compare') !== 'off' };
}

export function viewFromQuery(params: Params): ChartView {
  const series: readonly string[] = hourly.chart.series;
  const hidden = (params.get('hide') ?? '').split(',').filter((id) => series.includes(id));
  // one series stays at least, as the legend has it
  return { kind: params.get('chart') === 'bars' ? 'bars' : 'lines', hidden: new Set(hidden.length < series.length ? hidden : []) };
}

/** Both as a query without `?`; '' for today's lines. */
export function statisticsToQuery({ period, conditions, compare }: StatisticsAddress, { kind, hidden }: ChartView): string {
  return [
    periodToQuery(period),
    filterToQuery(conditions),
    compare ? '' : 'compare=off',
    kind === 'bars' ? 'chart=bars' : '',
    hidden.size > 0 ? `hide=${hourly.chart.series.filter((id) => hidden.has(id)).join(',')}` : '',
  ]
    .filter(Boolean)
    .join('&');
}
