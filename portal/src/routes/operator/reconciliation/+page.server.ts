import { askFor, findingsOf, reconciledDays } from '@callscope/modules/reconciliation/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireOperatorRight } from '#page/company.ts';
import { fieldsOf } from '#page/sign-in/visitor.ts';
import type { Actions, PageServerLoad } from './$types';

/** A quarter of a year: what is older says REST. */
const MOST_DAYS = 92;
const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;
const dayAt = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Days that were reconciled, and what was found on the one that ?day= names, else on the newest. */
export const load: PageServerLoad = async (event) => {
  const scope = requireOperatorRight(event, 'operations:read');
  const { db, clock } = deps();
  const days = await reconciledDays(db, scope, MOST_DAYS);
  const asked = event.url.searchParams.get('day') ?? '';
  const chosen = days.find(({ day }) => day === asked) ?? (asked === '' ? days[0] : undefined) ?? null;
  const found = chosen === null ? [] : await findingsOf(db, scope, chosen.day);
  return { days, chosen, found, today: dayAt(clock.now()), field: DAY.test(asked) ? asked : (chosen?.day ?? dayAt(clock.now() - DAY_MS)) };
};

export const actions: Actions = {
  ask: async (event) => {
    const scope = requireOperatorRight(event, 'operations:read');
    const { db, clock } = deps();
    const { day } = await fieldsOf(event.request, ['day']);
    // a form's field may hold what is no day of a calendar
    const at = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
    if (Number.isNaN(at) || at > clock.now()) return fail(400, { fault: 'ahead' as const });
    await askFor(db, scope, day, true);
    return { asked: day };
  },
};
