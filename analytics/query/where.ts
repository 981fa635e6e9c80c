import { DIRECTIONS } from '@callscope/core/domain/call.ts';
import { normalizePhone, phoneFromPeople } from '@callscope/core/domain/phone.ts';
import { MISSED_KINDS, RESULTS } from '@callscope/core/domain/result.ts';
import { OWN_PHONE } from '../catalog/dimensions.ts';
import { DURATIONS } from '../catalog/durations.ts';
import type { Counted } from '../catalog/measure.ts';
import { type Bind, firstCallSql, HIDDEN_NUMBER, repeatCallSql } from './callers.ts';
import type { Searched } from './company.ts';
import type { CallFilter } from './filter.ts';
import { goingSql } from './going.ts';
import { workingSql } from './hours.ts';
import { amongKnown } from './known-numbers.ts';
import { MONOLOGUE, marksSql, OVERTALK, soundingSql, TALK_SHARE, taggedSql } from './marks.ts';
import { offersSql } from './offers.ts';
import { anywhere, parsePattern, type Terms } from './pattern.ts';
import { peopleIn } from './people.ts';
import type { Company, Meanings, Source } from './plan.ts';
import { targetSql } from './target.ts';
import { QueryTooLarge } from './too-large.ts';
import { joined, withinParams, withinSql } from './within.ts';

export interface Where {
  /** conditions that all must hold; the first names {tenant: String}, whose value only analytics/run gives */
  conditions: string[];
  params: Record<string, unknown>;
}

/** A value that people gave stands in SQL as a parameter. */
type Condition<T> = (value: T, company: Company, bind: Bind, filter: CallFilter) => string;

type Bound = 'from' | 'to';
type Chosen = Omit<CallFilter, Bound>;
type Given = Required<Chosen>;

const spelled = (numbers: readonly string[], country: string) => numbers.map((n) => normalizePhone(phoneFromPeople(n, country), country));

