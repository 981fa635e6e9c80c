import { CALL_SOURCES, type CallLine, type CallRow, DIRECTIONS, HANGUP_SIDES } from '@callscope/core/domain/call.ts';
import { MISSED_KINDS, RESULTS } from '@callscope/core/domain/result.ts';
import type { SecurityRow } from '../assemble/block.ts';
import type { Table } from './block-writer.ts';
import type { RowSink } from './rowbinary.ts';

/** What a line of a list says of a call, in the order of `writeLine`: also what is kept beside everybody who took part (call-people.ts). */
export const LINE_COLUMNS = [
  'direction',
  'result',
  'missed_kind',
  'caller',
  'dialled',
  'number',
  'answered_by',
  'employee',
  'group_id',
  'ringing_at',
  'answered_at',
  'ended_at',
  'sip_code',
  'hangup_by',
  'record_rule',
  'trunk',
] as const;

/** Column order here is the order of writing below. Enum8 values are positions in the domain's lists, from 1. */
export const CALLS: Table = {
  name: 'calls',
  columns: [
    'tenant',
    'started_at',
    'id',
    ...LINE_COLUMNS,
    'call_ids',
    'dialled_raw',
    'from_host',
    'dialled_host',
    'edge_tenant',
    'source',
    'leg_target',
    'leg_employee',
    'leg_started_at',
    'leg_result',
    'leg_sip_code',
    'leg_rang',
    'revision',
    'written_at',
  ],
};

export const CALL_IDS: Table = { name: 'call_ids', columns: ['call_id', 'tenant', 'id', 'started_at'] };
/** A view fills it with what calls are inserted with (sql/clickhouse/0008_numbers.sql). */
export const KNOWN_NUMBERS: Table = { name: 'known_numbers', columns: ['tenant', 'party', 'written_at'] };
export const CALL_REVISIONS: Table = { name: 'call_revisions', columns: ['tenant', 'id', 'revision', 'at', 'why', 'changes'] };
export const SECURITY_EVENTS: Table = {
  name: 'security_events',
  columns: ['at', 'tenant', 'what', 'call_id', 'user', 'domain', 'source', 'written_at'],
};

const position = <T extends string>(list: readonly T[]) => {
  const at = new Map<string, number>(list.map((word, i) => [word, i + 1]));
  return (word: T | '') => at.get(word) ?? 0;
};
const direction = position(DIRECTIONS);
const result = position(RESULTS);
const missedKind = position(MISSED_KINDS);
const hangupBy = position(HANGUP_SIDES);
const source = position(CALL_SOURCES);

export function writeLine(s: RowSink, c: CallLine): void {
  s.i8(direction(c.direction));
  s.i8(result(c.result));
  s.i8(missedKind(c.missedKind));
  s.str(c.from);
  s.str(c.dialled);
  s.str(c.number);
  s.str(c.answeredBy);
  s.str(c.employee);
  s.str(c.group);
  s.u64(c.ringingAt);
  s.u64(c.answeredAt);
  s.u64(c.endedAt);
  s.u16(c.sipCode);
  s.i8(hangupBy(c.hangupBy));
  s.str(c.recordRule);
  s.str(c.trunk);
}

/** @param writtenAt ms since the epoch: the block's stream time, so that the same block has the same bytes */
export function writeCall(s: RowSink, c: CallRow, writtenAt: number): void {
  const text = (v: string) => s.str(v);
  s.str(c.tenant);
  s.u64(c.startedAt);
  s.str(c.id);
  writeLine(s, c);
  s.array(c.callIds, text);
  s.str(c.dialledRaw);
  s.str(c.fromHost);
  s.str(c.dialledHost);
  s.str(c.edgeTenant);
  s.i8(source(c.source));
  s.array(c.legs, (l) => s.str(l.target));
  s.array(c.legs, (l) => s.str(l.employee));
  s.array(c.legs, (l) => s.u64(l.startedAt));
  s.array(c.legs, (l) => s.i8(result(l.result)));
  s.array(c.legs, (l) => s.u16(l.sipCode));
  s.array(c.legs, (l) => s.u8(l.rang ? 1 : 0));
  s.u32(c.revision);
  s.u64(writtenAt);
  s.endRow();
}

/** @param callIds of the call's Call-IDs those that are to lead to it */
export function writeCallIds(s: RowSink, c: CallRow, callIds: readonly string[] = c.callIds): void {
  for (const callId of callIds) {
    s.str(callId);
    s.str(c.tenant);
    s.str(c.id);
    s.u64(c.startedAt);
    s.endRow();
  }
}

/** Whose parts find the call. */
export function writeKnownNumbers(s: RowSink, c: CallRow, writtenAt: number): void {
  for (const party of new Set([c.from, c.dialled, c.answeredBy])) {
    s.str(c.tenant);
    s.str(party);
    s.u32(Math.floor(writtenAt / 1_000));
    s.endRow();
  }
}

export function writeRevision(s: RowSink, c: CallRow, why: string, changes: string, at: number): void {
  s.str(c.tenant);
  s.str(c.id);
  s.u32(c.revision);
  s.u64(at);
  s.str(why);
  s.str(changes);
  s.endRow();
}

export function writeSecurityEvent(s: RowSink, e: SecurityRow, writtenAt: number): void {
  s.u64(e.at);
  s.str(e.tenant);
  s.str(e.what);
  s.str(e.callId);
  s.str(e.user);
  s.str(e.domain);
  s.str(e.source);
  s.u64(writtenAt);
  s.endRow();
}
