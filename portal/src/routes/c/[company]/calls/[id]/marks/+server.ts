import { json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { loadMarks, markedCall } from '#page/marks/load.ts';
import type { RequestHandler } from './$types';

/** What people said of a call. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  return json(await loadMarks(scope, requireSession(event).caller, await markedCall(scope, event.params.id)));
};
