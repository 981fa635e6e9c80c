import { FilterError, filterFromQuery, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { drawableCalls } from '@callscope/analytics/run/sample.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { drawPlan } from '@callscope/modules/quality/draw.ts';
import type { Deps } from '../deps.ts';

/** What these words mean changes with the settings, which the job that draws does not read, or with what is transcribed; and a week is its own period. */
export const NOT_IN_PLANS = ['from', 'to', 'hours', 'channel', 'project', 'going', 'said'] as const;

/** A plan's conditions as they are kept. @throws FilterError */
export function planQuery(text: string): string {
  const filter = filterFromQuery(new URLSearchParams(text));
  const wrong = NOT_IN_PLANS.filter((name) => filter[name] !== undefined);
  if (wrong.length > 0) throw new FilterError(wrong.map((field) => ({ field, message: 'is no condition of a plan' })));
  return filterToQuery(filter);
}

/** Draws a week of a plan now. @param week its Monday */
export function drawNow(
  { db, store, clock }: Pick<Deps, 'db' | 'store' | 'clock'>,
  scope: TenantScope,
  { timezone: zone, country, rules, target }: RuledTenant,
  plan: string,
  week: string,
): Promise<{ calls: number; unshared: number } | null> {
  const company = { zone, country, rules, target };
  return drawPlan(
    db,
    scope,
    zone,
    plan,
    week,
    ({ query }, period) => drawableCalls(store, scope, filterFromQuery(new URLSearchParams(query)), company, period),
    new Date(clock.now()),
  );
}
