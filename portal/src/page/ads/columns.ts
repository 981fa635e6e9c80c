import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { LineFigures } from '@callscope/portal/ads/lines.ts';
import type { Format } from '#format/format.ts';

/** Figures of a line that are calls: each opens them. */
export const CALLS = [
  'in',
  'uniqueCallers',
  'newCallers',
  'target',
  'targetShare',
  'missedShare',
  'averageTalk',
] as const satisfies MeasureId[];
/** Figures that are money, in kopecks, or of missed callers. */
export const MONEY = ['spend', 'costPerCall', 'costPerTarget', 'atRisk'] as const;
export const COLUMN_IDS = [...CALLS, ...MONEY, 'waiting'] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];
export type CallsId = (typeof CALLS)[number];
type MoneyId = (typeof MONEY)[number];

export const isCalls = (id: ColumnId): id is CallsId => (CALLS as readonly string[]).includes(id);
export const isMoney = (id: ColumnId): id is MoneyId => (MONEY as readonly string[]).includes(id);

export function columnValue(id: ColumnId, line: LineFigures): number | null {
  return isCalls(id) ? (line.figures[id] ?? null) : line[id];
}

/** Of money: cheaper is better; what is spent is neither. */
const BETTER: Record<Exclude<ColumnId, CallsId>, 'less' | null> = {
  ...{ spend: null, costPerCall: 'less', costPerTarget: 'less', atRisk: 'less', waiting: 'less' },
};
const betterOf = (id: ColumnId) => (isCalls(id) ? MEASURES[id].better : BETTER[id]);

/** With fewer before, a share of them says nothing: the difference stands as it is. */
const LEAST_FOR_SHARE = 20;
/** Below 100 roubles kopecks are seen. */
const DIGITS_BELOW = 10_000;

/** @param sign whether money has the sign of its currency: a column says it in its name */
export function textOf(id: ColumnId, value: number | null, format: Format, currency: string | null): string {
  if (isMoney(id)) return moneyText(value, format, currency, id === 'costPerCall' || id === 'costPerTarget');
  const shown = isCalls(id) ? MEASURES[id].format : 'count';
  if (shown === 'share') return format.percent(value);
  return shown === 'duration' ? format.duration(value) : format.number(value);
}

/** @param kopecks null = nobody knows. @param fine small sums with their kopecks */
function moneyText(kopecks: number | null, format: Format, currency: string | null, fine: boolean): string {
  const value = kopecks === null ? null : kopecks / 100;
  const digits = fine && kopecks !== null && kopecks !== 0 && kopecks < DIGITS_BELOW ? 2 : 0;
  return currency === null ? format.number(value, digits) : format.money(value, digits, currency);
}

export interface Change {
  text: string;
  tone: 'good' | 'bad' | 'neutral';
}

/** How a figure changed, in words, coloured by meaning: fewer missed is good. undefined: there is nothing to compare */
export function changeOf(id: ColumnId, value: number | null, base: number | null, format: Format): Change | undefined {
  // who waits from then has had longer to be called back: the two say nothing together
  if (value === null || base === null || id === 'waiting' || id === 'atRisk') return undefined;
  const change = value - base;
  const better = betterOf(id);
  const text = changeText(id, value, base, format);
  const isSame = !/[1-9]/.test(text);
  const tone = better === null || isSame ? 'neutral' : change > 0 === (better === 'more') ? 'good' : 'bad';
  return { text, tone };
}

function changeText(id: ColumnId, value: number, base: number, format: Format): string {
  if (isMoney(id)) return base === 0 ? format.difference((value - base) / 100) : format.percentDifference((value - base) / base);
  const shown = isCalls(id) ? MEASURES[id].format : 'count';
  if (shown === 'share') return format.pointsDifference(value - base);
  if (shown === 'duration') return format.durationDifference(Math.round(value) - Math.round(base));
  return base < LEAST_FOR_SHARE ? format.difference(value - base) : format.percentDifference((value - base) / base);
}

/** Lines in the order of a column; what is not known comes last, whichever way. */
export function sorted<L extends LineFigures & { name: string; number: string }>(lines: readonly L[], by: ColumnId, down: boolean): L[] {
  const names = (a: L, b: L) => (a.name || a.number).localeCompare(b.name || b.number);
  return lines.toSorted((a, b) => {
    const [x, y] = [columnValue(by, a), columnValue(by, b)];
    if (x === null || y === null) return x === y ? names(a, b) : x === null ? 1 : -1;
    return (down ? y - x : x - y) || names(a, b);
  });
}
