import { deps } from '@callscope/portal/deps.ts';
import { adLinesFromQuery } from '#page/ads/address.ts';
import { adLinesSheet } from '#page/ads/file.ts';
import { companyOf, requireRight } from '#page/company.ts';
import { fileAnswer, formatOf } from '#page/files/answer.ts';
import type { RequestHandler } from './$types';

/** The ad lines of the page's question as a file. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'ads:read');
  const { searchParams } = event.url;
  const format = formatOf(searchParams.get('format'));
  const company = await companyOf(scope);
  return fileAnswer(format, async () => {
    const address = adLinesFromQuery(searchParams, company.timezone, deps().clock.now());
    return adLinesSheet(scope, company, address, event.locals.locale);
  });
};
