import { eventsOf, eventsOfCallIds, messagesOf, messagesOfCallIds, ofTwoCompanies } from '@callscope/analytics/run/raw.ts';
import { reportsOf, reportsOfCallIds } from '@callscope/analytics/run/rtcp.ts';
import { conversationOf } from '@callscope/analytics/run/signalling.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { trunkHosts } from '@callscope/modules/pbx/trunk-hosts.ts';
import { isSip, type Ladder, ladderOf } from '../calls/ladder.ts';
import { named } from '../calls/lanes.ts';
import type { Deps } from '../deps.ts';

/** The signalling of a call with the names that its company knows. null: no messages of it are there. */
export async function ladderOfCall(deps: Deps, scope: TenantScope, call: CallRow, directory: DirectoryBody): Promise<Ladder | null> {
  const [messages, events, told, shared, hosts] = await Promise.all([
    messagesOf(deps.store, scope, call),
    eventsOf(deps.store, scope, call),
    reportsOf(deps.store, scope, call.callIds),
    ofTwoCompanies(deps.store, scope, call.callIds),
    trunkHosts(deps.db, scope),
  ]);
  // of a call between two companies neither is told of the other's phones
  const reports = shared.size > 0 ? [] : [...told.values()].flat();
  if (!messages.some(isSip)) return null;
  const ladder = ladderOf({ messages, events, reports }, Math.min(call.startedAt, messages[0]?.at ?? call.startedAt));
  return { ...ladder, lanes: named(ladder.lanes, { users: usersOf(directory), hosts }) };
}

/** A ladder of no company's page, and when it began, µs. */
export interface FoundLadder {
  ladder: Ladder;
  beganAt: number;
}

/** All that is there of a Call-ID and of the conversation that it became part of, whether there was a call or not. null: nothing. */
export async function ladderOfCallId(deps: Deps, scope: OperatorScope, callId: string): Promise<FoundLadder | null> {
  const callIds = await conversationOf(deps.store, scope, callId);
  const [messages, events, reports, hosts] = await Promise.all([
    messagesOfCallIds(deps.store, scope, callIds),
    eventsOfCallIds(deps.store, scope, callIds),
    reportsOfCallIds(deps.store, scope, callIds),
    trunkHosts(deps.db, null),
  ]);
  const beganAt = messages.find(isSip)?.at;
  if (beganAt === undefined) return null;
  const ladder = ladderOf({ messages, events, reports }, beganAt);
  return { ladder: { ...ladder, lanes: named(ladder.lanes, { users: new Map(), hosts }) }, beganAt };
}

/** Names of people and phones by what they are called in SIP; whose phone it is says more than what is noted of it. */
function usersOf({ employees, accounts, numbers }: DirectoryBody): Map<string, string> {
  const users = new Map<string, string>();
  for (const { number, label } of numbers) if (label) users.set(number.replace(/\D/g, ''), label);
  for (const { user, comment } of accounts) if (comment !== '') users.set(user, comment);
  for (const { name, extensions } of employees) for (const extension of extensions) users.set(extension, name);
  for (const { user, extensions } of accounts)
    for (const extension of extensions) users.set(user, users.get(extension) ?? users.get(user) ?? extension);
  return users;
}
