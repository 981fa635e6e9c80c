import { json } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import { loadWall } from '#page/wall/load.ts';
import { ownWall } from '#page/wall/own.ts';
import type { RequestHandler } from './$types';

/** What stands on the wall but calls in progress, read again as calls end. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const wall = await loadWall(await ownWall(event, scope), event.url.searchParams.get('known'));
  return json(wall, { headers: { 'cache-control': 'no-store' } });
};
