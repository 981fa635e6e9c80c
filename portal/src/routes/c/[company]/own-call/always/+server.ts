import { subjects } from '@callscope/core/bus/streams.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { ownRecording, wishRecording } from '@callscope/modules/recordings/wishes.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, json } from '@sveltejs/kit';
import { requireRight, requireSession } from '#page/company.ts';
import { requireEmployee } from '#page/own-call.ts';
import type { RequestHandler } from './$types';

/** How one's own calls are recorded by themselves, and who decides it; null: the directory has no such employee. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:begin');
  const employee = requireEmployee(event, scope);
  const { db, clock } = deps();
  return json(await ownRecording(db, scope, employee, new Date(clock.now())));
};

/** `{always: true}`: from the next call on; 409 where the policy does not leave it to whoever talks. */
export const PUT: RequestHandler = async (event) => {
  const scope = requireRight(event, 'recordings:begin');
  const employee = requireEmployee(event, scope);
  const { always } = ((await event.request.json().catch(() => null)) ?? {}) as { always?: unknown };
  if (typeof always !== 'boolean') error(400, 'always: true or false');
  const { db, bus, clock } = deps();
  const now = new Date(clock.now());
  const isDone = await wishRecording(db, scope, actorOf(requireSession(event).caller), employee, always, now);
  if (isDone) bus.nc.publish(subjects.told(scope.tenant));
  return json(await ownRecording(db, scope, employee, now), { status: isDone ? 200 : 409 });
};
