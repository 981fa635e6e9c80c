import { findCall } from '@callscope/analytics/run/calls.ts';
import { messagesOf } from '@callscope/analytics/run/raw.ts';
import { companiesOfCallId } from '@callscope/analytics/run/recorded.ts';
import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Described } from './capture/sides.ts';

const RECORDER = ownService('recorder');

/** The call that a recording is of, or why there is none yet: `unknown` not written yet, `unassigned` no company has it. */
export type Found = { call: CallRow; scope: TenantScope } | 'unknown' | 'unassigned' | 'mismatch';

/**
 * Finds the call of a Call-ID. The store says which company it belongs to; what the edge wrote beside the recording only
 * chooses between the two companies of a call that both took part in, and must be one of them.
 * @param claimed company in the metadata, '' when it names none
 */
export async function callOf(store: ClickHouseClient, callId: string, claimed: string): Promise<Found> {
  const companies = await companiesOfCallId(store, operatorScope(RECORDER) as OperatorScope, callId);
  if (companies.length === 0) return 'unknown';
  const owners = companies.filter((c) => c !== UNASSIGNED);
  if (owners.length === 0) return 'unassigned';
  const [tenant] = claimed === '' ? owners : owners.filter((c) => c === claimed);
  if (tenant === undefined) return 'mismatch';
  const scope = tenantScope(RECORDER, tenant, 'calls:read') as TenantScope;
  const call = await findCall(store, scope, callId);
  return call === null ? 'unknown' : { call, scope };
}

/** Descriptions of media in the packets of one dialog of a call. */
export async function describedIn(store: ClickHouseClient, scope: TenantScope, call: CallRow, callId: string): Promise<Described[]> {
  const out: Described[] = [];
  let callerTag = '';
  for (const { payload } of await messagesOf(store, scope, call)) {
    const [head = '', body = ''] = payload.toString('latin1').split('\r\n\r\n', 2);
    if (headerOf(head, 'Call-ID', 'i') !== callId || !/\sINVITE$/.test(headerOf(head, 'CSeq'))) continue;
    const tag = /;\s*tag=([^;\s]+)/.exec(headerOf(head, 'From', 'f'))?.[1] ?? '';
    callerTag ||= tag;
    if (!body.startsWith('v=0')) continue;
    // From names who asked in the answer too
    const isAnswer = head.startsWith('SIP/2.0');
    out.push({ from: (tag === callerTag) !== isAnswer ? 'caller' : 'callee', sdp: body });
  }
  return out;
}

function headerOf(head: string, name: string, short = ''): string {
  const names = short === '' ? name : `(?:${name}|${short})`;
  return new RegExp(`^${names}[ \\t]*:[ \\t]*(.*?)[ \\t]*\\r?$`, 'im').exec(head)?.[1] ?? '';
}
