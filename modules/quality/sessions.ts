import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { giveReview, type ReviewedCall } from './assign.ts';
import { type FormBody, formBodySchema } from './forms.ts';
import { type Review, reviewOf } from './review.ts';
import type { Viewer } from './viewer.ts';

/** As the page sends it; logins one a line. */
export const calibrationForm = z
  .object({
    name: z.string().trim().min(1).max(120),
    call: z.string().trim().max(600),
    form: z.string(),
    reviewers: z.string().transform((text) => [...new Set(text.split('\n').filter((login) => login !== ''))]),
    reference: z.string().max(120),
    dueDays: z.coerce.number().int().min(1).max(60),
  })
  .refine(({ reviewers }) => reviewers.length >= 2 && reviewers.length <= 20, { path: ['reviewers'] })
  .refine(({ reviewers, reference }) => reviewers.includes(reference), { path: ['reference'] });

/** Several people judge one call; what they said is shown to all when it is closed. */
export interface Session {
  id: string;
  name: string;
  callId: string;
  form: string;
  version: number;
  madeBy: string;
  createdAt: number;
  closedBy: string | null;
  closedAt: number | null;
  /** how many were asked, and have handed in */
  asked: number;
  done: number;
}
/** `form`: no such form in use; `reviewer`: the call is one's own; `unknown`, `closed`; `reference`: the reference is not in yet */
export type SessionFault = 'form' | 'reviewer' | 'unknown' | 'closed' | 'reference';

/** @param reference one of the reviewers: the others are held against theirs */
export function openSession(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  call: ReviewedCall,
  given: {
    name: string;
    form: string;
    reviewers: readonly { name: string; employee: string | null }[];
    reference: string;
    dueAt: Date | null;
  },
): Promise<string | SessionFault> {
  const { name, form, reviewers, reference, dueAt } = given;
  return asTenant(db, tenant, async (trx) => {
    const found = await trx
      .selectFrom('quality_forms')
      .select('version')
      .where('tenant', '=', tenant)
      .where('id', '=', form)
      .where('archived_at', 'is', null)
      .executeTakeFirst();
    if (!found) return 'form';
    if (reviewers.some(({ employee }) => employee !== null && employee === call.employee)) return 'reviewer';
    const { version } = found;
    const { id } = await trx
      .insertInto('quality_sessions')
      .values({ tenant, name, call_id: call.id, form, version, made_by: actor.who })
      .returning('id')
      .executeTakeFirstOrThrow();
    for (const reviewer of reviewers) {
      const of = { form, version, source: 'calibration', plan: null, pair: null, session: id, dueAt } as const;
      await giveReview(trx, tenant, actor.who, call, { ...of, reviewer: reviewer.name, isReference: reviewer.name === reference });
    }
    const after = { call: call.id, reviewers: reviewers.map((r) => r.name), reference };
    await noteAct(trx, tenant, { actor, act: 'quality.calibration', subject: name, after });
    return id;
  });
}

/** What was said is shown from now on; whoever was late is not asked any more. */
export function closeSession(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  id: string,
  now: Date,
): Promise<SessionFault | null> {
  return asTenant(db, tenant, async (trx) => {
    const row = await trx
      .selectFrom('quality_sessions')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return 'unknown';
    if (row.closed_at !== null) return 'closed';
    const reviews = await trx
      .selectFrom('quality_reviews')
      .select(['id', 'is_reference', 'submitted_at'])
      .where('tenant', '=', tenant)
      .where('session', '=', id)
      .forUpdate()
      .execute();
    if (!reviews.some((review) => review.is_reference && review.submitted_at !== null)) return 'reference';
    await trx
      .deleteFrom('quality_reviews')
      .where('tenant', '=', tenant)
      .where('session', '=', id)
      .where('submitted_at', 'is', null)
      .execute();
    await trx
      .updateTable('quality_reviews')
      .set({ is_shown: true, shown_at: now })
      .where('tenant', '=', tenant)
      .where('session', '=', id)
      .execute();
    await trx
      .updateTable('quality_sessions')
      .set({ closed_at: now, closed_by: actor.who })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute();
    await noteAct(trx, tenant, { actor, act: 'quality.calibration', subject: row.name, after: { closed: true } });
    return null;
  });
}

/** Those that a viewer manages or takes part in, the newest first. */
export function listSessions(db: Kysely<PostgresSchema>, { tenant }: TenantScope, viewer: Viewer): Promise<Session[]> {
  return asTenant(db, tenant, async (trx) => {
    const rows = await trx
      .selectFrom('quality_sessions as s')
      .leftJoin('quality_reviews as r', (j) => j.onRef('r.tenant', '=', 's.tenant').onRef('r.session', '=', 's.id'))
      .selectAll('s')
      .select((eb) => [
        eb.fn.count<string>('r.id').as('asked'),
        eb.fn.count<string>('r.submitted_at').as('done'),
        eb.fn.count<string>('r.id').filterWhere('r.reviewer', '=', viewer.name).as('own'),
      ])
      .where('s.tenant', '=', tenant)
      .groupBy(['s.tenant', 's.id'])
      .orderBy('s.id', 'desc')
      .limit(100)
      .execute();
    return rows
      .filter((row) => viewer.mayManage || Number(row.own) > 0)
      .map((row) => ({
        ...{ id: row.id, name: row.name, callId: row.call_id, form: row.form, version: row.version, madeBy: row.made_by },
        ...{ createdAt: row.created_at.getTime(), closedBy: row.closed_by, closedAt: row.closed_at?.getTime() ?? null },
        ...{ asked: Number(row.asked), done: Number(row.done) },
      }));
  });
}

/** A session with its reviews, the reference first; marks of others are there when it is closed. */
export async function findSession(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  id: string,
): Promise<{ session: Session; form: FormBody; reviews: Review[] } | null> {
  const session = (await listSessions(db, scope, viewer)).find((one) => one.id === id);
  if (!session) return null;
  const { tenant } = scope;
  return asTenant(db, tenant, async (trx) => {
    const { body } = await trx
      .selectFrom('quality_form_versions')
      .select('body')
      .where('tenant', '=', tenant)
      .where('form', '=', session.form)
      .where('version', '=', session.version)
      .executeTakeFirstOrThrow();
    const rows = await trx
      .selectFrom('quality_reviews')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('session', '=', id)
      .orderBy('is_reference', 'desc')
      .orderBy('reviewer')
      .execute();
    return { session, form: formBodySchema.parse(body), reviews: rows.map((row) => reviewOf(row, viewer)) };
  });
}
