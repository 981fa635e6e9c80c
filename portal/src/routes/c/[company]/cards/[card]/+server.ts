import { FilterError } from '@callscope/analytics/query/filter.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { isCard } from '#page/dashboard/cards.ts';
import { cardFile } from '#page/dashboard/file.ts';
import { periodFromQuery } from '#page/period.ts';
import type { RequestHandler } from './$types';

/** What a card shows, all of it, as CSV. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const { card } = event.params;
  if (!isCard(card)) error(404, 'no such card');
  const company = await companyOf(scope);
  try {
    const period = periodFromQuery(event.url.searchParams, company.timezone, deps().clock.now());
    const file = await cardFile(scope, company, card, period, event.locals.locale);
    return file ?? error(404, 'this card has no table');
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
};
