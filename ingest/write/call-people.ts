import type { CallRow } from '@callscope/core/domain/call.ts';
import type { Table } from './block-writer.ts';
import { LINE_COLUMNS, writeLine } from './call-rows.ts';
import type { RowSink } from './rowbinary.ts';

/** Who took part in a call, a row each. A view fills it with what calls are inserted with (sql/clickhouse/0010_call_people.sql). */
export const CALL_PEOPLE: Table = {
  name: 'call_people',
  columns: ['tenant', 'person', 'started_at', 'id', ...LINE_COLUMNS, 'version', 'gone', 'written_on'],
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
    writeLine(s, c);
    s.u64(c.revision * 2 + (gone ? 1 : 0));
    s.u8(gone ? 1 : 0);
    s.u16(Math.floor(writtenAt / DAY));
    s.endRow();
  }
}
