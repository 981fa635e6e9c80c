import { json } from '@sveltejs/kit';
import { requireBoard, UNTOLD } from '#page/wall/followed.ts';
import { loadWall } from '#page/wall/load.ts';
import type { RequestHandler } from './$types';

/** What stands on the board but calls in progress, read again as calls end. */
export const GET: RequestHandler = async (event) =>
  json(await loadWall(await requireBoard(event), event.url.searchParams.get('known')), { headers: UNTOLD });
