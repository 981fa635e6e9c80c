import { randomUUID } from 'node:crypto';
import type { EdgeCommand, EdgeReason } from '@callscope/core/bus/edge-commands.ts';
import type { LiveCall } from '@callscope/core/bus/live.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { Kysely } from 'kysely';
import type { Author } from '../directory/history.ts';
import { policyInCalls } from '../recordings/policy-store.ts';
import type { PostgresSchema } from '../schema.ts';
import { askEdge, askEveryEdge, NoEdge } from './ask.ts';
import { type EarlierCommand, noteCommand, noteOutcome, recordingCommands } from './audit.ts';
import { liveCallOf } from './live-call.ts';
import { isMasked, isResumed, segmentOf } from './rules.ts';

/** Every edge has answered by then. */
export const FIND_MS = 5_000;
/** Whoever presses a button looks at it no longer than this. */
export const PATIENCE_MS = 2_000;

/** What is told to a call. */
export type Order =
  | { what: 'start' | 'mask' | 'unmask' | 'hangup' | 'hold' | 'unhold' }
  /** ofRule: also what is recorded by the rule of the company, which whoever talks does not end */
  | { what: 'stop'; ofRule: boolean }
  /** leg: whose phone makes the new call; by default the outside party's */
  | { what: 'transfer'; to: string; domain: string; leg?: 'caller' | 'callee' | undefined }
  | { what: 'announce'; name: string };

/**
 * no_call: the company has no such call in progress · no_edge: no edge that is there has it · no_extension: the company has no
 * account with this number · forced: the rule of the company records it · other_request: the name of the request is taken by another one · not_known_yet: the first
 * request of this name has not ended
 */
export type Refusal =
  | EdgeReason
  | 'no_call'
  | 'no_edge'
  | 'not_answered'
  | 'masked'
  | 'not_masked'
  | 'not_recorded'
  | 'forced'
  | 'no_extension'
  | 'other_request'
  | 'not_known_yet';
export type Done = { ok: true; id: string; node: string; milliseconds?: number | undefined; callId?: string | undefined };
export type Outcome = Done | { ok: false; id: string; why: Refusal; said: string };

export interface Commanding {
  bus: Bus;
  db: Kysely<PostgresSchema>;
  now(): Date;
  /** waits so long until an edge says that the call is its own */
  findMs?: number;
}

/**
 * Tells the edge that has the call what to do, and waits for what comes of it. Only calls in progress that the right reaches
 * can be told anything; each command stands in the audit before it leaves.
 * @throws LiveUnknown when nothing says which calls are in progress
 */
export async function commandCall(on: Commanding, scope: TenantScope, author: Author, id: string, order: Order): Promise<Outcome> {
  const call = await liveCallOf(on.bus, scope, id);
  const callId = id.replace(/~\d+$/, '');
  const target = order.what === 'transfer' ? order.to : order.what === 'announce' ? order.name : '';
  return audited(on, scope, { author, command: order.what, callId, target }, async (commandId) => {
    if (!call) return { why: 'no_call', said: `the company has no call ${id} in progress` };
    const before = await recordingCommands(on.db, scope, callId);
    const refusal = mayNot(order, call, before);
    if (refusal) return refusal;
    const begins = order.what === 'start' || order.what === 'unmask';
    const { mayBegin, byItself, byRule } = (await policyInCalls(on.db, scope, on.now()))(call);
    if (begins && !mayBegin)
      return { why: 'not_recorded', said: 'the recording policy says that calls of this employee are never recorded' };
    if (order.what === 'stop' && !order.ofRule && byRule)
      return { why: 'forced', said: 'calls of this employee are recorded by the rule of the company' };
    const answers = await askEveryEdge(on.bus, { do: 'find', callId }, on.findMs ?? FIND_MS, ({ result }) => result.ok);
    const has = answers.find(({ result }) => result.ok);
    if (!has) return { why: 'no_edge', said: answers.length === 0 ? 'no edge answers' : `none of ${answers.length} edges has the call` };
    return askEdge(on.bus, has.node, commandId, commandOf(order, call, callId, scope.tenant, before, byItself));
  });
}

