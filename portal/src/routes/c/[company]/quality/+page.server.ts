import { actorOf } from '@callscope/modules/audit/acts.ts';
import { listForms } from '@callscope/modules/quality/form-store.ts';
import { listReviews, MOST_LISTED } from '@callscope/modules/quality/reviews.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { giveCall } from '@callscope/portal/quality/give.ts';
import { fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import { filterOf, filterQuery, givable } from '#page/quality/review.ts';
import type { Actions, PageServerLoad } from './$types';

/** ?show=mine: what is to be done by who asks; all: every review that they may see; else what a figure of a report counts, or a plan drew. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:read');
  const { db, clock } = deps();
  const viewer = await viewerOf(db, requireSession(event).caller, scope);
  const filter = filterOf(event.url.searchParams);
  const isFigure = filterQuery(filter) !== '';
  const given = event.url.searchParams.get('show');
  const asked = given === 'all' || given === 'appealed' ? given : viewer.isStaff ? 'mine' : 'all';
  const show: 'figure' | 'mine' | 'all' | 'appealed' = isFigure ? 'figure' : asked;
  const state = show === 'appealed' ? ('appealed' as const) : undefined;
  const offset = Math.max(0, Math.min(1_000_000, Number(event.url.searchParams.get('offset') ?? 0) || 0));
  const [{ reviews, count }, names, forms, give] = await Promise.all([
    listReviews(db, scope, viewer, show === 'mine' ? { reviewer: viewer.name } : { ...filter, state }, { offset }),
    loadNames(scope, await companyOf(scope)),
    listForms(db, scope),
    viewer.isStaff ? givable(scope) : null,
  ]);
  return {
    ...{ reviews, count, offset, most: MOST_LISTED, show, isOfPlan: filter.plan !== undefined, names, give, me: viewer.name },
    ...{ isStaff: viewer.isStaff, mayManage: viewer.mayManage, now: clock.now() },
    formNames: Object.fromEntries(forms.map(({ id, body }) => [id, body.name])),
  };
};

export const actions: Actions = {
  give: async (event) => {
    const scope = requireRight(event, 'quality:review');
    const { caller } = requireSession(event);
    const form = await event.request.formData();
    const text = (name: string) =>
      String(form.get(name) ?? '')
        .trim()
        .slice(0, 600);
    const viewer = await viewerOf(deps().db, caller, scope);
    const reviewers = [text('reviewer') || viewer.name, text('second')].filter((name) => name !== '');
    const asked = { callId: text('call'), form: /^\d{1,18}$/.test(text('form')) ? text('form') : '0', reviewers, dueDays: 7 };
    const ids = await giveCall(deps(), scope, viewer, actorOf(caller), asked);
    return typeof ids === 'string' ? fail(400, { fault: ids }) : { given: ids[0] ?? '' };
  },
};
