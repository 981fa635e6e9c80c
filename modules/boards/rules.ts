/** Figures of a board on the wall and when they alarm. Pure, so that browsers may read it too. */

/** waiting: callers nobody has answered · longest: seconds that the longest of them waits · calls: in progress · free: employees who
 * could take one · service: level of today, percent · missed: of today · uncalled: callers of today whom nobody has reached yet · oldest: minutes that the longest of them waits */
export const BOARD_FIGURES = ['waiting', 'longest', 'calls', 'free', 'service', 'missed', 'uncalled', 'oldest'] as const;
export type BoardFigure = (typeof BOARD_FIGURES)[number];

/** Figures of which few is bad: they alarm at the threshold and below it, the others at it and above. */
const FEW_IS_BAD: ReadonlySet<BoardFigure> = new Set(['free', 'service']);

/** Whole numbers in the figure's own unit; null: this colour does not come. */
export interface Threshold {
  warn: number | null;
  alarm: number | null;
}
export type Thresholds = Readonly<Record<BoardFigure, Threshold>>;
export const MOST_THRESHOLD = 100_000;

/** A wait as in the portal's own figures, the rest as a small company would have it. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  waiting: { warn: 3, alarm: 6 },
  longest: { warn: 20, alarm: 60 },
  calls: { warn: null, alarm: null },
  free: { warn: 1, alarm: 0 },
  service: { warn: 79, alarm: 59 },
  missed: { warn: null, alarm: null },
  uncalled: { warn: 3, alarm: 8 },
  oldest: { warn: 30, alarm: 60 },
};

export type Level = 'calm' | 'warn' | 'alarm';

export function isFewBad(figure: BoardFigure): boolean {
  return FEW_IS_BAD.has(figure);
}

/** @param value null: not known, or nobody is there to be counted */
export function levelOf(figure: BoardFigure, value: number | null, thresholds: Thresholds): Level {
  if (value === null) return 'calm';
  const { warn, alarm } = thresholds[figure];
  const isBeyond = (limit: number | null) => limit !== null && (isFewBad(figure) ? value <= limit : value >= limit);
  return isBeyond(alarm) ? 'alarm' : isBeyond(warn) ? 'warn' : 'calm';
}

/** What two figures of one tile say together. */
export function worse(a: Level, b: Level): Level {
  return a === 'alarm' || b === 'alarm' ? 'alarm' : a === 'warn' || b === 'warn' ? 'warn' : 'calm';
}

/** Whether red comes no sooner than yellow. */
export function isInOrder(figure: BoardFigure, { warn, alarm }: Threshold): boolean {
  return warn === null || alarm === null || (isFewBad(figure) ? alarm <= warn : alarm >= warn);
}

/** As kept, with figures that came later as they are by default. */
export function completeThresholds(kept: Partial<Thresholds>): Thresholds {
  return Object.fromEntries(BOARD_FIGURES.map((figure) => [figure, kept[figure] ?? DEFAULT_THRESHOLDS[figure]])) as unknown as Thresholds;
}

/** Screens that show one board at a time: its address was given to somebody who gave it on. */
export const MOST_SCREENS = 20;

/** How much of a caller's number stands on the wall. */
export const NUMBER_PARTS = ['none', 'ending', 'whole'] as const;
export type NumberPart = (typeof NUMBER_PARTS)[number];
/** Digits of an ending: enough for whoever has the call before them, too few to call back. */
const ENDING = 2;

/** What of an outside number may be shown; '' = nothing, or it was hidden. */
export function shownPart(number: string, part: NumberPart): string {
  if (part === 'whole') return number;
  const digits = number.replace(/\D/g, '');
  return part === 'none' || digits.length <= ENDING ? '' : `…${digits.slice(-ENDING)}`;
}