/** Takes an account's phones off: they register again by themselves, or not any more when the account is gone. */
export async function kickAccount(on: Commanding, scope: TenantScope, author: Author, account: string): Promise<Outcome> {
  return audited(on, scope, { author, command: 'kick', callId: '', target: account }, async () => {
    // registered at one of them, nobody knows which
    const answers = await askEveryEdge(on.bus, { do: 'kick', account }, FIND_MS, ({ result }) => result.ok);
    const [first] = answers.toSorted((a, b) => Number(b.result.ok) - Number(a.result.ok));
    return first ?? { why: 'no_edge', said: 'no edge answers' };
  });
}

export type Attempt = Awaited<ReturnType<typeof askEdge>> | { why: Refusal; said: string };

/** @param requestKey a request of this name is carried out once; asked again it has the first outcome */
export async function audited(
  on: Commanding,
  scope: TenantScope,
  line: { author: Author; command: string; callId: string; target: string },
  attempt: (id: string) => Promise<Attempt>,
  requestKey: string | null = null,
): Promise<Outcome> {
  const id = randomUUID();
  const earlier = await noteCommand(on.db, scope, { id, at: on.now(), ...line }, requestKey);
  if (earlier) return outcomeAgain(earlier, line);
  let result: Attempt;
  try {
    result = await attempt(id);
  } catch (error) {
    if (!(error instanceof NoEdge)) throw error;
    result = { why: 'no_edge', said: error.message };
  }
  const outcome = outcomeOf(id, result);
  const noted = outcome.ok
    ? { outcome: 'ok', said: '', ...(outcome.callId === undefined ? {} : { call_id: outcome.callId }) }
    : { outcome: outcome.why, said: outcome.said };
  await noteOutcome(on.db, scope, id, { node: 'node' in result ? result.node : '', ...noted }, on.now());
  // who looks at the call sees it at once
  if (line.callId !== '') on.bus.nc.publish(subjects.told(scope.tenant));
  return outcome;
}

function outcomeOf(id: string, result: Attempt): Outcome {
  if ('why' in result) return { ok: false, id, ...result };
  if (!result.result.ok) return { ok: false, id, why: result.result.why, said: result.result.detail };
  return { ok: true, id, node: result.node, milliseconds: result.result.milliseconds, callId: result.result.callId };
}

function outcomeAgain(earlier: EarlierCommand, line: { command: string; target: string }): Outcome {
  const { id, node, outcome, said, callId } = earlier;
  if (earlier.command !== line.command || earlier.target !== line.target)
    return { ok: false, id, why: 'other_request', said: 'another request had this Idempotency-Key' };
  if (outcome === null) return { ok: false, id, why: 'not_known_yet', said: 'the first request of this Idempotency-Key has not ended' };
  if (outcome === 'ok') return { ok: true, id, node, callId };
  return { ok: false, id, why: outcome as Refusal, said };
}

function mayNot(order: Order, call: LiveCall, before: readonly string[]): { why: Refusal; said: string } | null {
  const masked = isMasked(before);
  if (order.what === 'unmask' && !masked) return { why: 'not_masked', said: 'the recording of this call is not masked' };
  if ((order.what === 'start' || order.what === 'mask') && masked)
    return { why: 'masked', said: 'the recording of this call is masked: unmask it' };
  // the edge begins to record at the answer, whatever was told before: a card number would stay in the recording
  if (order.what !== 'hangup' && call.state !== 'talking') return { why: 'not_answered', said: 'nobody has answered this call yet' };
  return null;
}

function commandOf(
  order: Order,
  call: LiveCall,
  callId: string,
  tenant: string,
  before: readonly string[],
  byItself: boolean,
): EdgeCommand {
  switch (order.what) {
    case 'start':
    case 'unmask': {
      if (order.what === 'unmask' && !isResumed(before, byItself)) return { do: 'stop-recording', callId };
      const reason = order.what === 'start' ? 'demand' : 'unmask';
      return { do: 'record', callId, tenant, conversation: call.id, segment: segmentOf(before, byItself), reason };
    }
    case 'stop':
    case 'mask':
      return { do: 'stop-recording', callId };
    case 'transfer': {
      const outside = call.direction === 'in' ? 'caller' : 'callee';
      return { do: 'transfer', callId, leg: order.leg ?? outside, to: `sip:${order.to}@${order.domain}` };
    }
    case 'announce':
      return { do: 'announce', callId, tenant, name: order.name };
    default:
      return { do: order.what, callId };
  }
}
