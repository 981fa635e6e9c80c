import { actorOf } from '@callscope/modules/audit/acts.ts';
import { listForms, putQualitySettings, qualitySettings } from '@callscope/modules/quality/form-store.ts';
import { APPEAL_DAYS } from '@callscope/modules/quality/rules.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fail } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { wordsOf } from '#words/words.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:review');
  const { db } = deps();
  const [forms, { appealDays }, { mayManage }] = await Promise.all([
    listForms(db, scope),
    qualitySettings(db, scope),
    viewerOf(db, requireSession(event).caller, scope),
  ]);
  const words = wordsOf(event.locals.locale).quality;
  return {
    ...{ appealDays, mayManage },
    forms: forms.map(({ id, version, isArchived, body, madeBy, madeAt }) => {
      const questions = body.groups.flatMap((group) => group.questions);
      const points = questions.reduce((sum, { weight }) => sum + weight, 0);
      return { id, version, isArchived, name: body.name, questions: questions.length, points, madeBy, madeAt: madeAt.getTime() };
    }),
    heading: { title: words.forms.title, trail: [{ title: words.title, href: `/c/${encodeURIComponent(event.params.company)}/quality` }] },
  };
};

export const actions: Actions = {
  term: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const { caller } = requireSession(event);
    const days = APPEAL_DAYS.safeParse(Number((await event.request.formData()).get('days')));
    if (!days.success) return fail(400, { why: 'days' as const });
    await putQualitySettings(deps().db, scope, actorOf(caller), days.data);
    return { done: true };
  },
};
