import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type FormBody, formBodySchema } from './forms.ts';
import { type Review, type ReviewEvent, reviewOf } from './review.ts';
import { seenBy, type Viewer } from './viewer.ts';

/** Which reviews; what is not named lets all through. A figure of a report names its reviews with these. */
export interface ReviewFilter {
  /** `open`: to be made; `done`: handed in */
  state?: 'open' | 'done' | 'appealed' | undefined;
  /** as reviews name theirs */
  reviewer?: string | undefined;
  employee?: string | undefined;
  group?: string | undefined;
  form?: string | undefined;
  /** of the call, ms: [from, to) */
  from?: number | undefined;
  to?: number | undefined;
  call?: string | undefined;
  /** failed a critical question */
  critical?: boolean | undefined;
  session?: string | undefined;
  /** drawn by this plan */
  plan?: string | undefined;
  /** counts in reports: shown, and no calibration */
  counted?: boolean | undefined;
  /** has a mark on this question */
  question?: string | undefined;
  /** was appealed against, then or now */
  disputed?: boolean | undefined;
  /** and marks changed */
  changed?: boolean | undefined;
  /** failed this critical question */
  failed?: string | undefined;
}
export const MOST_LISTED = 200;

/** What is due first, then the newest. @param offset of those before */
export function listReviews(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  filter: ReviewFilter,
  { limit = MOST_LISTED, offset = 0 }: { limit?: number; offset?: number } = {},
): Promise<{ reviews: Review[]; count: number }> {
  const { tenant } = scope;
  return asTenant(db, tenant, async (trx) => {
    const chosen = trx
      .selectFrom('quality_reviews')
      .where('tenant', '=', tenant)
      .where((eb) => seenBy(eb, scope, viewer))
      .where((eb) => {
        const { state, from, to } = filter;
        return eb.and([
          ...(state === 'open' ? [eb('submitted_at', 'is', null)] : []),
          ...(state === 'done' ? [eb('submitted_at', 'is not', null)] : []),
          ...(state === 'appealed' ? [eb('state', '=', 'appealed')] : []),
          ...(filter.reviewer === undefined ? [] : [eb('reviewer', '=', filter.reviewer)]),
          ...(filter.employee === undefined ? [] : [eb('employee', '=', filter.employee)]),
          ...(filter.group === undefined ? [] : [eb('group_id', '=', filter.group)]),
          ...(filter.form === undefined ? [] : [eb('form', '=', filter.form)]),
          ...(filter.call === undefined ? [] : [eb('call_id', '=', filter.call)]),
          ...(filter.session === undefined ? [] : [eb('session', '=', filter.session)]),
          ...(filter.plan === undefined ? [] : [eb('plan', '=', filter.plan)]),
          ...(from === undefined ? [] : [eb('started_at', '>=', new Date(from))]),
          ...(to === undefined ? [] : [eb('started_at', '<', new Date(to))]),
          ...(filter.critical ? [eb.and([eb('is_shown', '=', true), eb('is_critical', '=', true)])] : []),
          ...(filter.counted ? [eb.and([eb('is_shown', '=', true), eb('session', 'is', null)])] : []),
          ...(filter.disputed ? [eb('appeal', 'is not', null)] : []),
          ...(filter.changed ? [sql<boolean>`decision ->> 'isKept' = 'false'`] : []),
          ...(filter.failed === undefined ? [] : [sql<boolean>`is_shown and ${filter.failed} = any(failed)`]),
          ...(filter.question === undefined ? [] : [sql<boolean>`is_shown and shares ? ${filter.question}`]),
        ]);
      });
    const { count } = await chosen.select((eb) => eb.fn.countAll<string>().as('count')).executeTakeFirstOrThrow();
    const rows = await chosen
      .selectAll()
      .orderBy(sql`submitted_at is not null`)
      .orderBy(sql`case when submitted_at is null then due_at end`)
      .orderBy('submitted_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    return { reviews: rows.map((row) => reviewOf(row, viewer)), count: Number(count) };
  });
}

/** A review with the form that it is made with and what happened to it; null: there is none for this viewer. */
export function findReview(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  id: string,
): Promise<{ review: Review; form: FormBody; events: ReviewEvent[]; partners: Review[] } | null> {
  const { tenant } = scope;
  return asTenant(db, tenant, async (trx) => {
    const row = await trx
      .selectFrom('quality_reviews')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where((eb) => seenBy(eb, scope, viewer))
      .executeTakeFirst();
    if (!row) return null;
    const { body } = await trx
      .selectFrom('quality_form_versions')
      .select('body')
      .where('tenant', '=', tenant)
      .where('form', '=', row.form)
      .where('version', '=', row.version)
      .executeTakeFirstOrThrow();
    const review = reviewOf(row, viewer);
    const events = await trx
      .selectFrom('quality_events')
      .select(['at', 'who', 'what', 'detail'])
      .where('tenant', '=', tenant)
      .where('review', '=', id)
      .orderBy('id')
      .execute();
    const partners = row.pair
      ? await trx
          .selectFrom('quality_reviews')
          .selectAll()
          .where('tenant', '=', tenant)
          .where('pair', '=', row.pair)
          .where('id', '<>', id)
          .where('is_shown', '=', true)
          .where((eb) => seenBy(eb, scope, viewer))
          .execute()
      : [];
    return {
      review,
      form: formBodySchema.parse(body),
      events: events.map((e) => ({ at: e.at.getTime(), who: e.who, what: e.what, detail: e.detail as ReviewEvent['detail'] })),
      partners: partners.map((partner) => reviewOf(partner, viewer)),
    };
  });
}
