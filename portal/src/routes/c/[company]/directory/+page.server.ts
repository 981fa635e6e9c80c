import { redirect } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  const { tenant } = requireRight(event, 'directory:read');
  redirect(307, `/c/${encodeURIComponent(tenant)}/directory/numbers`);
};
