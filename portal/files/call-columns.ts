import type { CallField, CallValues } from '@callscope/analytics/run/call-stream.ts';
import { callTimes } from '@callscope/core/domain/call.ts';
import { recordingOf } from '@callscope/modules/recordings/rules.ts';
import type { Words } from '../src/words/words.ts';
import type { CallColumn, CellOf, PlaceOf } from './call-sheet.ts';
import type { CellKind } from './sheet.ts';

type Read = (place: PlaceOf) => CellOf;

type Of<Value> = (values: CallValues, call: number) => Value;

/** What a field of text says of a call; '' = no data. */
export function textAt(place: PlaceOf, field: Exclude<CallField, NumberField>): Of<string> {
  const at = place(field);
  return (values, call) => (values[at] as ArrayLike<string>)[call] as string;
}

type NumberField = 'startedAt' | 'ringingAt' | 'answeredAt' | 'endedAt' | 'sipCode';
/** The same of a number; 0 = no data. */
export function numberAt(place: PlaceOf, field: NumberField): Of<number> {
  const at = place(field);
  return (values, call) => (values[at] as ArrayLike<number>)[call] as number;
}

/** As the store has it. */
export const textOf =
  (field: Parameters<typeof textAt>[1]): Read =>
  (place) => {
    const text = textAt(place, field);
    return (values, call) => text(values, call) || null;
  };

/** What an id or word of the store is called. */
export const namedBy =
  (field: Parameters<typeof textAt>[1], nameOf: (value: string) => string): Read =>
  (place) => {
    const text = textAt(place, field);
    return (values, call) => {
      const value = text(values, call);
      return value === '' ? null : nameOf(value);
    };
  };

/** Cut, not rounded: a call is found from its own start on. */
export const instantOf =
  (field: NumberField): Read =>
  (place) => {
    const micros = numberAt(place, field);
    return (values, call) => Math.floor(micros(values, call) / 1_000) || null;
  };

export const codeOf: Read = (place) => {
  const code = numberAt(place, 'sipCode');
  return (values, call) => code(values, call) || null;
};

export function timesOf(place: PlaceOf): Of<ReturnType<typeof callTimes>> {
  const [started, ringing] = [numberAt(place, 'startedAt'), numberAt(place, 'ringingAt')];
  const [answered, ended] = [numberAt(place, 'answeredAt'), numberAt(place, 'endedAt')];
  return (values, call) =>
    callTimes({
      ...{ startedAt: started(values, call), ringingAt: ringing(values, call) },
      ...{ answeredAt: answered(values, call), endedAt: ended(values, call) },
    });
}

export const secondsOf =
  (which: keyof ReturnType<typeof callTimes>): Read =>
  (place) => {
    const times = timesOf(place);
    return (values, call) => times(values, call)[which];
  };

/** How the recording stands, as `said`. @param now ms since the epoch */
export const recordingCell =
  (now: number, said: (recording: ReturnType<typeof recordingOf>) => string): Read =>
  (place) => {
    const [id, recordRule] = [textAt(place, 'id'), textAt(place, 'recordRule')];
    const [started, answered, ended] = [numberAt(place, 'startedAt'), numberAt(place, 'answeredAt'), numberAt(place, 'endedAt')];
    return (values, call, { segments }) =>
      said(
        recordingOf(
          {
            ...{ startedAt: started(values, call), answeredAt: answered(values, call) },
            ...{ endedAt: ended(values, call), recordRule: recordRule(values, call) },
          },
          segments.get(id(values, call)) ?? [],
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
