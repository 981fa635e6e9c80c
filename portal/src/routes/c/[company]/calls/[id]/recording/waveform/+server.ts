import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { waveformOf } from '@callscope/portal/recordings/respond.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:listen');
  try {
    return json(await waveformOf(deps(), scope, event.params.id));
  } catch (problem) {
    if (problem instanceof Problem) error(problem.status, problem.message);
    throw problem;
  }
};
