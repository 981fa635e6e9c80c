import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { isCard } from '#page/dashboard/cards.ts';
import { cardSheet } from '#page/dashboard/file.ts';
import { fileAnswer, formatOf } from '#page/files/answer.ts';
import { periodFromQuery } from '#page/period.ts';
import type { RequestHandler } from './$types';

/** What a card shows, all of it, as a file. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const { card } = event.params;
  if (!isCard(card)) error(404, 'no such card');
  const { searchParams } = event.url;
  const format = formatOf(searchParams.get('format'));
  const company = await companyOf(scope);
  return fileAnswer(format, async () => {
    const period = periodFromQuery(searchParams, company.timezone, deps().clock.now());
    return (await cardSheet(scope, company, card, period, event.locals.locale)) ?? error(404, 'this card has no table');
  });
};
