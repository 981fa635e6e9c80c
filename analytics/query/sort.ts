import type { CallFilter } from './filter.ts';

/** What a list of calls can be put in the order of; newest first is its own order, and needs no word. */
export const SORT_KEYS = ['start', 'talk', 'wait', 'from', 'to', 'answeredBy'] as const;
export type SortKey = (typeof SORT_KEYS)[number];
export interface Sort {
  by: SortKey;
  down: boolean;
}
export type SortWord = SortKey | `-${SortKey}`;
/** As REST and the journal's address write them: `talk` = shortest first, `-talk` = longest first. */
export const SORT_WORDS: readonly SortWord[] = SORT_KEYS.flatMap((key) => [key, `-${key}` as const]);

/** null = newest first, also where it is said: `-start` */
export function sortOf(word: SortWord): Sort | null {
  const down = word.startsWith('-');
  const by = (down ? word.slice(1) : word) as SortKey;
  return by === 'start' && down ? null : { by, down };
}

export function sortWord({ by, down }: Sort): SortWord {
  return down ? `-${by}` : by;
}

export function isSortWord(word: string | null): word is SortWord {
  return (SORT_WORDS as readonly (string | null)[]).includes(word);
}

/** Sorting reads all calls of the period: of a month at most. With the hour that a change of clocks adds. ms */
const LONGEST_SORTED = 31 * 86_400_000 + 3_600_000;

/** Whether calls of this period can be put in another order than that of their start, which the store keeps by itself. */
export function isSortable({ from, to }: Pick<CallFilter, 'from' | 'to'>): boolean {
  return from !== undefined && to !== undefined && to - from <= LONGEST_SORTED;
}

/** Whether they can be put in this one. */
export function canSort(sort: Sort | null, period: Pick<CallFilter, 'from' | 'to'>): boolean {
  return sort === null || sort.by === 'start' || isSortable(period);
}
