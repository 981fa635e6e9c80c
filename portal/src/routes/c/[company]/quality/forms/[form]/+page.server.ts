import { actorOf } from '@callscope/modules/audit/acts.ts';
import { addForm, changeForm, findForm } from '@callscope/modules/quality/form-store.ts';
import { formBodySchema } from '@callscope/modules/quality/forms.ts';
import { listPlans } from '@callscope/modules/quality/plans.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { fromJson } from '#page/form-json.ts';
import { exampleForm, newForm } from '#page/quality/form-draft.ts';
import { wordsOf } from '#words/words.ts';
import type { Actions, PageServerLoad } from './$types';

const NEW = 'new';
/** No form has the id 0. */
const idOf = (given: string) => (/^\d{1,18}$/.test(given) ? given : '0');

/** `new`, ?from=example: filled in with the example; else the form's newest version, or ?version=2. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:review');
  const { db } = deps();
  const { mayManage } = await viewerOf(db, requireSession(event).caller, scope);
  const words = wordsOf(event.locals.locale).quality;
  const trail = [{ title: words.forms.title, href: `/c/${encodeURIComponent(event.params.company)}/quality/forms` }];
  const asked = event.params.form;
  if (asked === NEW) {
    if (!mayManage) error(403, 'score forms are made by who manages quality control');
    const draft = event.url.searchParams.get('from') === 'example' ? exampleForm(words.forms.example) : newForm();
    return { form: null, draft, mayManage, newest: 0, plans: [], heading: { title: words.forms.newTitle, trail } };
  }
  const newest = await findForm(db, scope, idOf(asked));
  if (!newest) error(404, 'no such score form');
  const given = event.url.searchParams.get('version') ?? '';
  const version = /^\d{1,6}$/.test(given) ? Number(given) : newest.version;
  const form = version === newest.version ? newest : await findForm(db, scope, newest.id, version);
  if (!form) error(404, 'no such version of the score form');
  const plans = mayManage ? (await listPlans(db, scope)).filter((plan) => plan.isActive && plan.form === form.id) : [];
  return {
    form: { id: form.id, version: form.version, isArchived: form.isArchived, madeBy: form.madeBy, madeAt: form.madeAt.getTime() },
    ...{ draft: form.body, mayManage, newest: newest.version, plans: plans.map(({ name }) => name) },
    heading: { title: form.body.name, trail },
  };
};

export const actions: Actions = {
  save: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const actor = actorOf(requireSession(event).caller);
    const { db } = deps();
    const body = formBodySchema.safeParse(fromJson(String((await event.request.formData()).get('body') ?? '')));
    if (!body.success) return fail(400, { why: 'form' as const, fields: body.error.issues.map(({ path }) => path.join('.')) });
    const isNew = event.params.form === NEW;
    const made = isNew
      ? await addForm(db, scope, actor, body.data)
      : await changeForm(db, scope, actor, idOf(event.params.form), { body: body.data });
    if (made === 'unknown') error(404, 'no such score form');
    if (made === 'many') return fail(400, { why: 'many' as const, fields: [] });
    return { id: made.id, version: made.version };
  },
  archive: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const actor = actorOf(requireSession(event).caller);
    const isArchived = (await event.request.formData()).get('on') === '1';
    const made = await changeForm(deps().db, scope, actor, idOf(event.params.form), { isArchived });
    if (typeof made === 'string') error(404, 'no such score form');
    return { id: made.id, version: made.version };
  },
};
