import { DIRECTIONS, type Direction } from '@callscope/core/domain/call.ts';
import { type CallResult, MISSED_KINDS, type MissedKind, RESULTS } from '@callscope/core/domain/result.ts';
import {
  choice,
  type Field,
  flag,
  ids,
  instant,
  otherThan,
  percent,
  score,
  seconds,
  text,
  timeOfDay,
  weekdays,
  word,
  words,
} from './field.ts';

/**
 * Which calls: the one structure behind the journal, reports, REST, page addresses and drill-downs. All given fields must
 * hold; a list holds when one of its items does. Values are kept as people gave them; they are spelled as the store has
 * them (phones by the company's country) when SQL is made.
 */
export interface CallFilter {
  /** start of the period, included; ms since the epoch. A period selects by the start of the call */
  from?: number;
  /** end of the period, excluded; ms since the epoch */
  to?: number;
  direction?: readonly Direction[];
  result?: readonly CallResult[];
  answered?: boolean;
  missedKind?: readonly MissedKind[];
  /** missed calls that their callers gave up almost at once are left out */
  shortAbandons?: 'exclude';
  /** missed calls out of working hours are left out */
  outOfHours?: 'exclude';
  /** own numbers (DID) in any spelling; '' = calls without one */
  number?: readonly string[];
  /** of other own numbers than these */
  notNumber?: readonly string[];
  /** employees that called, answered or were offered a leg */
  employee?: readonly string[];
  /** column «Сотрудник»: the one employee that the call belongs to; '' = without employee */
  author?: readonly string[];
  /** it belongs to another employee than these */
  notAuthor?: readonly string[];
  /** true: an offer to an employee was not taken; under `employee`: to one of these */
  untakenOffer?: boolean;
  /** '' = without group */
  group?: readonly string[];
  /** it belongs to another group than these */
  notGroup?: readonly string[];
  /** what the directory calls the source of callers of an own number: «Яндекс Директ» */
  channel?: readonly string[];
  /** ids of projects: parts of the company by own numbers and groups */
  project?: readonly string[];
  /** phones of our side: the extension that answered, of other calls than inbound ones the one that called; '' = nobody answered */
  phone?: readonly string[];
  /** lines to carriers that it came or went by, as the edge names them; '' = none is known */
  trunk?: readonly string[];
  /** the Call-ID of one of its dialogs, as it stands in SIP */
  callId?: string;
  /** patterns: see pattern.ts */
  caller?: string;
  dialled?: string;
  answeredBy?: string;
  /** found anywhere in caller, dialled or answeredBy */
  text?: string;
  /** words that were said in the recording: in any form, "in quotes" as they stand, -without (modules/transcripts) */
  said?: string;
  /** talk time in seconds, both ends included */
  talkMin?: number;
  talkMax?: number;
  /** ringing until the answer or the end, in seconds, both ends included; 0 when nothing rang */
  waitMin?: number;
  waitMax?: number;
  /** minutes of the company's day, [from, to); from > to = over midnight */
  time?: { from: number; to: number };
  /** ms since the epoch: the call was going on then, from first signalling to its end, whatever the period says of its start */
  going?: number;
  /** 1 = Monday … 7 = Sunday, company's zone */
  weekday?: readonly number[];
  /** by the company's working hours: whether the call began within them */
  hours?: 'working' | 'off';
  /** true: a target call by the company's rule (core/domain/target-call.ts) */
  target?: boolean;
  /** true: answered, and the edge's rule was to record */
  recorded?: boolean;
  /** the caller's number is hidden or was not sent */
  hiddenNumber?: boolean;
  /** the first inbound call from its number that is stored, whatever the period; of whom the asker sees, for who sees a part */
  firstCall?: boolean;
  /** inbound, and its number had called in within the company's days before it (`repeatCallDays`), whatever the period */
  repeatCall?: boolean;
  /** ids of the company's tags; '' = without one */
  tag?: readonly string[];
  /** it has a note */
  noted?: boolean;
  /** it has a comment that is not removed */
  commented?: boolean;
  /** the mark that quality control gave, in per cent, both ends included */
  scoreMin?: number;
  scoreMax?: number;
  /** our side's part of all speech of the recording, in per cent, both ends included */
  talkShareMin?: number;
  talkShareMax?: number;
  /** the longest stretch in which one side had the word, in seconds, at least */
  monologueMin?: number;
  /** the longest silence of the recording, in seconds, at least */
  silenceMin?: number;
  /** the part of the recording in which both spoke, in per cent, at least */
  overtalkMin?: number;
  /** how it sounded was measured: by RTCP of the phones, or by packets of the recording */
  measured?: boolean;
  /** mean opinion score of the side that heard worse, 1 to 4.5, both ends included: calls whose sound was measured */
  mosMin?: number;
  mosMax?: number;
  /** true: the recording has no sound of one side, or of both */
  oneWay?: boolean;
  /** networks that the sound of our side came from, and that of the other party; '' = not known */
  ownNetwork?: readonly string[];
  farNetwork?: readonly string[];
}

