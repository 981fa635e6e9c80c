import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';

/** What is drawn for review every week. */
export const planForm = z.strictObject({
  name: z.string().trim().min(1).max(120),
  form: z.string().regex(/^\d{1,18}$/),
  query: z
    .string()
    .max(4_000)
    .default('')
    .describe("conditions on calls, as in the journal's address; no period: `direction=in&group=sales`"),
  per: z.enum(['employee', 'all']).describe('`calls` of each employee, or of all together'),
  calls: z.number().int().min(1).max(200).describe('a week'),
  minSeconds: z.number().int().min(0).max(36_000).describe('of talk'),
  reviewers: z.array(z.string().min(1).max(64)).max(50).default([]).describe('logins, in turn; none: everybody of quality control'),
  isBlind: z.boolean().default(false).describe('two review every call, each without seeing the other'),
  dueDays: z.number().int().min(1).max(60).default(7),
  isActive: z.boolean().default(true),
});
export type PlanForm = z.output<typeof planForm>;
export const MOST_PLANS = 50;

export interface Plan extends PlanForm {
  id: string;
  madeBy: string;
  /** the newest weeks that were drawn, by their Monday */
  weeks: { week: string; calls: number; unshared: number }[];
}
/** `form`: no such form in use; `many`: there are as many as may be; `unknown`: no such plan */
export type PlanFault = 'form' | 'many' | 'unknown';

const WEEKS_SHOWN = 8;

export function listPlans(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Plan[]> {
  return asTenant(db, tenant, async (trx) => {
    const rows = await trx
      .selectFrom('quality_plans')
      .selectAll()
      .where('tenant', '=', tenant)
      .orderBy(sql`lower(name)`)
      .orderBy('id')
      .execute();
    const weeks = await trx
      .selectFrom('quality_plan_weeks')
      .select(['plan', sql<string>`week::text`.as('week'), 'calls', 'unshared'])
      .where('tenant', '=', tenant)
      .orderBy('week', 'desc')
      .limit(MOST_PLANS * WEEKS_SHOWN)
      .execute();
    const of = Map.groupBy(weeks, ({ plan }) => plan);
    return rows.map((row) => ({
      ...planOf(row),
      weeks: (of.get(row.id) ?? []).slice(0, WEEKS_SHOWN).map(({ week, calls, unshared }) => ({ week, calls, unshared })),
    }));
  });
}

/** @param id null: a new one. @returns its id */
export function putPlan(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  id: string | null,
  form: PlanForm,
): Promise<string | PlanFault> {
  return asTenant(db, tenant, async (trx) => {
    const used = await trx
      .selectFrom('quality_forms')
      .select('id')
      .where('tenant', '=', tenant)
      .where('id', '=', form.form)
      // a plan whose form was archived can still be stopped
      .$if(form.isActive, (of) => of.where('archived_at', 'is', null))
      .executeTakeFirst();
    if (!used) return 'form';
    const { minSeconds: min_seconds, isBlind: is_blind, dueDays: due_days, isActive: is_active, ...rest } = form;
    const row = { ...rest, min_seconds, is_blind, due_days, is_active };
    if (id === null) {
      const { n } = await trx
        .selectFrom('quality_plans')
        .select((eb) => eb.fn.countAll<string>().as('n'))
        .where('tenant', '=', tenant)
        .executeTakeFirstOrThrow();
      if (Number(n) >= MOST_PLANS) return 'many';
      const made = await trx
        .insertInto('quality_plans')
        .values({ tenant, ...row, made_by: actor.who })
        .returning('id')
        .executeTakeFirstOrThrow();
      await noteAct(trx, tenant, { actor, act: 'quality.plan', subject: form.name, after: form });
      return made.id;
    }
    const was = await trx
      .selectFrom('quality_plans')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!was) return 'unknown';
    await trx.updateTable('quality_plans').set(row).where('tenant', '=', tenant).where('id', '=', id).execute();
    const { id: _, madeBy: __, ...before } = planOf(was);
    await noteAct(trx, tenant, { actor, act: 'quality.plan', subject: form.name, before, after: form });
    return id;
  });
}

/** Reviews that it made stay. @returns false: there is no such plan */
export function removePlan(db: Kysely<PostgresSchema>, { tenant }: TenantScope, actor: Actor, id: string): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const was = await trx.deleteFrom('quality_plans').where('tenant', '=', tenant).where('id', '=', id).returningAll().executeTakeFirst();
    if (!was) return false;
    const { id: _, madeBy: __, ...before } = planOf(was);
    await noteAct(trx, tenant, { actor, act: 'quality.plan', subject: was.name, before });
    return true;
  });
}

/** Plans in use, of all companies. */
export async function plansInUse(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<{ tenant: string; id: string }[]> {
  return asOperator(db, (trx) =>
    trx.selectFrom('quality_plans').select(['tenant', 'id']).where('is_active', '=', true).orderBy('tenant').execute(),
  );
}

interface Row {
  id: string;
  name: string;
  form: string;
  query: string;
  per: 'employee' | 'all';
  calls: number;
  min_seconds: number;
  reviewers: string[];
  is_blind: boolean;
  due_days: number;
  is_active: boolean;
  made_by: string;
}
export function planOf(row: Row): Omit<Plan, 'weeks'> {
  const { id, name, form, query, per, calls, reviewers } = row;
  return {
    ...{ id, name, form, query, per, calls, reviewers },
    ...{ minSeconds: row.min_seconds, isBlind: row.is_blind, dueDays: row.due_days, isActive: row.is_active, madeBy: row.made_by },
  };
}
