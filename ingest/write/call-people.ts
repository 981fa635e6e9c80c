import type { CallRow } from '@callscope/core/domain/call.ts';
import type { Table } from './block-writer.ts';
import { direction, hangupBy, missedKind, result } from './call-rows.ts';
import type { RowSink } from './rowbinary.ts';

/** Who took part in a call, a row each. A view fills it with what calls are inserted with (sql/clickhouse/0010_call_people.sql). */
export const CALL_PEOPLE: Table = {
  name: 'call_people',
  columns: [
    'tenant',
    'person',
    'started_at',
    'id',
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
    'version',
    'gone',
    'written_on',
  ],
};

const DAY = 86_400_000;

/** Everybody who called or answered, or whom the call was offered to; a leg without an employee is nobody's. */
export function peopleOf(call: CallRow): string[] {
  return [...new Set([call.employee, ...call.legs.map((leg) => leg.employee)])].filter((person) => person !== '');
}

/**
 * The rows of these people of a revision of a call.
 * @param gone the revision stands no longer: what comes after it wins, what was before it does not
 * @param writtenAt ms since the epoch: the rows go no sooner than the call itself
 */
export function writePeople(s: RowSink, c: CallRow, people: readonly string[], gone: boolean, writtenAt: number): void {
  for (const person of people) {
    s.str(c.tenant);
    s.str(person);
    s.u64(c.startedAt);
    s.str(c.id);
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
    s.u64(c.revision * 2 + (gone ? 1 : 0));
    s.u8(gone ? 1 : 0);
    s.u16(Math.floor(writtenAt / DAY));
    s.endRow();
  }
}
