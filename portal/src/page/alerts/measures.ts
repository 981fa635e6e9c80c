import { ALONE } from '@callscope/analytics/catalog/alone.ts';
import { countedIn, definitionIn, divisionOf, MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Words } from '@callscope/analytics/catalog/words.ts';
import { type CallFilter, narrow } from '@callscope/analytics/query/filter.ts';
import type { FigureRules } from '@callscope/core/domain/settings.ts';
import { alertFormOf } from '@callscope/modules/alerts/forms.ts';
import { SILENT_RECORDINGS } from '@callscope/modules/recordings/rules-silent.ts';
import type { Format } from '#format/format.ts';
import { textOf } from '../dashboard/figures.ts';

/** What people mostly ask for stands first; the order of the others is the catalogue's. */
const USUAL: readonly MeasureId[] = [
  ...(['inMissed', 'missedShare', 'notTaken', 'calls', 'in', 'serviceLevel', 'averageWait', 'notAnswered', 'averageTalk'] as const),
];

/** Measures that can be looked at: of the catalogue those that are one number, and recordings in which somebody cannot be heard. */
export const ALERT_MEASURES = [...USUAL, SILENT_RECORDINGS.id, ...ALONE.filter((id) => !USUAL.includes(id))] as unknown as readonly [
  string,
  ...string[],
];

const isSilent = (id: string): boolean => id === SILENT_RECORDINGS.id;
const formatOf = (id: string) => (isSilent(id) ? 'count' : MEASURES[id as MeasureId].format);

export const alertForm = alertFormOf(ALERT_MEASURES, {
  shares: new Set(ALERT_MEASURES.filter((id) => formatOf(id) === 'share')),
  whole: new Set([SILENT_RECORDINGS.id]),
});

export const labelOf = (id: string): Words => (isSilent(id) ? SILENT_RECORDINGS.label : MEASURES[id as MeasureId].label);

/** What it counts in a company, and how. */
export const meaningOf = (id: string, rules: FigureRules): Words =>
  isSilent(id) ? SILENT_RECORDINGS.definition : definitionIn(id as MeasureId, rules);

/** In what its values are typed: calls, seconds, per cent of a share, a score, milliseconds. */
const TYPED = ['duration', 'share', 'mos', 'milliseconds'] as const;
export const inputOf = (id: string): 'count' | (typeof TYPED)[number] => TYPED.find((typed) => typed === formatOf(id)) ?? 'count';

/** Whether it is a mean or a share, which says nothing of too few calls. */
export const isWeighed = (id: string): boolean => !isSilent(id) && divisionOf(id as MeasureId) !== null;
/** Whether it can only be counted of the whole company. */
export const isWhole = isSilent;

/** A value as the reports show it. */
export const valueText = (id: string, value: number | null, format: Format): string =>
  isSilent(id) ? format.number(value) : value === null ? format.none : textOf(id as MeasureId, value, format);

/** The calls behind its value: what a click on the figure of a report opens. @param filter which calls it is about */
export function callsBehind(id: string, filter: CallFilter, rules: FigureRules): CallFilter | null {
  return narrow(filter, isSilent(id) ? { recorded: true } : countedIn(id as MeasureId, rules));
}