const CONDITIONS: { [K in keyof Given]: Condition<Given[K]> } = {
  direction: (words) => oneOf('direction', words, DIRECTIONS),
  result: (words) => oneOf('result', words, RESULTS),
  answered: (yes) => `result ${yes ? '=' : '!='} 'answered'`,
  missedKind: (words) => oneOf('missed_kind', words, MISSED_KINDS),
  shortAbandons: () => "missed_kind != 'short_abandon'",
  outOfHours: () => "missed_kind != 'out_of_hours'",
  number: (list, { country }, bind) => `number IN ${bind('number', 'Array(String)', spelled(list, country))}`,
  notNumber: (list, { country }, bind) => `number NOT IN ${bind('notNumber', 'Array(String)', spelled(list, country))}`,
  employee: (list, _, bind) => tookPart(bind('employee', 'Array(String)', list)),
  author: (list, _, bind) => `employee IN ${bind('author', 'Array(String)', list)}`,
  notAuthor: (list, _, bind) => `employee NOT IN ${bind('notAuthor', 'Array(String)', list)}`,
  untakenOffer: (yes, company, _, filter) => `${yes ? '' : 'NOT '}${offersSql('arrayExists', 'untaken', filter, company)}`,
  group: (list, _, bind) => `group_id IN ${bind('group', 'Array(String)', list)}`,
  notGroup: (list, _, bind) => `group_id NOT IN ${bind('notGroup', 'Array(String)', list)}`,
  channel: (names, company, bind) => {
    const channels = meaning(company, 'channels');
    return `number IN ${bind(
      'channelNumbers',
      'Array(String)',
      names.flatMap((name) => channels[name] ?? []),
    )}`;
  },
  project: (ids, company, bind) => {
    const projects = meaning(company, 'projects');
    const within = joined(ids.flatMap((id) => projects[id] ?? []));
    for (const [name, list] of Object.entries(withinParams(within, 'project'))) bind(name, 'Array(String)', list);
    return withinSql(within, tookPart, 'project');
  },
  phone: (list, _, bind) => `${OWN_PHONE} IN ${bind('phone', 'Array(String)', list)}`,
  trunk: (list, _, bind) => `trunk IN ${bind('trunk', 'Array(String)', list)}`,
  callId: (callId, _, bind) =>
    `(started_at, id) IN (SELECT started_at, id FROM call_ids WHERE call_id = ${bind('callId', 'String', callId)} AND tenant = {tenant: String})`,
  caller: pattern('caller', 'caller'),
  dialled: pattern('dialled', 'dialled'),
  answeredBy: pattern('answered_by', 'answeredBy'),
  text: (text, company, bind) => {
    const likes = anywhere(text, company.country).map((like, i) => bind(`text${i}`, 'String', like));
    const columns = ['caller', 'dialled', 'answered_by'];
    const known = amongKnown('text', text, company, columns, bind, 'textKnown');
    const part = any(columns.flatMap((column) => likes.map((like) => `${column} LIKE ${like}`)));
    return known === null ? part : `${known} AND ${part}`;
  },
  said: (_words, company, bind) => {
    const calls = meaning(company, 'said');
    if (calls === 'many') throw new QueryTooLarge('this was said in too many calls: ask for fewer days, or for more words');
    return `id IN ${bind('said', 'Array(String)', calls)}`;
  },
  talkMin: (seconds, _, bind) => `${DURATIONS.talk} >= ${bind('talkMin', 'Int64', Math.ceil(milliseconds(seconds)))}`,
  talkMax: (seconds, _, bind) => `${DURATIONS.talk} <= ${bind('talkMax', 'Int64', Math.floor(milliseconds(seconds)))}`,
  waitMin: (seconds, _, bind) => `${DURATIONS.ring} >= ${bind('waitMin', 'Int64', Math.ceil(milliseconds(seconds)))}`,
  waitMax: (seconds, _, bind) => `${DURATIONS.ring} <= ${bind('waitMax', 'Int64', Math.floor(milliseconds(seconds)))}`,
  time: ({ from, to }, { zone }, bind) => {
    const param = bind('zone', 'String', zone);
    const minute = `toHour(started_at, ${param}) * 60 + toMinute(started_at, ${param})`;
    const [start, end] = [bind('timeFrom', 'UInt16', from), bind('timeTo', 'UInt16', to)];
    return `(${minute} >= ${start} ${from < to ? 'AND' : 'OR'} ${minute} < ${end})`;
  },
  going: (at, _, bind) => goingSql(bind('going', 'Int64', at)),
  weekday: (days, { zone }, bind) =>
    `toDayOfWeek(started_at, 0, ${bind('zone', 'String', zone)}) IN ${bind('weekday', 'Array(UInt8)', days)}`,
  hours: (which, company, bind) => `${which === 'off' ? 'NOT ' : ''}${workingSql(meaning(company, 'schedule'), company.zone, bind)}`,
  target: (yes, company, bind, filter) => `${yes ? '' : 'NOT '}${targetSql(filter, company, bind, reachOf(company))}`,
  recorded: (yes) => `${yes ? '' : 'NOT '}(result = 'answered' AND record_rule NOT IN ('', 'none'))`,
  hiddenNumber: (yes) => `${yes ? '' : 'NOT '}${HIDDEN_NUMBER}`,
  firstCall: (yes, company, bind, filter) => `${yes ? '' : 'NOT '}${firstCallSql(filter, bind, reachOf(company))}`,
  repeatCall: (yes, company, bind, filter) => `${yes ? '' : 'NOT '}${repeatCallSql(filter, company, bind, reachOf(company))}`,
  tag: (ids, _, bind, filter) => taggedSql(ids, filter, bind),
  noted: (yes, _, bind, filter) => marksSql(filter, bind, 'has_note', !yes),
  commented: (yes, _, bind, filter) => marksSql(filter, bind, 'comments > 0', !yes),
  scoreMin: (percent, _, bind, filter) => marksSql(filter, bind, `score >= ${bind('scoreMin', 'Float64', percent)}`),
  scoreMax: (percent, _, bind, filter) => marksSql(filter, bind, `score <= ${bind('scoreMax', 'Float64', percent)}`),
  talkShareMin: (percent, _, bind, filter) => marksSql(filter, bind, `${TALK_SHARE} >= ${bind('talkShareMin', 'Float64', percent)}`),
  talkShareMax: (percent, _, bind, filter) => marksSql(filter, bind, `${TALK_SHARE} <= ${bind('talkShareMax', 'Float64', percent)}`),
  monologueMin: (seconds, _, bind, filter) =>
    marksSql(filter, bind, `${MONOLOGUE} >= ${bind('monologueMin', 'Int64', Math.ceil(milliseconds(seconds)))}`),
  silenceMin: (seconds, _, bind, filter) =>
    marksSql(filter, bind, `longest_silence_ms >= ${bind('silenceMin', 'Int64', Math.ceil(milliseconds(seconds)))}`),
  overtalkMin: (percent, _, bind, filter) => marksSql(filter, bind, `${OVERTALK} >= ${bind('overtalkMin', 'Float64', percent)}`),
  measured: (yes, _, bind, filter) => soundingSql(filter, bind, 'isNotNull(mos)', !yes),
  mosMin: (score, _, bind, filter) => soundingSql(filter, bind, `mos >= ${bind('mosMin', 'Float64', score)}`),
  mosMax: (score, _, bind, filter) => soundingSql(filter, bind, `mos <= ${bind('mosMax', 'Float64', score)}`),
  oneWay: (yes, _, bind, filter) => soundingSql(filter, bind, '(left_silent OR right_silent)', !yes),
  ownNetwork: (list, _, bind, filter) => networkSql('right_network', 'ownNetwork', list, bind, filter),
  farNetwork: (list, _, bind, filter) => networkSql('left_network', 'farNetwork', list, bind, filter),
};

