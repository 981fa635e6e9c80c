import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { whyNot } from '@callscope/portal/recordings/why.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** For a player that could not play: what the store knows of it. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:listen');
  try {
    return json(await whyNot(deps(), scope, event.params.id));
  } catch (problem) {
    if (problem instanceof Problem) error(problem.status, problem.message);
    throw problem;
  }
};
