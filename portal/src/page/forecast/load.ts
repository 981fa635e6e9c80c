import type { ForecastAnswer } from '@callscope/analytics/forecast/forecast.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { companyForecast } from '@callscope/portal/forecast/company-forecast.ts';
import { answered, type Failure } from '../failure.ts';
import type { ForecastAddress } from './address.ts';

export interface ForecastData {
  address: ForecastAddress;
  /** of the server, so that the first HTML and the page agree */
  now: number;
  /** null: no answer */
  answer: ForecastAnswer | null;
  failure: Failure | null;
}

export async function loadForecast(scope: TenantScope, company: RuledTenant, address: ForecastAddress): Promise<ForecastData> {
  const { answer, failure } = await answered(companyForecast(deps(), scope, company, address.target));
  return { address, now: deps().clock.now(), answer, failure };
}
