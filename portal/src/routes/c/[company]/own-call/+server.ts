import { commandCall, type Order, PATIENCE_MS } from '@callscope/modules/edge/commands.ts';
import { LiveUnknown } from '@callscope/modules/edge/live-call.ts';
import { recordingStates } from '@callscope/modules/edge/recording-states.ts';
import { deps } from '@callscope/portal/deps.ts';
import { authorOf } from '@callscope/portal/directory/author.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { stopsOf } from '#page/live/stops.ts';
import { requireEmployee } from '#page/own-call.ts';
import { callsOfEmployee } from '#page/own-calls.ts';
import type { RequestHandler } from './$types';

/** How recordings of one's own calls in progress stand, by id of the call. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:begin');
  const employee = requireEmployee(event, scope);
  const { db, live, clock } = deps();
  const state = await live.now(scope);
  if (!state) error(503, 'nothing says which calls are in progress');
  const stops = stopsOf(requireSession(event).caller, scope.tenant);
  return json(await recordingStates(db, scope, callsOfEmployee(state.calls, employee), stops, new Date(clock.now())));
};

const ACTIONS = ['start', 'stop', 'mask', 'unmask', 'hangup'] as const;

/** Tells one's own call; answers `{}`, or `{why}` when it was not done. */
export const POST: RequestHandler = async (event) => {
  const told = (await event.request.json().catch(() => null)) as { id?: unknown; action?: unknown } | null;
  const what = ACTIONS.find((action) => action === told?.action);
  const scope = requireRight(event, 'recordings:begin');
  const employee = requireEmployee(event, scope);
  if (what === 'stop' || what === 'hangup') requireRight(event, 'calls:control');
  const { id } = told ?? {};
  if (typeof id !== 'string' || id.length > 300 || what === undefined) error(400, `id, and action: one of ${ACTIONS.join(', ')}`);
  const { db, bus, live, clock } = deps();
  const own = callsOfEmployee((await live.now(scope))?.calls ?? [], employee);
  if (!own.some((call) => call.id === id)) return json({ why: 'no_call' }, { status: 409 });
  const { caller } = requireSession(event);
  const on = { bus, db, now: () => new Date(clock.now()), findMs: PATIENCE_MS };
  const order: Order = what === 'stop' ? { what, ofRule: stopsOf(caller, scope.tenant) === 'all' } : { what };
  try {
    const outcome = await commandCall(on, scope, authorOf(caller), id, order);
    return outcome.ok ? json({}) : json({ why: outcome.why }, { status: 409 });
  } catch (problem) {
    if (problem instanceof LiveUnknown) error(503, problem.message);
    throw problem;
  }
};
