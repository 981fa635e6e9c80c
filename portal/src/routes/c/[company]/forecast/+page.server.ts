import { companyOf, requireRight } from '#page/company.ts';
import { FORECAST, forecastFromQuery } from '#page/forecast/address.ts';
import { loadForecast } from '#page/forecast/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(FORECAST);
  return { forecast: await loadForecast(scope, await companyOf(scope), forecastFromQuery(event.url.searchParams)) };
};
