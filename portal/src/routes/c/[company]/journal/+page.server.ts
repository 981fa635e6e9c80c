import { FilterError } from '@callscope/analytics/query/filter.ts';
import { likingOf } from '@callscope/modules/likings/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { addressFromQuery, JOURNAL } from '#page/journal/address.ts';
import { columnsFor, keptColumns } from '#page/journal/columns.ts';
import { readLiking } from '#page/journal/liking.ts';
import { loadJournal } from '#page/journal/load.ts';
import { JOURNAL_COOKIE } from '../../../../cookies.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(JOURNAL);
  const company = await companyOf(scope);
  const liking = readLiking(event.cookies.get(JOURNAL_COOKIE));
  const [journal, kept] = await Promise.all([
    loadJournal(scope, company, addressOf(event.url, company.timezone), liking.rows),
    likingOf(deps().db, scope, requireSession(event).caller, 'journal'),
  ]);
  return {
    journal,
    liking,
    columns: columnsFor(keptColumns(kept), scope),
    // which of the two forms the first HTML has; the browser's width decides after that
    isPhone: /\bMobi/.test(event.request.headers.get('user-agent') ?? ''),
  };
};

function addressOf(url: URL, zone: string) {
  try {
    return addressFromQuery(url.searchParams, zone, deps().clock.now());
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
}
