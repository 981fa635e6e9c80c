import { actorOf } from '@callscope/modules/audit/acts.ts';
import { listForms } from '@callscope/modules/quality/form-store.ts';
import { calibrationForm, listSessions } from '@callscope/modules/quality/sessions.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { calibrate } from '@callscope/portal/quality/give.ts';
import { fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { givable } from '#page/quality/review.ts';
import { wordsOf } from '#words/words.ts';
import type { Actions, PageServerLoad } from './$types';

/** ?call=…: of this call, as its card names it. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:review');
  const { db } = deps();
  const viewer = await viewerOf(db, requireSession(event).caller, scope);
  const [sessions, forms, give] = await Promise.all([
    listSessions(db, scope, viewer),
    listForms(db, scope),
    viewer.mayManage ? givable(scope) : null,
  ]);
  const words = wordsOf(event.locals.locale).quality;
  return {
    ...{ sessions, give, call: event.url.searchParams.get('call')?.slice(0, 600) ?? '' },
    formNames: Object.fromEntries(forms.map(({ id, body }) => [id, body.name])),
    heading: {
      title: words.calibrations.title,
      trail: [{ title: words.title, href: `/c/${encodeURIComponent(event.params.company)}/quality` }],
    },
  };
};

export const actions: Actions = {
  open: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const { caller } = requireSession(event);
    const given = calibrationForm.safeParse(Object.fromEntries(await event.request.formData()));
    if (!given.success) return fail(400, { fields: given.error.issues.map(({ path }) => String(path[0] ?? '')) });
    const viewer = await viewerOf(deps().db, caller, scope);
    const { call, form, ...rest } = given.data;
    const of = { ...rest, callId: call, form: /^\d{1,18}$/.test(form) ? form : '0' };
    const made = await calibrate(deps(), scope, viewer, actorOf(caller), of);
    return typeof made === 'string' ? fail(400, { fault: made, fields: [] }) : { id: made.id };
  },
};