/** «Пропущенные»: every inbound call that nobody answered, whatever its result. */
export const MISSED = { direction: ['in'], answered: false } as const satisfies CallFilter;

/** The groups of the «Тип» filter; `other` is also a word of the `result` parameter. */
export const RESULT_GROUPS = {
  answered: ['answered'],
  no_answer: ['no_answer'],
  busy: ['busy'],
  other: ['rejected', 'unavailable', 'cancelled', 'failed'],
} as const satisfies Record<string, readonly CallResult[]>;

type Given = Required<CallFilter>;
export type FieldName = keyof Given;

/** Each field: its parameter in an address, both ways, and how two filters meet. Their order is the order in an address. */
export const FIELDS: { [K in FieldName]: Field<Given[K]> } = {
  from: instant('start of the period, included; calls are selected by startedAt', Math.max),
  to: instant('end of the period, excluded', Math.min),
  direction: words(DIRECTIONS, ''),
  result: words(RESULTS, `other = ${RESULT_GROUPS.other.join(', ')}`, { other: RESULT_GROUPS.other }),
  answered: flag('whether anybody answered; missed calls are direction=in&answered=false'),
  missedKind: words(MISSED_KINDS, 'why nobody answered an inbound call'),
  shortAbandons: word('exclude', 'exclude leaves out missed calls that were given up almost at once (missedKind short_abandon)'),
  outOfHours: word('exclude', 'exclude leaves out missed calls outside working hours (missedKind out_of_hours)'),
  number: { ...ids("the company's own numbers, in any spelling", '8 (495) 100-01-01'), meet: (_, second) => second },
  notNumber: otherThan('own numbers that the call is not of, in any spelling', '8 (495) 100-01-01'),
  employee: ids('calls in which one of these employees called, answered or was offered a leg', 'e101'),
  author: ids('the employee that the call belongs to (`employee` of the call)', 'e101'),
  notAuthor: otherThan('employees that the call does not belong to', 'e101'),
  untakenOffer: flag('whether a leg offered to an employee was not answered while that employee did not answer the call'),
  group: ids('groups', 'sales'),
  notGroup: otherThan('groups that the call does not belong to', 'sales'),
  channel: ids('channels of own numbers, as the directory has them', 'Яндекс Директ'),
  project: ids("ids of projects: calls of a project's own numbers and groups", '12'),
  phone: ids('phones of our side: the extension that answered, of outgoing and internal calls the one that called', '101'),
  trunk: ids('ids of lines to carriers that it came or went by', 'carrier-1'),
  callId: text('Call-ID of the call, or of any of its dialogs', 'a84b4c76e66710@10.0.0.5'),
  caller: text('caller in any spelling; * stands for anything, a leading ! excludes, commas separate alternatives', '8 (495)*, !101'),
  dialled: text('dialled number, written like caller', '7391*'),
  answeredBy: text('extension or number that answered, written like caller', '101'),
  text: text('part of caller, dialled or answeredBy', '100-01'),
  said: text(
    'words of the transcript, in any form; "in quotes" as they stand, -without; needs recordings:listen',
    '"расторгнуть договор" -тест',
  ),
  talkMin: seconds('shortest talk, in seconds', Math.max),
  talkMax: seconds('longest talk, in seconds', Math.min),
  waitMin: seconds('shortest ringing until the answer or the end, in seconds', Math.max),
  waitMax: seconds('longest ringing until the answer or the end, in seconds; with answered=true: answered within', Math.min),
  time: timeOfDay("time of the company's day, start included, end excluded; 22:00-06:00 goes over midnight"),
  going: instant('calls that were going on at this moment; with from and to, those of them that started then', (_, second) => second),
  weekday: weekdays("days of the week by the company's calendar"),
  hours: choice(['working', 'off'], "whether the call began within the company's working hours"),
  target: flag("whether it is a target call by the company's own rule: GET …/ads/rule"),
  recorded: flag('whether the rule was to record, and there was something to record'),
  hiddenNumber: flag("whether the caller's number is hidden or was not sent"),
  firstCall: flag('whether it is the first inbound call from its number since calls have been kept'),
  repeatCall: flag("whether its number had called in within the company's repeatCallDays before"),
  tag: ids("ids of the company's tags (GET …/tags): calls that have one of them", '3'),
  noted: flag('whether it has a note'),
  commented: flag('whether it has a comment'),
  scoreMin: percent('lowest mark of quality control, in per cent', Math.max),
  scoreMax: percent('highest mark of quality control, in per cent', Math.min),
  talkShareMin: percent("lowest part of the company's side in all that was spoken, in per cent", Math.max),
  talkShareMax: percent("highest part of the company's side in all that was spoken, in per cent", Math.min),
  monologueMin: seconds('shortest of the longest stretches in which one side had the word, in seconds', Math.max),
  silenceMin: seconds(
    'shortest of the longest silences of the recording, in seconds; silences of three seconds and more are known',
    Math.max,
  ),
  overtalkMin: percent('lowest part of the recording in which both sides spoke, in per cent', Math.max),
  measured: flag('whether its sound was measured: by RTCP of the phones, or by packets of the recording'),
  mosMin: score('lowest MOS of the side that heard worse; calls whose sound was measured', Math.max),
  mosMax: score('highest MOS of the side that heard worse; calls whose sound was measured', Math.min),
  oneWay: flag('whether one side of the recording is silent, or both'),
  ownNetwork: ids("networks that our side's sound came from", '192.0.2.0/24'),
  farNetwork: ids("networks that the other party's sound came from", '198.51.100.0/24'),
};
const NAMES = Object.keys(FIELDS) as FieldName[];
/** Fields that are the two ends of one span. */
const SPANS = [
  ['talkMin', 'talkMax'],
  ['waitMin', 'waitMax'],
  ['scoreMin', 'scoreMax'],
  ['talkShareMin', 'talkShareMax'],
  ['mosMin', 'mosMax'],
] as const satisfies readonly (readonly [FieldName, FieldName])[];

