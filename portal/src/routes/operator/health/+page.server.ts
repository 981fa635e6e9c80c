import { callsBefore, callsByCompany, tableSizes, wouldGo } from '@callscope/analytics/run/retention.ts';
import { rightsOf, tenantScope } from '@callscope/modules/access/callers.ts';
import { troublesSince } from '@callscope/modules/operations/store.ts';
import { BOUNDS, companyDaysFault, daysFault, isKept, MOST_DAYS } from '@callscope/modules/retention/rules.ts';
import { companyDays, recordedBytes, retentionRules, setCompanyDays, setDays } from '@callscope/modules/retention/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { companyOf, requireOperatorRight, requireSession } from '#page/company.ts';
import { answered } from '#page/failure.ts';
import { fieldsOf } from '#page/sign-in/visitor.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * 86_400_000;
const MOST_TROUBLES = 50;
const MOST_COMPANIES = 20;

/** How the whole system stands now, and what was wrong with it in the last week. */
export const load: PageServerLoad = async (event) => {
  const scope = requireOperatorRight(event, 'operations:read');
  const { db, store, clock, system } = deps();
  const [state, troubles, sizes, calls, recorded, days] = await Promise.all([
    system(),
    troublesSince(db, scope, clock.now() - WEEK_MS, MOST_TROUBLES),
    // without the store the rest of the page says what is wrong with it
    answered(tableSizes(store, scope)),
    answered(callsByCompany(store, scope)),
    recordedBytes(db, scope),
    companyDays(db, scope),
  ]);
  const all = [...new Set([...(calls.answer?.keys() ?? []), ...recorded.keys()])].map((id) => ({
    ...{ id, calls: calls.answer === null ? null : (calls.answer.get(id) ?? 0), days: days.get(id) ?? null },
    ...(recorded.get(id) ?? { count: 0, bytes: 0 }),
  }));
  // the largest first
  all.sort((a, b) => (b.calls ?? 0) - (a.calls ?? 0) || b.bytes - a.bytes);
  const mayChange = rightsOf(requireSession(event).caller, '').includes('companies:write');
  return {
    mayChange,
    bounds: BOUNDS,
    most: MOST_DAYS,
    state,
    troubles,
    sizes: sizes.answer,
    companies: all.slice(0, MOST_COMPANIES),
    companiesInAll: all.length,
  };
};

/** The table, or the company whose calls it is about, and the days; null = as all do. @throws 404 when there is no such company */
async function asked(event: RequestEvent) {
  const { what, company, days: given } = await fieldsOf(event.request, ['what', 'company', 'days']);
  const days = given === '' ? null : Number(given);
  if (company !== '') {
    const own = tenantScope(requireSession(event).caller, company, 'calls:read');
    if (!own) error(404, 'no such company');
    await companyOf(own);
  }
  return { what, company, days };
}

const wrong = () => fail(400, { fault: 'days' as const });

export const actions: Actions = {
  /** What would go by other days; nothing is changed. */
  try: async (event) => {
    const scope = requireOperatorRight(event, 'operations:read');
    const { db, store, clock } = deps();
    const { what, company, days } = await asked(event);
    if (company === '') {
      if (!isKept(what) || days === null || daysFault(what, days) !== null) return wrong();
      return { trial: await wouldGo(store, scope, { what, days, now: clock.now() }) };
    }
    if (days !== null && companyDaysFault(days, await retentionRules(db, scope)) !== null) return wrong();
    const rows = days === null ? 0 : await callsBefore(store, scope, company, clock.now() - days * DAY_MS);
    return { trial: { rows, of: (await callsByCompany(store, scope)).get(company) ?? 0 } };
  },
  keep: async (event) => {
    const scope = requireOperatorRight(event, 'companies:write');
    const { db } = deps();
    const { caller } = requireSession(event);
    const { what, company, days } = await asked(event);
    if (company === '') {
      if (!isKept(what) || days === null || (await setDays(db, scope, caller, what, days)) !== null) return wrong();
    } else if ((await setCompanyDays(db, scope, caller, company, days)) !== null) return wrong();
    return { done: true };
  },
};
