import { findCall } from '@callscope/analytics/run/calls.ts';
import { StoreUnavailable } from '@callscope/analytics/run/run.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight } from '#page/company.ts';
import { legsOf } from '#page/journal/legs.ts';
import type { RequestHandler } from './$types';

/** Whom a call was offered to, for the row that somebody unfolds. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'calls:read');
  try {
    const call = await findCall(deps().store, scope, event.params.id);
    if (!call) error(404, 'no such call');
    return json(legsOf(call));
  } catch (cause) {
    if (cause instanceof StoreUnavailable) error(503, cause.message);
    throw cause;
  }
};
