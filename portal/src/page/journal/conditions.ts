import { type FieldName, filterToQuery, MISSED, RESULT_GROUPS } from '@callscope/analytics/query/filter.ts';
import type { Direction } from '@callscope/core/domain/call.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import type { I18n } from '#ui/i18n.svelte.ts';
import { hourText } from '../period.ts';
import type { Conditions } from './address.ts';

/** Fields that people see as one condition. */
const GROUPS = {
  missed: ['direction', 'answered'],
  direction: ['direction'],
  answered: ['answered'],
  result: ['result'],
  missedKind: ['missedKind'],
  shortAbandons: ['shortAbandons'],
  outOfHours: ['outOfHours'],
  author: ['author'],
  notAuthor: ['notAuthor'],
  employee: ['employee'],
  untakenOffer: ['untakenOffer'],
  number: ['number'],
  notNumber: ['notNumber'],
  group: ['group'],
  notGroup: ['notGroup'],
  channel: ['channel'],
  project: ['project'],
  phone: ['phone'],
  trunk: ['trunk'],
  callId: ['callId'],
  caller: ['caller'],
  dialled: ['dialled'],
  answeredBy: ['answeredBy'],
  text: ['text'],
  said: ['said'],
  going: ['going'],
  time: ['time'],
  talk: ['talkMin', 'talkMax'],
  wait: ['waitMin', 'waitMax'],
  weekday: ['weekday'],
  hours: ['hours'],
  target: ['target'],
  recorded: ['recorded'],
  hiddenNumber: ['hiddenNumber'],
  firstCall: ['firstCall'],
  repeatCall: ['repeatCall'],
  tag: ['tag'],
  noted: ['noted'],
  commented: ['commented'],
  score: ['scoreMin', 'scoreMax'],
  talkShare: ['talkShareMin', 'talkShareMax'],
  monologue: ['monologueMin'],
  silence: ['silenceMin'],
  overtalk: ['overtalkMin'],
  measured: ['measured'],
  mos: ['mosMin', 'mosMax'],
  oneWay: ['oneWay'],
  ownNetwork: ['ownNetwork'],
  farNetwork: ['farNetwork'],
} as const satisfies Record<string, readonly FieldName[]>;
export type ConditionId = keyof typeof GROUPS;

/** One chip: what × takes away. */
export interface Condition {
  id: ConditionId;
  fields: readonly FieldName[];
}

/** The conditions that are in force, in the order in which they are said. */
export function conditionsIn(conditions: Conditions): Condition[] {
  const { direction, answered } = conditions;
  const isMissed = filterToQuery({ direction, answered }) === filterToQuery(MISSED);
  const said = (id: ConditionId) => (id === 'missed' ? isMissed : !(isMissed && (id === 'direction' || id === 'answered')));
  return (Object.keys(GROUPS) as ConditionId[])
    .filter((id) => said(id) && GROUPS[id].some((field) => conditions[field as keyof Conditions] !== undefined))
    .map((id) => ({ id, fields: GROUPS[id] }));
}

/** Names of what a condition lists by id. */
export interface Names {
  employee(id: string): string;
  number(number: string): string;
  group(id: string): string;
  project(id: string): string;
  tag(id: string): string;
}

