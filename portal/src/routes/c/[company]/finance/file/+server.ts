import { deps } from '@callscope/portal/deps.ts';
import { companyOf, requireRight } from '#page/company.ts';
import { fileAnswer, formatOf } from '#page/files/answer.ts';
import { financeFromQuery } from '#page/finance/address.ts';
import { chargesSheet } from '#page/finance/file.ts';
import type { RequestHandler } from './$types';

/** The charges of the page's question as a file. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'finance:read', 'company');
  const { searchParams } = event.url;
  const format = formatOf(searchParams.get('format'));
  const company = await companyOf(scope);
  return fileAnswer(format, async () => {
    const address = financeFromQuery(searchParams, company.timezone, deps().clock.now());
    return chargesSheet(scope, company, address, event.locals.locale);
  });
};
