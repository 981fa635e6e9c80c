import { FilterError, filterFromQuery, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';
import type { Conditions } from '../journal/address.ts';
import { TODAY } from '../links.ts';
import { type Period, periodFromQuery, periodToQuery } from '../period.ts';

/** What a load that shows cases depends on, to be read again. */
export const CASES = 'callscope:cases';

/** Which cases are listed; the first four are chosen by their names, the others by a click on a figure. */
export const SHOWS = ['open', 'overdue', 'closed', 'all', 'remaining', 'calledBack', 'gotThrough'] as const;
export type Show = (typeof SHOWS)[number];

export interface MissedAddress {
  period: Period;
  show: Show;
  /** employee, '' = nobody's, null = any */
  owner: string | null;
  /** of the first missed call of a case; `number`: the own number that it came to */
  conditions: Conditions;
  /** the place in the list */
  cursor: string | null;
}

/** Without a period: who called yesterday evening waits today too. */
const USUAL_DAYS = 30;
const NOBODY = '-';

export function usualPeriod(zone: string, now: number): Period {
  return { preset: 'days', from: startOfDay(zone, now, 1 - USUAL_DAYS), to: startOfDay(zone, now, 1) };
}

/** @throws FilterError */
export function missedFromQuery(params: URLSearchParams, zone: string, now: number): MissedAddress {
  const isAsked = ['from', 'to', 'period'].some((name) => params.has(name));
  const show = params.get('show') ?? 'open';
  if (!(SHOWS as readonly string[]).includes(show)) throw new FilterError([{ field: 'show', message: `one of ${SHOWS.join(', ')}` }]);
  const owner = params.get('owner');
  const { from: _from, to: _to, ...conditions } = filterFromQuery(params);
  return {
    period: isAsked ? periodFromQuery(params, zone, now) : usualPeriod(zone, now),
    show: show as Show,
    owner: owner === null ? null : owner === NOBODY ? '' : owner.slice(0, 64),
    conditions,
    cursor: params.get('cursor'),
  };
}

/** As the query of an address, without `?`. */
export function missedToQuery({ period, show, owner, conditions, cursor }: MissedAddress, zone: string, now: number): string {
  const usual = usualPeriod(zone, now);
  const isUsual = period.preset === 'days' && period.from === usual.from && period.to === usual.to;
  return [
    isUsual ? '' : periodToQuery(period) || TODAY,
    show === 'open' ? '' : `show=${show}`,
    owner === null ? '' : `owner=${encodeURIComponent(owner === '' ? NOBODY : owner)}`,
    filterToQuery(conditions),
    cursor === null ? '' : `cursor=${encodeURIComponent(cursor)}`,
  ]
    .filter(Boolean)
    .join('&');
}
