import { redirect } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { loadNames } from '#page/directory.ts';
import { pageHref } from '#page/links.ts';
import { choiceFromQuery, choiceToQuery } from '#page/live/lines.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const params = event.url.searchParams;
  // where the wall was before it had an address of its own: screens have it as a bookmark
  if (params.get('wall') === '1')
    redirect(308, pageHref(event.params.company, '/live/wall', choiceToQuery({ ...choiceFromQuery(params), text: '' })));
  return { names: await loadNames(scope, await companyOf(scope)) };
};
