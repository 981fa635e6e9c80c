import { FilterError } from '@callscope/analytics/query/filter.ts';
import { QueryTooLarge, StoreUnavailable } from '@callscope/analytics/run/run.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { detailsFromQuery } from '#page/details/address.ts';
import { detailsFile } from '#page/details/file.ts';
import type { RequestHandler } from './$types';

/** All rows of the page's question, whatever page of them is shown, as CSV. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const company = await companyOf(scope);
  try {
    const address = detailsFromQuery(event.url.searchParams, company.timezone, deps().clock.now());
    return await detailsFile(scope, company, address, event.locals.locale);
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    if (cause instanceof QueryTooLarge) error(422, cause.message);
    if (cause instanceof StoreUnavailable) error(503, cause.message);
    throw cause;
  }
};
