import { findCall } from '@callscope/analytics/run/calls.ts';
import { makeLink } from '@callscope/modules/recordings/links.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { hasAudio } from '@callscope/portal/recordings/audio.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import type { RequestHandler } from './$types';

const DAY_MS = 86_400_000;

/** A link to the whole recording that works for a day. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:listen');
  const session = requireSession(event);
  const { db, store, clock } = deps();
  const call = await findCall(store, scope, event.params.id);
  if (!call) error(404, 'no such call');
  if (!(await segmentsOf(db, scope, [call.id])).get(call.id)?.some(hasAudio)) error(404, 'this call has no audio');
  const expiresAt = new Date(clock.now() + DAY_MS);
  const { token } = await makeLink(db, scope, session.caller, { callId: call.id, segment: null, download: false, expiresAt });
  return json({ path: `/r/${token}`, expiresAt: expiresAt.getTime() }, { status: 201 });
};
