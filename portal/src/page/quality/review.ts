import { findCall } from '@callscope/analytics/run/calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { reviewersOf } from '@callscope/modules/quality/assign.ts';
import { listForms } from '@callscope/modules/quality/form-store.ts';
import { type Answers, answersSchema } from '@callscope/modules/quality/forms.ts';
import { findReview, type ReviewFilter } from '@callscope/modules/quality/reviews.ts';
import { isLocked, isWritable, mayAnswer } from '@callscope/modules/quality/rules.ts';
import type { Viewer } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { fromJson } from '#page/form-json.ts';

/** A review with what may be done with it now, by whom it is shown to. */
export async function loadReview(scope: TenantScope, viewer: Viewer, id: string) {
  const { db, store, clock } = deps();
  const found = /^\d{1,18}$/.test(id) ? await findReview(db, scope, viewer, id) : null;
  if (!found) return null;
  const { review } = found;
  const call = await findCall(store, scope, review.callId).catch(() => null);
  const now = clock.now();
  return {
    ...found,
    call: call && { from: call.from, to: call.answeredBy || call.dialled, direction: call.direction },
    may: {
      write: review.reviewer === viewer.name && isWritable(review),
      answer: viewer.employee !== null && viewer.employee === review.employee && mayAnswer(review, now),
      decide: viewer.mayManage && review.state === 'appealed' && viewer.employee !== review.employee,
    },
    isLocked: isLocked(review, now),
  };
}

/** What is typed into a review. null: it is none */
export function draftIn(form: FormData): { answers: Answers; comment: string } | null {
  const answers = answersSchema.safeParse(fromJson(String(form.get('answers') ?? '')));
  return answers.success
    ? {
        answers: answers.data,
        comment: String(form.get('comment') ?? '')
          .trim()
          .slice(0, 4_000),
      }
    : null;
}

/** Score forms in use, and who reviews: for whoever gives reviews. */
export async function givable(scope: TenantScope) {
  const { db } = deps();
  const [forms, reviewers] = await Promise.all([listForms(db, scope), reviewersOf(db, scope)]);
  return {
    forms: forms.filter((form) => !form.isArchived).map(({ id, body }) => ({ value: id, label: body.name })),
    reviewers: reviewers.map(({ login }) => login),
  };
}

const TEXTS = ['employee', 'group', 'reviewer', 'form', 'question', 'failed', 'call', 'plan'] as const;
/** numbers of the database */
const NUMBERS: readonly string[] = ['form', 'plan'];
const FLAGS = ['counted', 'critical', 'disputed', 'changed'] as const;

/** The list behind a figure, as its link names it. */
export function filterOf(params: URLSearchParams): ReviewFilter {
  const filter: ReviewFilter = {};
  for (const name of TEXTS) {
    // PostgreSQL has no character 0 in texts
    const value = params.get(name)?.replaceAll('\0', '') ?? null;
    if (value !== null && value.length <= 600 && (!NUMBERS.includes(name) || /^\d{1,18}$/.test(value))) filter[name] = value;
  }
  for (const name of FLAGS) if (params.get(name) === '1') filter[name] = true;
  for (const name of ['from', 'to'] as const) {
    const at = Date.parse(params.get(name) ?? '');
    if (!Number.isNaN(at)) filter[name] = at;
  }
  return filter;
}

export function filterQuery(filter: ReviewFilter): string {
  const query = new URLSearchParams();
  for (const name of TEXTS) if (filter[name] !== undefined) query.set(name, filter[name]);
  for (const name of FLAGS) if (filter[name]) query.set(name, '1');
  for (const name of ['from', 'to'] as const) if (filter[name] !== undefined) query.set(name, new Date(filter[name]).toISOString());
  return query.toString();
}
