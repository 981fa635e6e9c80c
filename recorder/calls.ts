import { conversationsOf } from '@callscope/analytics/run/calls.ts';
import { companiesOfCallId } from '@callscope/analytics/run/recorded.ts';
import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import type { ClickHouseClient } from '@clickhouse/client';

const RECORDER = ownService('recorder');

/** The call that a recording is of, or why there is none yet: `unknown` not written yet, `unassigned` no company has it. */
export type Found = { call: CallRow; scope: TenantScope } | 'unknown' | 'unassigned' | 'mismatch';

/**
 * Finds the call of a Call-ID. The store says which company it belongs to; what the edge wrote beside the recording only
 * chooses between the two companies of a call that both took part in, and must be one of them.
 * @param claimed company in the metadata, '' when it names none
 * @param at µs since the epoch, when something of it was recorded; 0 when not known. Of a Call-ID that was used again it says which use
 */
export async function callOf(store: ClickHouseClient, callId: string, claimed: string, at: number): Promise<Found> {
  const companies = await companiesOfCallId(store, operatorScope(RECORDER, 'companies:read') as OperatorScope, callId);
  if (companies.length === 0) return 'unknown';
  const owners = companies.filter((c) => c !== UNASSIGNED);
  if (owners.length === 0) return 'unassigned';
  const [tenant] = claimed === '' ? owners : owners.filter((c) => c === claimed);
  if (tenant === undefined) return 'mismatch';
  const scope = tenantScope(RECORDER, tenant, 'calls:read') as TenantScope;
  const call = nearest(await conversationsOf(store, scope, callId), at);
  return call === null ? 'unknown' : { call, scope };
}

/** The clocks of relay and edge may differ by so much. */
const CLOCKS_US = 600 * 1e6;

/**
 * The call that was going on at a moment, or was nearest to it. Null: none yet; what was recorded long after a call's end is
 * of another that is not written yet.
 */
export function nearest<Call extends Pick<CallRow, 'startedAt' | 'endedAt'>>(calls: readonly Call[], at: number): Call | null {
  const [first = null] = calls;
  if (first === null || at === 0) return first;
  const distance = ({ startedAt, endedAt }: Call) => Math.max(0, startedAt - at, at - endedAt);
  const best = calls.reduce((a, b) => (distance(b) < distance(a) ? b : a), first);
  return at - best.endedAt > CLOCKS_US ? null : best;
}
