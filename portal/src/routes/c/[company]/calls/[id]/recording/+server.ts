import { actorOf } from '@callscope/modules/audit/acts.ts';
import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { recordingResponse } from '@callscope/portal/recordings/respond.ts';
import { error } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** Audio for the player, and as a file with ?download=1. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:listen');
  const session = requireSession(event);
  const download = event.url.searchParams.get('download') === '1';
  try {
    return await recordingResponse(deps(), scope, actorOf(session.caller), event.params.id, { download }, event.request);
  } catch (problem) {
    if (problem instanceof Problem) error(problem.status, problem.message);
    throw problem;
  }
};
