import type { ViewPage } from '@callscope/modules/views/forms.ts';
import { adLinesFromQuery, adLinesToQuery } from '../ads/address.ts';
import { detailsFromQuery, detailsToQuery } from '../details/address.ts';
import { addressFromQuery, addressToQuery } from '../journal/address.ts';
import { pageHref, TODAY } from '../links.ts';
import { missedFromQuery, missedToQuery } from '../missed/address.ts';
import { statisticsFromQuery, statisticsToQuery, viewFromQuery } from '../statistics/address.ts';

/** What a load that shows saved views depends on, to be read again. */
export const VIEWS = 'callscope:views';

/**
 * What a page was asked, as it is kept and compared: the same question gives the same text, without the place in the list and the
 * rows per page, which are no part of it. Words of a period stay words: «вчера» opened tomorrow is tomorrow's yesterday.
 * @param query of the page's address, with or without `?`
 * @throws FilterError
 */
export function questionOf(page: ViewPage, query: string, zone: string, now: number): string {
  const params = new URLSearchParams(query);
  switch (page) {
    case 'journal':
      return addressToQuery({ ...addressFromQuery(params, zone, now), place: null, limit: null }).slice(1);
    case 'statistics':
      return statisticsToQuery(statisticsFromQuery(params, zone, now), viewFromQuery(params));
    case 'missed':
      return missedToQuery({ ...missedFromQuery(params, zone, now), cursor: null }, zone, now);
    case 'details':
      return detailsToQuery({ ...detailsFromQuery(params, zone, now), page: 1 });
    case 'ad-lines':
      return adLinesToQuery(adLinesFromQuery(params, zone, now));
  }
}

/** An address without a question is the menu's, which asks once more what was asked last: a view always asks its own. */
const USUAL: Record<ViewPage, string> = {
  journal: TODAY,
  statistics: TODAY,
  missed: 'show=open',
  details: TODAY,
  'ad-lines': 'period=month',
};

export function viewHref(company: string, { page, query }: { page: ViewPage; query: string }): string {
  return pageHref(company, `/${page}`, query || USUAL[page]);
}

/** Whether the view shows the same days whenever it is opened. */
export function hasFixedDays(query: string): boolean {
  const params = new URLSearchParams(query);
  return params.has('from') || params.has('to');
}
