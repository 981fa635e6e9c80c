import { type CallFilter, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { type Period, periodToQuery } from './period.ts';

/** An address without a question is the menu's, which asks once more what was asked last (keep-question.ts). */
export const TODAY = 'period=today';

/** A page of the company: '' = the dashboard. */
export function pageHref(
  company: string,
  path:
    | ''
    | '/ad-lines'
    | '/ad-lines/spend'
    | '/details'
    | '/exports'
    | '/finance'
    | '/forecast'
    | '/journal'
    | '/live'
    | '/live/boards'
    | '/live/wall'
    | '/missed'
    | '/phones'
    | '/settings/black-list'
    | '/statistics',
  query = '',
): string {
  return `/c/${encodeURIComponent(company)}${path}${query === '' ? '' : `?${query}`}`;
}

/**
 * The journal with exactly these calls.
 * @param period what the filter was asked for: where it is still whole, the link names it by its word
 */
export function journalHref(company: string, filter: CallFilter | null, period: Period): string {
  const { from, to, ...conditions } = filter ?? {};
  const isWhole = from === period.from && to === period.to;
  const parts = isWhole ? [periodToQuery(period), filterToQuery(conditions)] : [filterToQuery(filter ?? {})];
  return pageHref(company, '/journal', parts.filter(Boolean).join('&') || TODAY);
}
