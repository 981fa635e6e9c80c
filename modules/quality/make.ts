import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely, Transaction, Updateable } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { tellScore } from './call-score.ts';
import { appealDays } from './form-store.ts';
import { type AnswerFault, type Answers, answersOf, type FormBody, faultsOf, formBodySchema } from './forms.ts';
import type { ReviewRow } from './review.ts';
import { type AppealForm, type Decision, type EventKind, isWritable, mayAnswer } from './rules.ts';
import type { QualitySchema } from './schema.ts';
import { scoreOf, shareOf } from './score.ts';
import { seenBy, type Viewer } from './viewer.ts';

/**
 * Why nothing was done. `unknown`: no such review for them; `foreign`: it is somebody else's to do; `locked`: it is past that;
 * `answers`: what stands in the way of handing in
 */
export type ReviewFault = { why: 'unknown' | 'foreign' | 'locked' } | { why: 'answers'; faults: AnswerFault[] };
type Trx = Transaction<PostgresSchema>;

export interface Draft {
  answers: Answers;
  comment: string;
}

/** What its reviewer has said so far. */
export function saveDraft(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  id: string,
  { answers, comment }: Draft,
): Promise<ReviewFault | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const row = await locked(trx, scope, viewer, id);
    if (!row) return { why: 'unknown' };
    if (row.reviewer !== viewer.name) return { why: 'foreign' };
    if (!isWritable(row)) return { why: 'locked' };
    const form = await bodyOf(trx, row);
    await set(trx, row, { state: 'draft', answers: JSON.stringify(answersOf(form, answers)), comment });
    return null;
  });
}

/** Hands a review in: from here on it is not its reviewer's to change. Of a blind pair both are shown when the second is in. */
export function submitReview(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  actor: Actor,
  id: string,
  { answers, comment }: Draft,
  now: Date,
): Promise<ReviewFault | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    // both of a pair are locked in the same order, so that of two who hand in at once the second sees the first
    const found = await locked(trx, scope, viewer, id);
    if (!found) return { why: 'unknown' };
    if (found.reviewer !== viewer.name) return { why: 'foreign' };
    if (!isWritable(found)) return { why: 'locked' };
    const form = await bodyOf(trx, found);
    const said = answersOf(form, answers);
    const faults = faultsOf(form, said);
    if (faults.length > 0) return { why: 'answers', faults };
    await set(trx, found, { ...marked(form, said), state: 'submitted', comment, submitted_at: now });
    await noteEvent(trx, found, viewer.name, 'submitted', { after: scoreOf(form, said).percent });
    await noteAct(trx, scope.tenant, { actor, act: 'quality.submit', subject: id, after: { call: found.call_id } });
    if (found.session === null) await showWhole(trx, found, now);
    return null;
  });
}

/** What a review's row says of its answers. */
function marked(form: FormBody, answers: Answers) {
  const { percent, failed } = scoreOf(form, answers);
  const shares = form.groups
    .flatMap(({ questions }) => questions)
    .flatMap((question) => {
      const share = shareOf(question, answers[question.id]?.value ?? null);
      return share === null ? [] : [[question.id, share] as const];
    });
  return {
    ...{ answers: JSON.stringify(answers), score: percent, is_critical: failed.length > 0, failed },
    shares: JSON.stringify(Object.fromEntries(shares)),
  };
}

type OfPair = Pick<ReviewRow, 'tenant' | 'id' | 'pair' | 'call_id' | 'started_at'>;
/** Shows a review, and of a pair both: when nobody of it has anything to hand in any more. */
export async function showWhole(trx: Trx, row: OfPair, now: Date): Promise<void> {
  const waiting = row.pair
    ? await trx
        .selectFrom('quality_reviews')
        .select('id')
        .where('tenant', '=', row.tenant)
        .where('pair', '=', row.pair)
        .where('submitted_at', 'is', null)
        .limit(1)
        .execute()
    : [];
  if (waiting.length > 0) return;
  const days = await appealDays(trx, row.tenant);
  await trx
    .updateTable('quality_reviews')
    .set({ is_shown: true, shown_at: now, appeal_until: new Date(now.getTime() + days * 86_400_000) })
    .where('tenant', '=', row.tenant)
    .where('is_shown', '=', false)
    .where((eb) => (row.pair ? eb('pair', '=', row.pair) : eb('id', '=', row.id)))
    .execute();
  await tellScore(trx, row);
}

/** The employee who was judged accepts: it is locked. */
export function acceptReview(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  actor: Actor,
  id: string,
  now: Date,
): Promise<ReviewFault | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const row = await answerable(trx, scope, viewer, id, now);
    if ('why' in row) return row;
    await set(trx, row, { state: 'accepted' });
    await noteEvent(trx, row, viewer.name, 'accepted', {});
    await noteAct(trx, scope.tenant, { actor, act: 'quality.accept', subject: id, after: { call: row.call_id } });
    return null;
  });
}

