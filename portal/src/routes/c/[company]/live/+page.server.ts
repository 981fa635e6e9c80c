import { companyOf, requireRight } from '#page/company.ts';
import { LIVE } from '#page/live/board.ts';
import { choiceFromQuery } from '#page/live/lines.ts';
import { loadLive } from '#page/live/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(LIVE);
  const params = event.url.searchParams;
  const isWall = params.get('wall') === '1';
  const company = await companyOf(scope);
  // the page chooses groups by itself; only the wall asks the store about them
  const groups = isWall ? choiceFromQuery(params).groups : null;
  return { live: await loadLive(scope, company, groups), isBare: isWall };
};
