import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { fileAnswer, formatOf } from '#page/files/answer.ts';
import { addressFromQuery, filterOf } from '#page/journal/address.ts';
import { reportOfStatistics } from '#page/statistics/address.ts';
import { blockSheet } from '#page/statistics/file.ts';
import type { RequestHandler } from './$types';

/** A block of statistics, all its rows, as a file. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const report = reportOfStatistics(event.params.report);
  if (!report) error(404, 'no such report');
  const { searchParams } = event.url;
  const format = formatOf(searchParams.get('format'));
  const company = await companyOf(scope);
  return fileAnswer(format, async () => {
    const asked = addressFromQuery(searchParams, company.timezone, deps().clock.now());
    return blockSheet(scope, company, report, filterOf(asked), event.locals.locale);
  });
};
