import { findCall } from '@callscope/analytics/run/calls.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { askTranscript } from '@callscope/modules/transcripts/store.ts';
import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { readAlong } from '@callscope/portal/recordings/transcript.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:listen');
  const { caller } = requireSession(event);
  try {
    return json(await readAlong(deps(), scope, actorOf(caller), event.params.id));
  } catch (problem) {
    if (problem instanceof Problem) error(problem.status, problem.message);
    throw problem;
  }
};

/** Has it written down, or once more where that failed. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:write');
  const { caller } = requireSession(event);
  const { db, store } = deps();
  const call = await findCall(store, scope, event.params.id);
  if (!call) error(404, 'no such call');
  const waiting = await askTranscript(db, scope, actorOf(caller), call.id);
  if (waiting === null) error(409, 'no speech service is named for this company');
  return json({ waiting }, { status: 202 });
};
