import { deps } from '@callscope/portal/deps.ts';
import { ladderOfCallId } from '@callscope/portal/signalling/ladders.ts';
import { error } from '@sveltejs/kit';
import { requireOperatorRight } from '#page/company.ts';
import { answered } from '#page/failure.ts';
import type { PageServerLoad } from './$types';

/** All that is there of a Call-ID, whether it became a call or not. */
export const load: PageServerLoad = async (event) => {
  const scope = requireOperatorRight(event, 'signalling:search');
  const { callId } = event.params;
  const { answer, failure } = await answered(ladderOfCallId(deps(), scope, callId));
  if (failure === null && answer === null) error(404, 'no message of this Call-ID');
  return { callId, found: answer, failure };
};
