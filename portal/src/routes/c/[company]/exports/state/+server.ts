import { listExports } from '@callscope/modules/exports/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { lineOf } from '#page/exports/line.ts';
import type { RequestHandler } from './$types';

/** How far the person's files are: asked while they wait for one, wherever they are in the portal. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  return json((await listExports(deps().db, scope, requireSession(event).caller)).map(lineOf));
};
