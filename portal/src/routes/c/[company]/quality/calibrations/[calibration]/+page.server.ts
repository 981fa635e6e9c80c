import { actorOf } from '@callscope/modules/audit/acts.ts';
import { agreementOf } from '@callscope/modules/quality/agreement.ts';
import { closeSession, findSession } from '@callscope/modules/quality/sessions.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import { wordsOf } from '#words/words.ts';
import type { Actions, PageServerLoad } from './$types';

const idOf = (given: string) => (/^\d{1,18}$/.test(given) ? given : '0');

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:review');
  const { db } = deps();
  const viewer = await viewerOf(db, requireSession(event).caller, scope);
  const found = await findSession(db, scope, viewer, idOf(event.params.calibration));
  if (!found) error(404, 'no such calibration');
  const { session, form, reviews } = found;
  const isClosed = session.closedAt !== null;
  const said = reviews.flatMap(({ made }) => (made ? [made.answers] : []));
  const [reference] = said;
  const words = wordsOf(event.locals.locale).quality;
  return {
    ...{ session, form, reviews, mayManage: viewer.mayManage, me: viewer.name },
    agreement: isClosed ? agreementOf(form, said) : null,
    /** of each review, in their order; null: the reference, which the others are held against */
    each: isClosed
      ? said.map((answers, at) => {
          if (at === 0 || !reference) return null;
          const { agreed, difference } = agreementOf(form, [reference, answers]);
          return { agreed, difference };
        })
      : [],
    names: await loadNames(scope, await companyOf(scope)),
    heading: {
      title: session.name,
      trail: [{ title: words.calibrations.title, href: `/c/${encodeURIComponent(event.params.company)}/quality/calibrations` }],
    },
  };
};

export const actions: Actions = {
  close: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const { db, clock } = deps();
    const { caller } = requireSession(event);
    const fault = await closeSession(db, scope, actorOf(caller), idOf(event.params.calibration), new Date(clock.now()));
    if (fault === 'unknown') error(404, 'no such calibration');
    return fault === null ? { done: true } : fail(409, { why: fault });
  },
};
