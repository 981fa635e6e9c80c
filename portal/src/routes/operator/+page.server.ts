import { useOfCompanies } from '@callscope/analytics/run/operator.ts';
import { findCompanies } from '@callscope/modules/directory/companies.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireOperatorRight } from '#page/company.ts';
import { answered } from '#page/failure.ts';
import type { PageServerLoad } from './$types';

const MOST = 100;
const LONGEST = 100;
/** Calls are counted so far back: who has none for longer is asked about on the company's own pages. */
const DAYS = 7;

/** All companies, or those that ?q= finds; with how they are used. */
export const load: PageServerLoad = async (event) => {
  const scope = requireOperatorRight(event, 'companies:read');
  const { db, store, clock } = deps();
  const now = clock.now();
  const text = (event.url.searchParams.get('q') ?? '').replaceAll('\0', '').trim().slice(0, LONGEST);
  const { companies, total } = await findCompanies(db, scope, text, MOST, new Date(now));
  const ids = companies.map(({ id }) => id);
  // without the store the list is still the way to every company
  const { answer: use, failure } = await answered(useOfCompanies(store, scope, ids, now - DAYS * 86_400_000));
  return {
    text,
    days: DAYS,
    total,
    failure,
    companies: companies.map((company) => {
      const found = use?.get(company.id);
      return { ...company, calls: use === null ? null : (found?.calls ?? 0), lastCallAt: found?.lastCallAt ?? null };
    }),
  };
};
