import type { CallField, CallPart } from '@callscope/analytics/run/call-stream.ts';
import { callTimes } from '@callscope/core/domain/call.ts';
import { recordingOf } from '@callscope/modules/recordings/rules.ts';
import type { Words } from '../src/words/words.ts';
import type { Beside, CallColumn, CellsOf, PlaceOf } from './call-sheet.ts';
import type { CellKind, Cells, CellValue } from './sheet.ts';
import { onceOfWords } from './words-once.ts';

type Read = (place: PlaceOf) => CellsOf;

type NumberField = 'startedAt' | 'ringingAt' | 'answeredAt' | 'endedAt' | 'sipCode';
type TextField = Exclude<CallField, NumberField>;

/** What a field of text says of the calls of a part; '' = no data. */
export function textsAt(place: PlaceOf, field: TextField): (part: CallPart) => ArrayLike<string> {
  const at = place(field);
  return (part) => part.texts(at);
}

/** The same of numbers; 0 = no data. */
export function numbersAt(place: PlaceOf, field: NumberField): (part: CallPart) => ArrayLike<number> {
  const at = place(field);
  return (part) => part.numbers(at);
}

/** What has to be worked out call by call. @param cellOf of a part; its answer: of one of the part's calls */
export const byCall =
  (cellOf: (place: PlaceOf) => (part: CallPart, beside: Beside) => (call: number) => CellValue): Read =>
  (place) => {
    const ofPart = cellOf(place);
    return (part, beside) => {
      const ofCall = ofPart(part, beside);
      const values = new Array<CellValue>(part.calls);
      for (let call = 0; call < values.length; call++) values[call] = ofCall(call);
      return { as: 'values', values };
    };
  };

/** Fields whose values are few, as the store knows them to be. */
type WordField = Exclude<TextField, 'id' | 'from' | 'dialled' | 'answeredBy'>;

/** What an id or word of the store is called. */
export const namedBy = (field: WordField, nameOf: (value: string) => string): Read => stored(field, nameOf);

/** As the store has it. */
export const textOf = (field: TextField): Read => stored(field, (word) => word);

/** Words are named once each; texts are left as they lie. */
function stored(field: TextField, nameOf: (word: string) => string): Read {
  return (place) => {
    const at = place(field);
    const named = onceOfWords((words): readonly CellValue[] => words.map((word) => (word === '' ? null : nameOf(String(word)))));
    return ({ columns }) => {
      const cells = columns[at] as Cells;
      return cells.as === 'words' ? { ...cells, words: named(cells.words) } : cells;
    };
  };
}

/** Cut, not rounded: a call is found from its own start on. */
export const instantOf = (field: NumberField): Read => numeric(field, (micros) => Math.floor(micros / 1_000));

export const codeOf: Read = numeric('sipCode', (code) => code);

function numeric(field: NumberField, read: (stored: number) => number): Read {
  return (place) => {
    const numbers = numbersAt(place, field);
    return counted((part) => {
      const stored = numbers(part);
      return (call) => {
        const value = stored[call] as number;
        return value === 0 ? null : read(value);
      };
    });
  };
}

/** Numbers, in one place that is written over with each part; null = no data. */
function counted(ofPart: (part: CallPart) => (call: number) => number | null): CellsOf {
  let place = new Float64Array();
  return (part) => {
    if (place.length < part.calls) place = new Float64Array(part.calls);
    const values = place.subarray(0, part.calls);
    const ofCall = ofPart(part);
    for (let call = 0; call < values.length; call++) values[call] = ofCall(call) ?? Number.NaN;
    return { as: 'values', values };
  };
}

/** How long the calls of a part took, by call. */
export function timesOf(place: PlaceOf): (part: CallPart) => (call: number) => ReturnType<typeof callTimes> {
  const [starts, rings] = [numbersAt(place, 'startedAt'), numbersAt(place, 'ringingAt')];
  const [answers, ends] = [numbersAt(place, 'answeredAt'), numbersAt(place, 'endedAt')];
  return (part) => {
    const [started, ringing, answered, ended] = [starts(part), rings(part), answers(part), ends(part)];
    return (call) =>
      callTimes({
        ...{ startedAt: started[call] as number, ringingAt: ringing[call] as number },
        ...{ answeredAt: answered[call] as number, endedAt: ended[call] as number },
      });
  };
}

export const secondsOf =
  (which: keyof ReturnType<typeof callTimes>): Read =>
  (place) => {
    const times = timesOf(place);
    return counted((part) => {
      const ofCall = times(part);
      return (call) => ofCall(call)[which];
    });
  };

/** How the recording stands, as `said`. @param now ms since the epoch */
export const recordingCell = (now: number, said: (recording: ReturnType<typeof recordingOf>) => string): Read =>
  byCall((place) => {
    const [ids, recordRules] = [textsAt(place, 'id'), textsAt(place, 'recordRule')];
    const [starts, answers, ends] = [numbersAt(place, 'startedAt'), numbersAt(place, 'answeredAt'), numbersAt(place, 'endedAt')];
    return (part, { segments }) => {
      const [id, recordRule, started, answered, ended] = [ids(part), recordRules(part), starts(part), answers(part), ends(part)];
      return (call) =>
        said(
          recordingOf(
            {
              ...{ startedAt: started[call] as number, answeredAt: answered[call] as number },
              ...{ endedAt: ended[call] as number, recordRule: recordRule[call] as string },
            },
            segments.get(id[call] as string) ?? [],
            now,
          ),
        );
    };
  });

/** What a call cost, in roubles with VAT. */
export const costCell: Read = byCall((place) => {
  const ids = textsAt(place, 'id');
  return (part, { costs }) => {
    const id = ids(part);
    return (call) => {
      const cost = costs.get(id[call] as string);
      return cost === undefined ? null : cost.amount / 100;
    };
  };
});

/**
 * What programs get: each field of the contract's Call that is one value, in its words. @param names of employees, by id
 * @param seesCosts whoever asks may know what calls cost
 */
export function callColumnsOfRest(words: Words, names: ReadonlyMap<string, string>, now: number, seesCosts: boolean): CallColumn[] {
  const heads = words.files.ofCall;
  const column = (id: keyof typeof heads, kind: CellKind, cells: Read): CallColumn => ({ id, head: heads[id], kind, cells });
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
    column('trunk', 'text', textOf('trunk')),
    {
      ...column(
        'recording',
        'text',
        recordingCell(now, ({ status }) => status),
      ),
      needs: 'segments',
    },
    ...(seesCosts ? [{ ...column('cost', 'money', costCell), needs: 'costs' as const }] : []),
  ];
}
