import { companyOf, requireRight } from '#page/company.ts';
import { PHONES } from '#page/phones/choice.ts';
import { loadPhones } from '#page/phones/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  event.depends(PHONES);
  const scope = requireRight(event, 'calls:read');
  return { phones: await loadPhones(scope, await companyOf(scope)) };
};
