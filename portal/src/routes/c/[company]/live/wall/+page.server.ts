import { requireRight } from '#page/company.ts';
import { loadWall } from '#page/wall/load.ts';
import { ownWall } from '#page/wall/own.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const wall = await loadWall(await ownWall(event, scope));
  return { wall, company: wall.company };
};