/** A condition as a chip says it: «Направление: не внутренний». */
export function conditionWords(
  { id }: Condition,
  c: Conditions,
  names: Names,
  { words, format, locale }: Pick<I18n, 'words' | 'format' | 'locale'>,
): { name: string; value: string } {
  const [w, m, s] = [words.journal, words.marks, words.sound];
  const lower = (text: string) => text.toLocaleLowerCase(locale);
  const scoreText = (score: number | undefined) =>
    score === undefined ? null : format.number(score, Number.isInteger(score * 10) ? 1 : 2);
  const said = (list: readonly string[] | undefined, name: (item: string) => string) => few((list ?? []).map(name), w.andMore);
  const value: Record<ConditionId, () => string> = {
    missed: () => lower(words.calls.missedMany),
    direction: () => directionWords(c.direction ?? [], (d) => lower(words.calls.direction[d]), w.not),
    answered: () => (c.answered ? w.answeredYes : w.answeredNo),
    result: () => said(resultItems(c.result ?? []), (item) => resultName(item, words)),
    missedKind: () => said(c.missedKind, (kind) => lower(words.calls.missedKind[kind as keyof typeof words.calls.missedKind])),
    shortAbandons: () => w.leftOut,
    outOfHours: () => w.leftOut,
    author: () => said(c.author, names.employee),
    notAuthor: () => w.not(said(c.notAuthor, names.employee)),
    employee: () => said(c.employee, names.employee),
    untakenOffer: () => (c.untakenOffer ? w.answeredYes : w.answeredNo),
    number: () => said(c.number, names.number),
    notNumber: () => w.not(said(c.notNumber, names.number)),
    group: () => said(c.group, names.group),
    notGroup: () => w.not(said(c.notGroup, names.group)),
    channel: () => said(c.channel, (channel) => channel),
    project: () => said(c.project, names.project),
    phone: () => said(c.phone, (phone) => phone || format.none),
    trunk: () => said(c.trunk, (trunk) => trunk || format.none),
    callId: () => c.callId ?? '',
    caller: () => c.caller ?? '',
    dialled: () => c.dialled ?? '',
    answeredBy: () => c.answeredBy ?? '',
    text: () => c.text ?? '',
    said: () => c.said ?? '',
    time: () => (c.time ? format.hours({ from: '', to: '', timeFrom: hourText(c.time.from), timeTo: hourText(c.time.to) }) : ''),
    going: () => (c.going === undefined ? '' : `${format.date(c.going)} ${format.time(c.going)}`),
    talk: () => w.talkBetween(secondsText(c.talkMin), secondsText(c.talkMax)),
    wait: () => waitWords(c, w),
    weekday: () => said(c.weekday?.map(String), (day) => words.format.weekdaysShort[Number(day) % 7] ?? day),
    hours: () => (c.hours ? lower(w.hours[c.hours]) : ''),
    target: () => (c.target ? w.targetYes : w.targetNo),
    recorded: () => (c.recorded ? w.recordedYes : w.recordedNo),
    hiddenNumber: () => (c.hiddenNumber ? w.numberHidden : w.numberKnown),
    firstCall: () => (c.firstCall ? w.firstYes : w.firstNo),
    repeatCall: () => (c.repeatCall ? w.repeatYes : w.repeatNo),
    tag: () => said(c.tag, names.tag),
    noted: () => (c.noted ? w.answeredYes : w.answeredNo),
    commented: () => (c.commented ? w.answeredYes : w.answeredNo),
    score: () => m.percent(secondsText(c.scoreMin), secondsText(c.scoreMax)),
    talkShare: () => m.percent(secondsText(c.talkShareMin), secondsText(c.talkShareMax)),
    monologue: () => m.fromSeconds(secondsText(c.monologueMin) ?? ''),
    silence: () => m.fromSeconds(secondsText(c.silenceMin) ?? ''),
    overtalk: () => m.percent(secondsText(c.overtalkMin), null),
    measured: () => (c.measured ? s.measuredYes : s.measuredNo),
    mos: () => s.scores(scoreText(c.mosMin), scoreText(c.mosMax)),
    oneWay: () => (c.oneWay ? s.oneWayYes : s.oneWayNo),
    ownNetwork: () => said(c.ownNetwork, (network) => network || s.noNetwork),
    farNetwork: () => said(c.farNetwork, (network) => network || s.noNetwork),
  };
  return { name: { ...w.conditions, ...m.conditions, ...s.conditions }[id], value: value[id]() };
}

/** Items of the «Тип» filter: its groups, and single results where only a part of a group is meant. */
export type ResultItem = keyof typeof RESULT_GROUPS | CallResult;

export function resultItems(results: readonly CallResult[]): ResultItem[] {
  return (Object.keys(RESULT_GROUPS) as (keyof typeof RESULT_GROUPS)[]).flatMap((group): ResultItem[] => {
    const meant = (RESULT_GROUPS[group] as readonly CallResult[]).filter((result) => results.includes(result));
    return meant.length === RESULT_GROUPS[group].length ? [group] : meant;
  });
}

export function resultsOf(items: readonly string[]): CallResult[] {
  return items.flatMap((item) =>
    Object.hasOwn(RESULT_GROUPS, item) ? RESULT_GROUPS[item as keyof typeof RESULT_GROUPS] : [item as CallResult],
  );
}

export function resultName(item: string, words: I18n['words']): string {
  return item === 'other' ? words.journal.otherResults : words.calls.result[item as CallResult];
}

/** Two of three are said by the third. */
function directionWords(chosen: readonly Direction[], name: (direction: Direction) => string, not: (what: string) => string): string {
  const others = (['in', 'out', 'internal'] as const).filter((d) => !chosen.includes(d));
  return others.length === 1 && others[0] ? not(name(others[0])) : chosen.map(name).join(', ');
}

function few(items: readonly string[], andMore: (n: number) => string): string {
  return items.length <= 3 ? items.join(', ') : `${items.slice(0, 2).join(', ')} ${andMore(items.length - 2)}`;
}

/** 20.001 s is what a figure means by “longer than 20 s”: durations are whole milliseconds. */
function waitWords({ waitMin, waitMax }: Conditions, w: I18n['words']['journal']): string {
  const longerThan = waitMin === undefined ? 0 : Math.round((waitMin - 0.001) * 1_000) / 1_000;
  if (waitMax === undefined && Number.isInteger(longerThan) && longerThan > 0) return w.longerThan(String(longerThan));
  return w.talkBetween(secondsText(waitMin), secondsText(waitMax));
}

function secondsText(seconds: number | undefined): string | null {
  return seconds === undefined ? null : String(seconds);
}