/** The employee who was judged speaks against it: once. */
export function appealReview(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  actor: Actor,
  id: string,
  { text, questions }: AppealForm,
  now: Date,
): Promise<ReviewFault | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const row = await answerable(trx, scope, viewer, id, now);
    if ('why' in row) return row;
    const known = new Set((await bodyOf(trx, row)).groups.flatMap((group) => group.questions.map((question) => question.id)));
    const said = Object.fromEntries(Object.entries(questions).filter(([question, words]) => words !== '' && known.has(question)));
    const appeal = { text, questions: said, by: viewer.name, at: now.toISOString() };
    await set(trx, row, { state: 'appealed', appeal: JSON.stringify(appeal) });
    await noteEvent(trx, row, viewer.name, 'appealed', { changed: Object.keys(said) });
    await noteAct(trx, scope.tenant, { actor, act: 'quality.appeal', subject: id, after: { call: row.call_id } });
    return null;
  });
}

/**
 * The supervisor's decision on an appeal: marks stay, or these change. Then it is locked. Nobody decides about how they
 * were judged themselves.
 * @param answers the questions that change, with their new marks; none: all stay
 */
export function decideAppeal(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  actor: Actor,
  id: string,
  { answers, reason }: { answers: Answers; reason: string },
  now: Date,
): Promise<ReviewFault | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const row = await locked(trx, scope, viewer, id);
    if (!row) return { why: 'unknown' };
    if (!viewer.mayManage || (viewer.employee !== null && viewer.employee === row.employee)) return { why: 'foreign' };
    if (row.state !== 'appealed') return { why: 'locked' };
    const form = await bodyOf(trx, row);
    const given = answersOf(form, answers);
    const said: Answers = Object.fromEntries(
      Object.entries({ ...row.answers, ...given }).map(([question, answer]) => [
        question,
        // a new mark stands on the decision's reason where nobody wrote another
        answer.comment.trim() === '' && given[question] ? { ...answer, comment: reason } : answer,
      ]),
    );
    const faults = faultsOf(form, said);
    if (faults.length > 0) return { why: 'answers', faults };
    const changed = Object.keys(given).filter((question) => given[question]?.value !== row.answers[question]?.value);
    const before = row.score === null ? null : Number(row.score);
    const isKept = changed.length === 0;
    const decision: Decision = { isKept, reason, by: viewer.name, at: now.toISOString(), scoreBefore: before };
    const marks = isKept ? {} : marked(form, said);
    await set(trx, row, { ...marks, state: 'settled', decision: JSON.stringify(decision) });
    if (!isKept) await tellScore(trx, row);
    const after = isKept ? before : scoreOf(form, said).percent;
    await noteEvent(trx, row, viewer.name, isKept ? 'kept' : 'changed', { before, after, reason, changed });
    await noteAct(trx, scope.tenant, {
      actor,
      act: 'quality.decide',
      subject: id,
      before: { score: before },
      after: { score: after, reason },
    });
    return null;
  });
}

async function answerable(trx: Trx, scope: TenantScope, viewer: Viewer, id: string, now: Date): Promise<ReviewRow | ReviewFault> {
  const row = await locked(trx, scope, viewer, id);
  if (!row) return { why: 'unknown' };
  if (viewer.employee === null || viewer.employee !== row.employee) return { why: 'foreign' };
  const standing = { state: row.state, isShown: row.is_shown, appealUntil: row.appeal_until?.getTime() ?? null, session: row.session };
  return mayAnswer(standing, now.getTime()) ? row : { why: 'locked' };
}

/** The review and whoever is of its pair, one after the other by id. */
async function locked(trx: Trx, scope: TenantScope, viewer: Viewer, id: string): Promise<ReviewRow | null> {
  const seen = await trx
    .selectFrom('quality_reviews')
    .select(['id', 'pair'])
    .where('tenant', '=', scope.tenant)
    .where('id', '=', id)
    .where((eb) => seenBy(eb, scope, viewer))
    .executeTakeFirst();
  if (!seen) return null;
  const rows = await trx
    .selectFrom('quality_reviews')
    .selectAll()
    .where('tenant', '=', scope.tenant)
    .where((eb) => (seen.pair ? eb.or([eb('id', '=', id), eb('pair', '=', seen.pair)]) : eb('id', '=', id)))
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.find((row) => row.id === id) ?? null;
}

async function bodyOf(trx: Trx, { tenant, form, version }: ReviewRow): Promise<FormBody> {
  const { body } = await trx
    .selectFrom('quality_form_versions')
    .select('body')
    .where('tenant', '=', tenant)
    .where('form', '=', form)
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  return formBodySchema.parse(body);
}

async function set(trx: Trx, { tenant, id }: ReviewRow, change: Updateable<QualitySchema['quality_reviews']>): Promise<void> {
  await trx.updateTable('quality_reviews').set(change).where('tenant', '=', tenant).where('id', '=', id).execute();
}

export async function noteEvent(
  trx: Trx,
  { tenant, id }: Pick<ReviewRow, 'tenant' | 'id'>,
  who: string,
  what: EventKind,
  detail: object,
): Promise<void> {
  await trx
    .insertInto('quality_events')
    .values({ tenant, review: id, who, what, detail: JSON.stringify(detail) })
    .execute();
}
