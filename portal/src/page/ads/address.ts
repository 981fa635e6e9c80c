import { FilterError, filterFromQuery, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { instantOf, wallClock } from '@callscope/core/domain/zone.ts';
import { addMonths, boundsOf, monthOf } from '@callscope/modules/ads/months.ts';
import { comparedWith } from '../comparison.ts';
import type { Conditions } from '../journal/address.ts';
import { type Period, periodFromQuery, periodToQuery, presetPeriod } from '../period.ts';
import { COLUMN_IDS, type ColumnId } from './columns.ts';

/** What the load of the page depends on, to be read again. */
export const AD_LINES = 'callscope:ad-lines';

export interface AdLinesAddress {
  period: Period;
  /** the period before stands beside it */
  compare: boolean;
  /** which lines, by `number` and `channel`; the others say which of their calls */
  conditions: Conditions;
  sort: { by: ColumnId; down: boolean };
}

/** Money is spent by the month: so is asked for it, unless the address says otherwise. */
const USUAL = 'month';
/** What a target call costs least stands first. */
const USUAL_SORT = { by: 'costPerTarget', down: false } as const;

/** @throws FilterError */
export function adLinesFromQuery(params: URLSearchParams, zone: string, now: number): AdLinesAddress {
  const isAsked = ['from', 'to', 'period'].some((name) => params.has(name));
  const [, less, by] = /^(-?)(\w+)$/.exec(params.get('sort') ?? '') ?? [];
  if (by !== undefined && !isColumn(by)) throw new FilterError([{ field: 'sort', message: `one of ${COLUMN_IDS.join(', ')}` }]);
  const { from: _from, to: _to, ...conditions } = filterFromQuery(params);
  return {
    conditions,
    period: isAsked ? periodFromQuery(params, zone, now) : presetPeriod(USUAL, zone, now),
    compare: params.get('compare') !== 'off',
    sort: by === undefined ? USUAL_SORT : { by: by as ColumnId, down: less === '-' },
  };
}

/** As the query of an address, without `?`; '' for this month. */
export function adLinesToQuery({ period, compare, conditions, sort }: AdLinesAddress): string {
  const isUsual = sort.by === USUAL_SORT.by && sort.down === USUAL_SORT.down;
  return [
    period.preset === USUAL ? '' : periodToQuery(period) || 'period=today',
    filterToQuery(conditions),
    compare ? '' : 'compare=off',
    isUsual ? '' : `sort=${sort.down ? '-' : ''}${sort.by}`,
  ]
    .filter(Boolean)
    .join('&');
}

/** Of the conditions, those that choose calls: the others choose lines. */
export function callConditions({ number: _number, channel: _channel, ...calls }: Conditions): Conditions {
  return calls;
}

/** What a period is compared with: [from, until), of one that runs up to the same moment. */
export interface Before {
  from: number;
  until: number;
}

/** A month with the month before, up to the same day and hour of it; other periods as everywhere: the same weekdays, whole weeks earlier. */
export function beforeOf({ from, to }: Pick<Period, 'from' | 'to'>, zone: string, now: number): Before {
  const month = monthOf(zone, from);
  const whole = boundsOf(month, zone);
  if (whole.from !== from || whole.to !== to) {
    const compared = comparedWith({ from, to }, zone, now);
    return { from: compared.from, until: compared.until };
  }
  const last = boundsOf(addMonths(month, -1), zone);
  if (now >= to) return { from: last.from, until: last.to };
  // the 30th of a month whose predecessor has 28 days is compared with all of it
  const gone = Math.max(0, wallClock(zone, now) - wallClock(zone, from));
  return { from: last.from, until: Math.min(instantOf(zone, wallClock(zone, last.from) + gone), last.to) };
}

function isColumn(text: string): text is ColumnId {
  return (COLUMN_IDS as readonly string[]).includes(text);
}
