import { ALONE } from '@callscope/analytics/catalog/alone.ts';
import { countedIn, definitionIn, divisionOf, MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Words } from '@callscope/analytics/catalog/words.ts';
import { type CallFilter, narrow } from '@callscope/analytics/query/filter.ts';
import type { FigureRules } from '@callscope/core/domain/settings.ts';
import { alertFormOf } from '@callscope/modules/alerts/forms.ts';
import { BESIDE, besideOf } from '@callscope/modules/alerts/rules-beside.ts';
import { LOST_CASES, OVERDUE_CASES, OVERDUE_DAYS } from '@callscope/modules/cases/rules-lost.ts';
import type { Format } from '#format/format.ts';
import { textOf } from '../dashboard/figures.ts';
import { periodToQuery } from '../period.ts';

const DAY = 86_400_000;

/** What people mostly ask for stands first; the order of the others is the catalogue's. */
const USUAL: readonly MeasureId[] = [
  ...(['inMissed', 'missedShare', 'notTaken', 'calls', 'in', 'serviceLevel', 'averageWait', 'notAnswered', 'averageTalk'] as const),
];

/** Measures that can be looked at: of the catalogue those that are one number, and what is counted beside it. */
export const ALERT_MEASURES = [
  ...USUAL,
  ...BESIDE.map(({ id }) => id),
  ...ALONE.filter((id) => !USUAL.includes(id)),
] as unknown as readonly [string, ...string[]];

const formatOf = (id: string) => (besideOf(id) ? 'count' : MEASURES[id as MeasureId].format);

export const alertForm = alertFormOf(ALERT_MEASURES, {
  shares: new Set(ALERT_MEASURES.filter((id) => formatOf(id) === 'share')),
  whole: new Set<string>(BESIDE.map(({ id }) => id)),
});

export const labelOf = (id: string): Words => besideOf(id)?.label ?? MEASURES[id as MeasureId].label;

/** What it counts in a company, and how. */
export const meaningOf = (id: string, rules: FigureRules): Words => besideOf(id)?.definition ?? definitionIn(id as MeasureId, rules);

/** In what its values are typed: calls, seconds, per cent of a share, a score, milliseconds. */
const TYPED = ['duration', 'share', 'mos', 'milliseconds'] as const;
export const inputOf = (id: string): 'count' | (typeof TYPED)[number] => TYPED.find((typed) => typed === formatOf(id)) ?? 'count';

/** Whether it is a mean or a share, which says nothing of too few calls. */
export const isWeighed = (id: string): boolean => !besideOf(id) && divisionOf(id as MeasureId) !== null;
/** Whether it can only be counted of the whole company. */
export const isWhole = (id: string): boolean => besideOf(id) !== undefined;

/** A value as the reports show it. */
export const valueText = (id: string, value: number | null, format: Format): string =>
  besideOf(id) ? format.number(value) : value === null ? format.none : textOf(id as MeasureId, value, format);

/** The cases behind its value, as the question of their page; null: it counts calls. */
export function casesBehind(id: string, from: number, to: number): string | null {
  const since = id === OVERDUE_CASES.id ? to - OVERDUE_DAYS * DAY : from;
  const show = { [LOST_CASES.id]: 'remaining', [OVERDUE_CASES.id]: 'overdue' }[id];
  return show === undefined ? null : `${periodToQuery({ preset: 'days', from: since, to })}&show=${show}`;
}

/** The calls behind a value of calls: what a click on the figure of a report opens. @param filter which calls it is about */
export function callsBehind(id: string, filter: CallFilter, rules: FigureRules): CallFilter | null {
  return narrow(filter, besideOf(id) ? { recorded: true } : countedIn(id as MeasureId, rules));
}
