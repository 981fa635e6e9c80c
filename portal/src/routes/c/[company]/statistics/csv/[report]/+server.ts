import { FilterError } from '@callscope/analytics/query/filter.ts';
import { QueryTooLarge, StoreUnavailable } from '@callscope/analytics/run/run.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { reportFile } from '#page/files/report-file.ts';
import { addressFromQuery, filterOf } from '#page/journal/address.ts';
import { reportOfStatistics } from '#page/statistics/address.ts';
import type { RequestHandler } from './$types';

/** A block of statistics, all its rows, as CSV. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const report = reportOfStatistics(event.params.report);
  if (!report) error(404, 'no such report');
  const company = await companyOf(scope);
  try {
    const asked = addressFromQuery(event.url.searchParams, company.timezone, deps().clock.now());
    return await reportFile(scope, company, report, filterOf(asked), asked.period, event.locals.locale);
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    if (cause instanceof QueryTooLarge) error(422, cause.message);
    if (cause instanceof StoreUnavailable) error(503, cause.message);
    throw cause;
  }
};
