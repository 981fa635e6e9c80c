import { companyOf, companyScope } from '#page/company.ts';
import { loadPhones } from '#page/phones/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = companyScope(event);
  return { phones: await loadPhones(scope, await companyOf(scope)) };
};
