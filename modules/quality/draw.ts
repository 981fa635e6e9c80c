import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { instantOf, startOfWeek, wallClock } from '@callscope/core/domain/zone.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { giveReview, reviewedCalls, reviewersIn } from './assign.ts';
import { type Plan, planOf } from './plans.ts';
import { type Candidate, drawn, shared } from './sampling.ts';

const DAY_MS = 86_400_000;
/** A week is drawn so long after its end, when recordings of its last calls are there. */
const AFTER_MS = 2 * 3_600_000;

/** The Monday of the newest week that is to be drawn by now. */
export function weekToDraw(zone: string, now: number): string {
  const monday = startOfWeek(zone, now - AFTER_MS, -1);
  return new Date(wallClock(zone, monday)).toISOString().slice(0, 10);
}

/** @param week its Monday, YYYY-MM-DD. @returns its instants, ms; null: it is none */
export function weekPeriod(zone: string, week: string): { from: number; to: number } | null {
  const wall = Date.parse(`${week}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(week) || Number.isNaN(wall) || new Date(wall).getUTCDay() !== 1) return null;
  return { from: instantOf(zone, wall), to: instantOf(zone, wall + 7 * DAY_MS) };
}

/** Answered calls of a period that fit a plan. */
export type CandidatesOf = (
  plan: Omit<Plan, 'weeks'>,
  period: { from: number; to: number; minSeconds: number; seed: string },
) => Promise<readonly Candidate[]>;

/** Draws a week of a plan, if it is to be drawn. @returns null: there was nothing to do */
export async function drawPlan(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  zone: string,
  id: string,
  week: string,
  candidatesOf: CandidatesOf,
  now: Date,
): Promise<{ calls: number; unshared: number } | null> {
  const [plan, period] = [await planToDraw(db, scope, id, week), weekPeriod(zone, week)];
  if (!plan || !period) return null;
  const candidates = await candidatesOf(plan, { ...period, minSeconds: plan.minSeconds, seed: seedOf(scope.tenant, id, week) });
  return drawWeek(db, scope, plan, week, candidates, now);
}

/** A plan that has not drawn this week yet; null: it has, or there is none. @param week its Monday, YYYY-MM-DD */
function planToDraw(db: Kysely<PostgresSchema>, { tenant }: TenantScope, id: string, week: string): Promise<Omit<Plan, 'weeks'> | null> {
  return asTenant(db, tenant, async (trx) => {
    const row = await trx.selectFrom('quality_plans').selectAll().where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst();
    if (!row) return null;
    const done = await trx
      .selectFrom('quality_plan_weeks')
      .select('calls')
      .where('tenant', '=', tenant)
      .where('plan', '=', id)
      .where('week', '=', week)
      .executeTakeFirst();
    return done ? null : planOf(row);
  });
}

/** What a plan's lots of a week are drawn with: the same again draws the same. */
function seedOf(tenant: string, plan: string, week: string): string {
  return `${tenant} ${plan} ${week}`;
}

/**
 * Draws a week of a plan, once: of the candidates those with a recording that nobody was given before. The week's line and its reviews
 * are one transaction, so that a job that dies before the end has done nothing, and two that draw at once make one week.
 * @param candidates answered calls of the week that fit the plan
 * @returns null: the week was drawn already, or the plan's form is not in use any more
 */
function drawWeek(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  plan: Omit<Plan, 'weeks'>,
  week: string,
  candidates: readonly Candidate[],
  now: Date,
): Promise<{ calls: number; unshared: number } | null> {
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('quality_draw'), hashtext(${tenant}))`.execute(trx);
    const form = await trx
      .selectFrom('quality_forms')
      .select('version')
      .where('tenant', '=', tenant)
      .where('id', '=', plan.form)
      .where('archived_at', 'is', null)
      .executeTakeFirst();
    if (!form) return null;
    const before = await trx
      .selectFrom('quality_plan_weeks')
      .select('week')
      .where('tenant', '=', tenant)
      .where('plan', '=', plan.id)
      .execute();
    const ids = candidates.map(({ id }) => id);
    const [heard, known] = [await heardCalls(trx, tenant, ids), await reviewedCalls(trx, tenant, ids)];
    const may = candidates.filter(({ id }) => heard.has(id) && !known.has(id));
    const calls = drawn(may, plan.calls, plan.per, seedOf(tenant, plan.id, week));
    const all = await reviewersIn(trx, tenant);
    const named = plan.reviewers.length > 0 ? all.filter(({ login }) => plan.reviewers.includes(login)) : all.filter((r) => r.isOfQuality);
    const each = plan.isBlind ? 2 : 1;
    const dueAt = new Date(now.getTime() + plan.dueDays * 86_400_000);
    let unshared = 0;
    for (const { call, logins } of shared(calls, named, each, before.length)) {
      if (logins.length < each) {
        unshared++;
        continue;
      }
      const pair = plan.isBlind ? crypto.randomUUID() : null;
      const of = {
        form: plan.form,
        version: form.version,
        source: 'plan',
        plan: plan.id,
        pair,
        session: null,
        isReference: false,
        dueAt,
      } as const;
      for (const reviewer of logins) await giveReview(trx, tenant, plan.name, call, { ...of, reviewer });
    }
    const made = await trx
      .insertInto('quality_plan_weeks')
      .values({ tenant, plan: plan.id, week, calls: calls.length - unshared, unshared })
      .onConflict((c) => c.doNothing())
      .returning(['calls', 'unshared'])
      .executeTakeFirst();
    // drawn by another meanwhile: nothing of this one stays
    if (!made) throw new AlreadyDrawn();
    return made;
  }).catch((error: unknown) => {
    if (error instanceof AlreadyDrawn) return null;
    throw error;
  });
}

class AlreadyDrawn extends Error {}

/** Of these calls those whose recording is there. */
async function heardCalls(trx: Transaction<PostgresSchema>, tenant: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ call_id: string }>`select distinct call_id from recordings
    where tenant = ${tenant} and status = 'ready' and call_id = any(${[...ids]}::text[])`.execute(trx);
  return new Set(rows.map((row) => row.call_id));
}
