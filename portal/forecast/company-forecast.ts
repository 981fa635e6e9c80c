import type { ForecastAnswer } from '@callscope/analytics/forecast/forecast.ts';
import { type TargetForm, targetOf } from '@callscope/analytics/forecast/target.ts';
import { runForecast } from '@callscope/analytics/run/forecast.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { getSettings } from '@callscope/modules/directory/settings.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import type { Deps } from '../deps.ts';

/** Calls to be expected of a company, for page and REST. @throws QueryTooLarge, StoreUnavailable */
export async function companyForecast(
  { db, store, clock }: Pick<Deps, 'db' | 'store' | 'clock'>,
  scope: TenantScope,
  { timezone, country, rules }: RuledTenant,
  form: TargetForm,
): Promise<ForecastAnswer> {
  const { workingHours } = await getSettings(db, scope);
  const company = { zone: timezone, country, rules };
  return runForecast(store, scope, company, { schedule: workingHours, now: clock.now(), target: targetOf(form, rules) });
}
