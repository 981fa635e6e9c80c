import { actorOf } from '@callscope/modules/audit/acts.ts';
import { listForms } from '@callscope/modules/quality/form-store.ts';
import { listPlans, planForm, putPlan } from '@callscope/modules/quality/plans.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { wordsOf } from '#words/words.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:manage');
  const { db } = deps();
  const [plans, forms] = await Promise.all([listPlans(db, scope), listForms(db, scope)]);
  const words = wordsOf(event.locals.locale).quality;
  const formOf = new Map(forms.map((form) => [form.id, form]));
  return {
    hasForms: forms.some(({ isArchived }) => !isArchived),
    plans: plans.map((plan) => ({
      ...plan,
      formName: formOf.get(plan.form)?.body.name ?? plan.form,
      isFormArchived: formOf.get(plan.form)?.isArchived ?? false,
    })),
    heading: { title: words.plans.title, trail: [{ title: words.title, href: `/c/${encodeURIComponent(event.params.company)}/quality` }] },
  };
};

export const actions: Actions = {
  /** Stops a plan, or starts it again. */
  switch: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const actor = actorOf(requireSession(event).caller);
    const { db } = deps();
    const given = await event.request.formData();
    const plan = (await listPlans(db, scope)).find(({ id }) => id === given.get('id'));
    if (!plan) error(404, 'no such plan');
    const { id, madeBy: _, weeks: __, ...form } = plan;
    const made = await putPlan(db, scope, actor, id, planForm.parse({ ...form, isActive: given.get('on') === '1' }));
    if (made === 'unknown') error(404, 'no such plan');
    return made === 'form' || made === 'many' ? fail(400, { why: made }) : { done: true };
  },
};