/** '' among the networks: also calls of which it is not known. */
function networkSql(column: string, param: string, list: readonly string[], bind: Bind, filter: CallFilter): string {
  const networks = list.filter((network) => network !== '');
  const parts = [
    ...(networks.length > 0 ? [soundingSql(filter, bind, `${column} IN ${bind(param, 'Array(String)', networks)}`)] : []),
    ...(list.includes('') ? [soundingSql(filter, bind, `${column} != ''`, true)] : []),
  ];
  return any(parts);
}

/** The start of a call against a bound of the period. Quarters are asked for in the projection's own words: else it is not used. */
const STARTED: Record<'rows' | 'quarters', (operator: '>=' | '<', bound: Bound, at: number, bind: Bind) => string> = {
  rows: (operator, bound, at, bind) => `started_at ${operator} fromUnixTimestamp64Micro(${bind(bound, 'Int64', at * 1_000)}, 'UTC')`,
  quarters: (operator, bound, at, bind) =>
    `toStartOfFifteenMinutes(started_at) ${operator} toDateTime(${bind(bound, 'UInt32', at / 1_000)}, 'UTC')`,
};

/** The conditions of a company's calls under a filter, over the columns of their source; days.ts has the period of `days`. */
export function whereOf(filter: CallFilter, company: Company, source: Source = 'rows'): Where {
  const { from, to, ...chosen } = filter;
  const params: Record<string, unknown> = {};
  const bind: Bind = (name, type, value) => {
    params[name] = value;
    return `{${name}: ${type}}`;
  };
  const started = source === 'days' ? null : STARTED[source === 'quarters' ? source : 'rows'];
  const period = [
    ...(from === undefined || started === null ? [] : [started('>=', 'from', from, bind)]),
    ...(to === undefined || started === null ? [] : [started('<', 'to', to, bind)]),
  ];
  if (source === 'people') {
    const people = peopleIn(filter, company);
    if (people === null) throw new Error('these calls are not those of some employees');
    // what names these employees, of the filter or of what the asker may see, is said by them
    const { employee: _, ...rest } = chosen;
    const ofPeople = `person IN ${bind('employee', 'Array(String)', people)}`;
    return { conditions: ['tenant = {tenant: String}', ofPeople, ...period, ...conditionsOf(rest, company, bind, filter)], params };
  }
  const conditions = [
    'tenant = {tenant: String}',
    ...period,
    ...conditionsOf(chosen, company, bind, filter),
    ...(company.within === undefined ? [] : [withinSql(company.within, tookPart)]),
  ];
  return { conditions, params: { ...params, ...(company.within && withinParams(company.within)) } };
}

