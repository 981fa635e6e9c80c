import { commandCall, PATIENCE_MS } from '@callscope/modules/edge/commands.ts';
import { LiveUnknown } from '@callscope/modules/edge/live-call.ts';
import { recordingStates } from '@callscope/modules/edge/recording-states.ts';
import { deps } from '@callscope/portal/deps.ts';
import { authorOf } from '@callscope/portal/directory/author.ts';
import { error, json } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { stopsOf } from '#page/live/stops.ts';
import type { RequestHandler } from './$types';

/** How recordings of calls in progress stand, by id of the call. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:begin');
  const { db, live, clock } = deps();
  const state = await live.now(scope);
  if (!state) error(503, 'nothing says which calls are in progress');
  const stops = stopsOf(requireSession(event).caller, scope.tenant);
  return json(await recordingStates(db, scope, state.calls, stops, new Date(clock.now())));
};

const ACTIONS = ['start', 'stop', 'mask', 'unmask'] as const;

/** Tells the edge; answers `{}`, or `{why}` when it was not done. */
export const POST: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:begin');
  const session = requireSession(event);
  await companyOf(scope);
  const told = (await event.request.json().catch(() => null)) as { id?: unknown; action?: unknown } | null;
  const what = ACTIONS.find((action) => action === told?.action);
  if (typeof told?.id !== 'string' || told.id.length > 300 || what === undefined)
    error(400, `id, and action: one of ${ACTIONS.join(', ')}`);
  if (what === 'stop') requireRight(event, 'calls:control');
  const { db, bus, clock } = deps();
  const on = { bus, db, now: () => new Date(clock.now()), findMs: PATIENCE_MS };
  const ofRule = stopsOf(session.caller, scope.tenant) === 'all';
  try {
    const outcome = await commandCall(on, scope, authorOf(session.caller), told.id, what === 'stop' ? { what, ofRule } : { what });
    return outcome.ok ? json({}) : json({ why: outcome.why }, { status: 409 });
  } catch (problem) {
    if (problem instanceof LiveUnknown) error(503, problem.message);
    throw problem;
  }
};
