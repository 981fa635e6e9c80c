import { filterFromQuery } from '@callscope/analytics/query/filter.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { reviewersOf } from '@callscope/modules/quality/assign.ts';
import { weekPeriod } from '@callscope/modules/quality/draw.ts';
import { listForms } from '@callscope/modules/quality/form-store.ts';
import { listPlans, type PlanForm, planForm, putPlan, removePlan } from '@callscope/modules/quality/plans.ts';
import { deps } from '@callscope/portal/deps.ts';
import { NOT_IN_PLANS, planQuery } from '@callscope/portal/quality/plans.ts';
import { error, fail, redirect } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import { fromJson } from '#page/form-json.ts';
import { filterQuery } from '#page/quality/review.ts';
import { wordsOf } from '#words/words.ts';
import type { Actions, PageServerLoad } from './$types';

const NEW = 'new';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:manage');
  const company = await companyOf(scope);
  const { db } = deps();
  const [plans, forms, people, names] = await Promise.all([
    listPlans(db, scope),
    listForms(db, scope),
    reviewersOf(db, scope),
    loadNames(scope, company),
  ]);
  const asked = event.params.plan;
  const plan = plans.find(({ id }) => id === asked);
  if (!plan && asked !== NEW) error(404, 'no such plan');
  const words = wordsOf(event.locals.locale).quality;
  const inUse = forms.filter((form) => !form.isArchived);
  const { id: _, madeBy: __, weeks = [], ...form } = plan ?? { id: '', madeBy: '', ...begun(inUse[0]?.id ?? '') };
  return {
    form,
    isNew: !plan,
    conditions: filterFromQuery(new URLSearchParams(form.query)),
    hidden: [...NOT_IN_PLANS, ...GIVEN],
    weeks: weeks.map((week) => {
      const period = weekPeriod(company.timezone, week.week);
      return { ...week, link: filterQuery({ plan: asked, ...(period ?? {}) }) };
    }),
    // the plan's own form may be archived
    forms: forms.filter((one) => !one.isArchived || one.id === form.form).map(({ id, body }) => ({ value: id, label: body.name })),
    people: people.map(({ login, isOfQuality }) => ({ login, isOfQuality })),
    names,
    heading: {
      title: plan?.name ?? words.plans.newTitle,
      trail: [{ title: words.plans.title, href: `/c/${encodeURIComponent(event.params.company)}/quality/plans` }],
    },
  };
};

/** What a plan says itself: it draws answered calls. */
const GIVEN = ['answered', 'result', 'missedKind', 'shortAbandons', 'outOfHours', 'talkMin', 'recorded'] as const;

function begun(form: string): PlanForm & { weeks: [] } {
  return {
    ...{ name: '', form, query: '', per: 'employee', calls: 3, minSeconds: 30 },
    ...{ reviewers: [], isBlind: false, dueDays: 7, isActive: true, weeks: [] },
  };
}

export const actions: Actions = {
  save: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const actor = actorOf(requireSession(event).caller);
    const { db } = deps();
    const form = planForm.safeParse(fromJson(String((await event.request.formData()).get('plan') ?? '')));
    if (!form.success) return fail(400, { why: 'plan' as const, fields: form.error.issues.map(({ path }) => String(path[0] ?? '')) });
    const query = queryOf(form.data.query);
    if (query === null) return fail(400, { why: 'plan' as const, fields: ['query'] });
    const { plan } = event.params;
    const id = plan === NEW ? null : /^\d{1,18}$/.test(plan) ? plan : '0';
    const made = await putPlan(db, scope, actor, id, { ...form.data, query });
    if (made === 'unknown') error(404, 'no such plan');
    if (made === 'many') return fail(400, { why: 'many' as const, fields: [] });
    if (made === 'form') return fail(400, { why: 'plan' as const, fields: ['form'] });
    return { id: made };
  },
  remove: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const actor = actorOf(requireSession(event).caller);
    const { plan } = event.params;
    if (!(await removePlan(deps().db, scope, actor, /^\d{1,18}$/.test(plan) ? plan : '0'))) error(404, 'no such plan');
    redirect(303, `/c/${encodeURIComponent(event.params.company)}/quality/plans`);
  },
};

/** null: these are no conditions of a plan */
function queryOf(text: string): string | null {
  try {
    return planQuery(text);
  } catch {
    return null;
  }
}
