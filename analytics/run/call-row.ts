import type { CallLine, CallRow, Direction, Leg } from '@callscope/core/domain/call.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';

/** What is read of each call of a list, and what is made of it. */
export interface Reading<C extends CallLine> {
  columns: string;
  /** whether they are also known by who took part: `call_people` has what there is without legs */
  byPeople: boolean;
  rowOf: (stored: StoredCall) => C;
}

const LINE_COLUMNS = `tenant, id, direction, result, missed_kind, caller, dialled, number, answered_by, employee, group_id,
  toUnixTimestamp64Micro(started_at) AS started_us, toUnixTimestamp64Micro(ringing_at) AS ringing_us, toUnixTimestamp64Micro(answered_at) AS answered_us,
  toUnixTimestamp64Micro(ended_at) AS ended_us, sip_code, hangup_by, record_rule, trunk`;

/** For lists that people look through: a rare call costs a block of the store in each column, and arrays are the dearest. */
export const LINE: Reading<CallLine> = { columns: LINE_COLUMNS, byPeople: true, rowOf: lineOf };
export const WHOLE: Reading<CallRow> = {
  columns: `${LINE_COLUMNS}, call_ids, dialled_raw, from_host, dialled_host, edge_tenant, source,
  leg_target, leg_employee, arrayMap(t -> toUnixTimestamp64Micro(t), leg_started_at) AS leg_started_us, leg_result, leg_sip_code, leg_rang, revision`,
  byPeople: false,
  rowOf,
};

export interface StoredCall {
  tenant: string;
  id: string;
  call_ids: string[];
  direction: Direction;
  result: CallResult;
  missed_kind: CallRow['missedKind'];
  caller: string;
  dialled: string;
  dialled_raw: string;
  number: string;
  answered_by: string;
  employee: string;
  group_id: string;
  started_us: string;
  ringing_us: string;
  answered_us: string;
  ended_us: string;
  sip_code: number;
  hangup_by: CallRow['hangupBy'];
  from_host: string;
  dialled_host: string;
  edge_tenant: string;
  record_rule: string;
  trunk: string;
  source: CallRow['source'];
  leg_target: string[];
  leg_employee: string[];
  leg_started_us: string[];
  leg_result: CallResult[];
  leg_sip_code: number[];
  leg_rang: number[];
  revision: number;
}

function rowOf(s: StoredCall): CallRow {
  const legs: Leg[] = s.leg_target.map((target, i) => ({
    target,
    employee: s.leg_employee[i] ?? '',
    startedAt: Number(s.leg_started_us[i] ?? 0),
    result: s.leg_result[i] ?? 'failed',
    sipCode: s.leg_sip_code[i] ?? 0,
    rang: s.leg_rang[i] === 1,
  }));
  return {
    ...lineOf(s),
    callIds: s.call_ids,
    dialledRaw: s.dialled_raw,
    fromHost: s.from_host,
    dialledHost: s.dialled_host,
    edgeTenant: s.edge_tenant,
    source: s.source,
    legs,
    revision: s.revision,
  };
}

function lineOf(s: StoredCall): CallLine {
  return {
    tenant: s.tenant,
    id: s.id,
    direction: s.direction,
    result: s.result,
    missedKind: s.missed_kind,
    from: s.caller,
    dialled: s.dialled,
    number: s.number,
    answeredBy: s.answered_by,
    employee: s.employee,
    group: s.group_id,
    startedAt: Number(s.started_us),
    ringingAt: Number(s.ringing_us),
    answeredAt: Number(s.answered_us),
    endedAt: Number(s.ended_us),
    sipCode: s.sip_code,
    hangupBy: s.hangup_by,
    recordRule: s.record_rule,
    trunk: s.trunk,
  };
}
