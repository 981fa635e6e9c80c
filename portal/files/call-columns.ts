import type { CallField } from '@callscope/analytics/run/call-stream.ts';
import { callTimes } from '@callscope/core/domain/call.ts';
import { recordingOf } from '@callscope/modules/recordings/rules.ts';
import type { Words } from '../src/words/words.ts';
import type { CallColumn, CellOf, PlaceOf } from './call-sheet.ts';
import type { CellKind } from './sheet.ts';

type Read = (place: PlaceOf) => CellOf;

/** As the store has it; '' = no data. */
export const textOf =
  (field: CallField): Read =>
  (place) => {
    const at = place(field);
    return (row) => row[at] || null;
  };

/** What an id or word of the store is called; '' = no data. */
export const namedBy =
  (field: CallField, nameOf: (value: string) => string): Read =>
  (place) => {
    const at = place(field);
    return (row) => (row[at] === '' ? null : nameOf(row[at] as string));
  };

/** Cut, not rounded: a call is found from its own start on. */
export const instantOf =
  (field: CallField): Read =>
  (place) => {
    const at = place(field);
    return (row) => (row[at] ? Math.floor((row[at] as number) / 1_000) : null);
  };

export const codeOf: Read = (place) => {
  const at = place('sipCode');
  return (row) => row[at] || null;
};

export const timesOf = (place: PlaceOf): ((row: readonly (string | number)[]) => ReturnType<typeof callTimes>) => {
  const [started, ringing, answered, ended] = (['startedAt', 'ringingAt', 'answeredAt', 'endedAt'] as const).map(place) as [
    number,
    number,
    number,
    number,
  ];
  return (row) =>
    callTimes({
      ...{ startedAt: row[started] as number, ringingAt: row[ringing] as number },
      ...{ answeredAt: row[answered] as number, endedAt: row[ended] as number },
    });
};

export const secondsOf =
  (which: keyof ReturnType<typeof callTimes>): Read =>
  (place) => {
    const times = timesOf(place);
    return (row) => times(row)[which];
  };

/** How the recording stands, as `said`. @param now ms since the epoch */
export const recordingCell =
  (now: number, said: (recording: ReturnType<typeof recordingOf>) => string): Read =>
  (place) => {
    const [id, startedAt, answeredAt, endedAt, rule] = (['id', 'startedAt', 'answeredAt', 'endedAt', 'recordRule'] as const).map(place) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return (row, { segments }) =>
      said(
        recordingOf(
          {
            ...{ startedAt: row[startedAt] as number, answeredAt: row[answeredAt] as number },
            ...{ endedAt: row[endedAt] as number, recordRule: row[rule] as string },
          },
          segments.get(row[id] as string) ?? [],
          now,
        ),
      );
  };

/** What programs get: each field of the contract's Call that is one value, in its words. @param names of employees, by id */
export function callColumnsOfRest(words: Words, names: ReadonlyMap<string, string>, now: number): CallColumn[] {
  const heads = words.files.ofCall;
  const column = (id: keyof typeof heads, kind: CellKind, cell: Read): CallColumn => ({ id, head: heads[id], kind, cell });
  return [
    column('id', 'text', textOf('id')),
    ...(['direction', 'result', 'missedKind'] as const).map((field) => column(field, 'text', textOf(field))),
    ...(['from', 'dialled', 'number', 'answeredBy'] as const).map((field) => column(field, 'phone', textOf(field))),
    column('employeeId', 'text', textOf('employee')),
    column(
      'employee',
      'text',
      namedBy('employee', (id) => names.get(id) ?? id),
    ),
    column('group', 'text', textOf('group')),
    ...(['startedAt', 'ringingAt', 'answeredAt', 'endedAt'] as const).map((field) => column(field, 'instant', instantOf(field))),
    ...(['ringSeconds', 'talkSeconds', 'durationSeconds'] as const).map((field) => column(field, 'duration', secondsOf(field))),
    column('sipCode', 'integer', codeOf),
    column('hangupBy', 'text', textOf('hangupBy')),
    {
      ...column(
        'recording',
        'text',
        recordingCell(now, ({ status }) => status),
      ),
      needs: 'segments',
    },
  ];
}
