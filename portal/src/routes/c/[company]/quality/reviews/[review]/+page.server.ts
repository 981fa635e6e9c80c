import { actorOf } from '@callscope/modules/audit/acts.ts';
import { withdrawReview } from '@callscope/modules/quality/assign.ts';
import { acceptReview, appealReview, decideAppeal, type ReviewFault, saveDraft, submitReview } from '@callscope/modules/quality/make.ts';
import { appealForm } from '@callscope/modules/quality/rules.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail, type RequestEvent, redirect } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import { draftIn, loadReview } from '#page/quality/review.ts';
import { wordsOf } from '#words/words.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'quality:read');
  const viewer = await viewerOf(deps().db, requireSession(event).caller, scope);
  const found = await loadReview(scope, viewer, event.params.review);
  if (!found) error(404, 'no such review');
  const words = wordsOf(event.locals.locale).quality;
  return {
    found,
    names: await loadNames(scope, await companyOf(scope)),
    mayManage: viewer.mayManage,
    heading: {
      title: words.review(event.params.review),
      trail: [{ title: words.title, href: `/c/${encodeURIComponent(event.params.company)}/quality` }],
    },
  };
};

type ReviewEvent = RequestEvent<{ company: string; review: string }>;

/** What an action needs once its right was asked for. */
async function asked(event: ReviewEvent, scope: ReturnType<typeof requireRight>) {
  const { caller } = requireSession(event);
  const { db, clock } = deps();
  const id = /^\d{1,18}$/.test(event.params.review) ? event.params.review : '0';
  return {
    db,
    id,
    viewer: await viewerOf(db, caller, scope),
    actor: actorOf(caller),
    now: new Date(clock.now()),
    form: await event.request.formData(),
  };
}

function told(fault: ReviewFault | null, done: 'saved' | 'submitted' | 'accepted' | 'appealed' | 'decided') {
  if (fault === null) return { done };
  if (fault.why === 'unknown') error(404, 'no such review');
  if (fault.why === 'foreign') error(403, 'this is for somebody else to do');
  return fail(fault.why === 'locked' ? 409 : 400, { why: fault.why, faults: 'faults' in fault ? fault.faults : [] });
}
const unreadable = () => fail(400, { why: 'answers' as const, faults: [] });

export const actions: Actions = {
  save: async (event) => {
    const scope = requireRight(event, 'quality:review');
    const { db, viewer, id, form } = await asked(event, scope);
    const draft = draftIn(form);
    return draft ? told(await saveDraft(db, scope, viewer, id, draft), 'saved') : unreadable();
  },
  submit: async (event) => {
    const scope = requireRight(event, 'quality:review');
    const { db, viewer, actor, id, form, now } = await asked(event, scope);
    const draft = draftIn(form);
    return draft ? told(await submitReview(db, scope, viewer, actor, id, draft, now), 'submitted') : unreadable();
  },
  accept: async (event) => {
    const scope = requireRight(event, 'quality:read');
    const { db, viewer, actor, id, now } = await asked(event, scope);
    return told(await acceptReview(db, scope, viewer, actor, id, now), 'accepted');
  },
  appeal: async (event) => {
    const scope = requireRight(event, 'quality:read');
    const { db, viewer, actor, id, form, now } = await asked(event, scope);
    const questions = Object.fromEntries(
      [...form].flatMap(([name, said]) => (name.startsWith('question:') ? [[name.slice('question:'.length), String(said)]] : [])),
    );
    const given = appealForm.safeParse({ text: String(form.get('text') ?? ''), questions });
    return given.success ? told(await appealReview(db, scope, viewer, actor, id, given.data, now), 'appealed') : unreadable();
  },
  decide: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const { db, viewer, actor, id, form, now } = await asked(event, scope);
    const draft = draftIn(form);
    const reason = String(form.get('reason') ?? '')
      .trim()
      .slice(0, 2_000);
    if (!draft || reason === '') return unreadable();
    return told(await decideAppeal(db, scope, viewer, actor, id, { answers: draft.answers, reason }, now), 'decided');
  },
  withdraw: async (event) => {
    const scope = requireRight(event, 'quality:manage');
    const { db, viewer, actor, id, now } = await asked(event, scope);
    if (!(await withdrawReview(db, scope, viewer, actor, id, now))) return told({ why: 'locked' }, 'saved');
    redirect(303, `/c/${encodeURIComponent(event.params.company)}/quality?show=all`);
  },
};