/** What is wrong with the parameters of a filter, each by its name; English, for people who write requests. */
export class FilterError extends Error {
  readonly errors: { field: string; message: string }[];
  constructor(errors: { field: string; message: string }[]) {
    super(errors.map((e) => `${e.field}: ${e.message}`).join('; '));
    this.errors = errors;
  }
}

/**
 * The filter that parameters describe; others than the filter's own are left to their readers.
 * @throws FilterError
 */
export function filterFromQuery(params: { get(name: string): string | null }): CallFilter {
  const filter: CallFilter = {};
  const errors: FilterError['errors'] = [];
  const read = <K extends FieldName>(name: K) => {
    const given = params.get(name);
    if (given === null) return;
    const value = given.trim() === '' ? { wrong: 'leave it out, or give it a value' } : FIELDS[name].read(given.trim());
    if (typeof value === 'object' && 'wrong' in value) errors.push({ field: name, message: value.wrong });
    else filter[name] = value as Given[K];
  };
  NAMES.forEach(read);
  const { from, to } = filter;
  if (from !== undefined && to !== undefined && from > to) errors.push({ field: 'to', message: 'must not be before from' });
  for (const [least, most] of SPANS) {
    const [low, high] = [filter[least], filter[most]];
    if (low !== undefined && high !== undefined && low > high) errors.push({ field: most, message: `must not be less than ${least}` });
  }
  if (errors.length > 0) throw new FilterError(errors);
  return filter;
}

/** The filter as the query of an address, without `?`; equal filters give equal texts. `filterFromQuery` reads it back. */
export function filterToQuery(filter: CallFilter): string {
  const write = <K extends FieldName>(name: K) => {
    const value = (filter as Partial<Given>)[name];
    return value === undefined ? [] : [`${name}=${encodeURIComponent(FIELDS[name].write(value)).replace(/%(2C|3A)/g, decodeURIComponent)}`];
  };
  return NAMES.flatMap(write).join('&');
}

/**
 * The calls that both filters let through, e.g. a report's own filter and what a figure counts; null: there can be none.
 * Where two texts cannot be compared without knowing spellings (own numbers, patterns), the second must lie within the first.
 */
export function narrow(filter: CallFilter, by: CallFilter): CallFilter | null {
  const both: CallFilter = { ...filter };
  const meet = <K extends FieldName>(name: K): boolean => {
    const first = (filter as Partial<Given>)[name];
    const second = (by as Partial<Given>)[name];
    if (second === undefined) return true;
    const value = first === undefined ? second : FIELDS[name].meet(first, second);
    if (value === null) return false;
    both[name] = value as Given[K];
    return true;
  };
  if (!NAMES.every(meet)) return null;
  const { from = 0, to = Number.POSITIVE_INFINITY } = both;
  return from < to && SPANS.every(([least, most]) => (both[least] ?? 0) <= (both[most] ?? Number.POSITIVE_INFINITY)) ? both : null;
}
