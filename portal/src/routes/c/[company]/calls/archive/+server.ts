import { actorOf } from '@callscope/modules/audit/acts.ts';
import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { archiveResponse } from '@callscope/portal/recordings/archive.ts';
import { MOST_ARCHIVED } from '@callscope/portal/recordings/sending.ts';
import { error } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** Recordings of the calls that a form names, each as `call`: one archive. A form, so that the browser keeps it as a file while it comes. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:listen');
  const { caller } = requireSession(event);
  const form = await event.request.formData().catch(() => null);
  const ids = [
    ...new Set((form?.getAll('call') ?? []).filter((id): id is string => typeof id === 'string' && id !== '' && id.length <= 600)),
  ];
  if (ids.length === 0) error(400, 'no call is named');
  if (ids.length > MOST_ARCHIVED) error(413, `at most ${MOST_ARCHIVED} calls at a time`);
  try {
    return await archiveResponse(deps(), scope, actorOf(caller), ids);
  } catch (problem) {
    if (problem instanceof Problem) error(problem.status, problem.message);
    throw problem;
  }
};