/**
 * What a figure counts among the calls of a filter, as one condition; null: everything. Its own values, which come from the
 * company's rules, are given apart from the filter's.
 */
export function countedBy(counted: Counted, filter: CallFilter, company: Company, params: Where['params']): string | null {
  const bind: Bind = (name, type, value) => {
    const own = Object.hasOwn(counted, name) ? `counted${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
    if ((params[own] ?? value) !== value) throw new Error(`figures of one question differ in ${own}`);
    params[own] = value;
    return `{${own}: ${type}}`;
  };
  return conditionsOf(counted, company, bind, filter).join(' AND ') || null;
}

function conditionsOf(chosen: Chosen, company: Company, bind: Bind, filter: CallFilter): string[] {
  const condition = <K extends keyof Given>(name: K) => {
    const value = (chosen as Partial<Given>)[name];
    return value === undefined ? [] : [CONDITIONS[name](value, company, bind, filter)];
  };
  return (Object.keys(CONDITIONS) as (keyof Given)[]).flatMap(condition);
}

/** Words of a fixed list stand in SQL as they are, so that one can read what is counted. */
function oneOf<W extends string>(column: string, words: readonly W[], all: readonly W[]): string {
  const known = all.filter((word) => words.includes(word)).map((word) => `'${word}'`);
  if (known.length !== words.length) throw new Error(`${column} knows ${all.join(', ')}, not ${words.join(', ')}`);
  return known.length === 1 ? `${column} = ${known[0]}` : `${column} IN (${known.join(', ')})`;
}

function pattern(column: string, param: Exclude<Searched, 'text'>): Condition<string> {
  return (text, company, bind) => {
    const { some, none } = parsePattern(text, company.country);
    const terms = ({ exact, like }: Terms, name: string) => [
      ...(exact.length > 0 ? [`${column} IN ${bind(name, 'Array(String)', exact)}`] : []),
      ...like.map((operand, i) => `${column} LIKE ${bind(`${name}${i}`, 'String', operand)}`),
    ];
    const [wanted, unwanted] = [terms(some, param), terms(none, `${param}Not`)];
    const known = amongKnown(param, text, company, [column], bind, `${param}Known`);
    const parts = [
      ...(known === null ? [] : [known]),
      ...(wanted.length > 0 ? [any(wanted)] : []),
      ...(unwanted.length > 0 ? [`NOT ${any(unwanted)}`] : []),
    ];
    return parts.join(' AND ') || 'true';
  };
}

/** Called, answered, or was offered a leg. */
function tookPart(employees: string): string {
  return `(employee IN ${employees} OR hasAny(leg_employee, ${employees}))`;
}

/** A filter that speaks of what a company has by name cannot be understood without it: whoever asks brings it along. */
function meaning<K extends keyof Meanings>({ means }: Company, what: K): NonNullable<Meanings[K]> {
  const given = means?.[what];
  if (given === undefined) throw new Error(`the filter speaks of the company's ${what}, which were not given`);
  return given;
}

/** What the asker may see; null: the whole company. The values that it names are there with the question's own condition. */
function reachOf({ within }: Company): string | null {
  return within === undefined ? null : withinSql(within, tookPart);
}

/** Seconds as they are written, without what binary fractions add to them: 20.001 s are 20001 ms. */
function milliseconds(seconds: number): number {
  return Number((seconds * 1_000).toFixed(3));
}

function any(conditions: readonly string[]): string {
  return `(${conditions.join(' OR ')})`;
}
