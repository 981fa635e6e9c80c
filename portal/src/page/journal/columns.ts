import type { SortKey } from '@callscope/analytics/query/sort.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import { longestMonologue, overtalkShare, talkShare } from '@callscope/modules/marks/talk.ts';
import type { Words } from '../../words/words.ts';
import type { Names } from './conditions.ts';
import type { JournalRow } from './rows.ts';

/** What a cell needs to say its value. */
export interface Said {
  words: Words;
  names: Names;
  /** what stands where there is nothing */
  none: string;
  phone: (stored: string) => string;
  duration: (seconds: number) => string;
  /** of a share: 0.5 is «50 %» */
  percent: (share: number) => string;
  /** of a mean opinion score: 4.12 is «4,12» */
  score: (mos: number) => string;
  /** of kopecks: 360 is «3,60 ₽» */
  money: (kopecks: number) => string;
  channelOf: Readonly<Record<string, string>>;
}

interface Column {
  /** px; null = what the others leave */
  width: number | null;
  /** px in a window of 1,600 and more */
  roomy?: number;
  /** numbers and durations stand at the end of their cell */
  end?: true;
  /** what a click on its head puts the calls in the order of */
  sort?: SortKey;
  /** who may not know what calls cost does not have it */
  needs?: 'costs';
  /** its text; columns without one have a cell of their own in Cell.svelte. '' = nothing to say */
  text?: (row: JournalRow, said: Said) => string;
}

/**
 * Columns of the journal: one that is added here, and has a head in the words, can be chosen. Their order is the one in which they
 * begin and in which the chooser has those that are not shown.
 */
export const COLUMNS = {
  employee: { width: 134, roomy: 200 },
  direction: { width: 106 },
  result: { width: 108 },
  from: { width: 131, sort: 'from' },
  to: { width: null, sort: 'to' },
  answeredBy: { width: 94, roomy: 150, sort: 'answeredBy' },
  date: { width: 60 },
  time: { width: 68, sort: 'start' },
  talk: { width: 60, end: true, sort: 'talk' },
  recording: { width: 76 },
  group: { width: 120, text: ({ group }, { names }) => (group === '' ? '' : names.group(group)) },
  channel: { width: 120, text: ({ number }, { channelOf }) => (Object.hasOwn(channelOf, number) ? (channelOf[number] ?? '') : '') },
  number: { width: 131, text: ({ number }, { names }) => (number === '' ? '' : names.number(number)) },
  wait: { width: 96, end: true, sort: 'wait', text: ({ ring }, { duration }) => (ring === null ? '' : duration(ring)) },
  reason: { width: 150, text: ({ missedKind }, { words }) => (missedKind === '' ? '' : words.calls.missedKind[missedKind]) },
  code: { width: 72, end: true, text: ({ code }) => (code === 0 ? '' : String(code)) },
  hungUp: { width: 110, text: (row, { words }) => hangupWord(row, words.journal.hungUp) },
  billsec: { width: 70, end: true, text: ({ talk, result }) => (result === null ? '' : String(Math.floor(talk))) },
  disposition: { width: 104, text: ({ result }) => (result === null ? '' : DISPOSITIONS[result]) },
  destination: {
    width: 140,
    text: ({ answeredBy, dialled }, { phone }) => (answeredBy || dialled) && phone(answeredBy || dialled),
  },
  callId: { width: 210, text: ({ id }) => id },
  tags: { width: 150, text: ({ marks }, { names }) => (marks?.tags ?? []).map((tag) => names.tag(tag)).join(', ') },
  memo: { width: 200, text: ({ marks }) => marks?.note ?? '' },
  comments: { width: 74, end: true, text: ({ marks }) => (marks?.comments ? String(marks.comments) : '') },
  score: { width: 74, end: true, text: ({ marks }, { percent }) => shareText(marks?.score ?? null, percent) },
  talkShare: { width: 84, end: true, text: ({ marks }, { percent }) => shareText(marks?.talk ? talkShare(marks.talk) : null, percent) },
  monologue: {
    width: 84,
    end: true,
    text: ({ marks }, { duration }) => spanText(marks?.talk ? longestMonologue(marks.talk) : null, duration),
  },
  silence: { width: 84, end: true, text: ({ marks }, { duration }) => spanText(marks?.talk?.longestSilence ?? null, duration) },
  overtalk: { width: 84, end: true, text: ({ marks }, { percent }) => shareText(marks?.talk ? overtalkShare(marks.talk) : null, percent) },
  trunk: { width: 120, text: ({ trunk }) => trunk },
  mos: { width: 64, end: true, text: ({ sound }, { score }) => (typeof sound?.mos === 'number' ? score(sound.mos) : '') },
  cost: { width: 84, end: true, needs: 'costs', text: ({ cost }, { money }) => (cost === null ? '' : money(cost.amount)) },
} as const satisfies Record<string, Column>;

export type ColumnId = keyof typeof COLUMNS;
export const COLUMN_IDS = Object.keys(COLUMNS) as ColumnId[];

/** px; null = what the others leave */
export function widthOf(id: ColumnId, isRoomy: boolean): number | null {
  const column: Column = COLUMNS[id];
  return (isRoomy && column.roomy) || column.width;
}

/** null = calls cannot be sorted by it */
export function sortKeyOf(id: ColumnId): SortKey | null {
  const column: Column = COLUMNS[id];
  return column.sort ?? null;
}

/** The ten of T-20: how the journal begins. */
export const USUAL: readonly ColumnId[] = COLUMN_IDS.slice(0, 10);

/** What Asterisk's CDR says of a dial that ended so (main/cdr.c, dial_status_to_disposition): FAILED is whatever was neither busy nor unanswered. */
export const DISPOSITIONS: Record<CallResult, 'ANSWERED' | 'NO ANSWER' | 'BUSY' | 'FAILED'> = {
  answered: 'ANSWERED',
  no_answer: 'NO ANSWER',
  cancelled: 'NO ANSWER',
  busy: 'BUSY',
  rejected: 'FAILED',
  unavailable: 'FAILED',
  failed: 'FAILED',
};

export function isColumn(id: unknown): id is ColumnId {
  return typeof id === 'string' && Object.hasOwn(COLUMNS, id);
}

/** Those of these columns that somebody may have; as the journal begins where nothing is left. @param costs they may know what calls cost */
export function columnsFor(ids: readonly ColumnId[], { costs }: { readonly costs?: true }): readonly ColumnId[] {
  const own = ids.filter((id) => {
    const column: Column = COLUMNS[id];
    return column.needs === undefined || costs;
  });
  return own.length === 0 ? USUAL : own;
}

/** Columns as somebody gave them; null = not a list of columns, each once, at least one. */
export function columnsFrom(given: unknown): ColumnId[] | null {
  if (!Array.isArray(given) || given.length === 0 || new Set(given).size !== given.length) return null;
  return given.every(isColumn) ? given : null;
}

/** Columns as they were kept, without those that there are no more. */
export function keptColumns(kept: unknown): readonly ColumnId[] {
  const shown = (kept as { columns?: unknown } | null)?.columns;
  return columnsFrom(Array.isArray(shown) ? shown.filter(isColumn) : null) ?? USUAL;
}

/** A column one place further; the same list where there is no such place. */
export function columnMoved(shown: readonly ColumnId[], id: ColumnId, by: -1 | 1): readonly ColumnId[] {
  const to = shown.indexOf(id) + by;
  if (!shown.includes(id) || to < 0 || to >= shown.length) return shown;
  return shown.filter((one) => one !== id).toSpliced(to, 0, id);
}

/** One that is shown anew stands last; the last one that is left cannot be hidden. */
export function columnTicked(shown: readonly ColumnId[], id: ColumnId, on: boolean): readonly ColumnId[] {
  if (on === shown.includes(id)) return shown;
  if (on) return [...shown, id];
  return shown.length === 1 ? shown : shown.filter((one) => one !== id);
}

function shareText(percents: number | null, percent: Said['percent']): string {
  return percents === null ? '' : percent(percents / 100);
}

function spanText(ms: number | null, duration: Said['duration']): string {
  return ms === null ? '' : duration(Math.round(ms / 1_000));
}

type HangupWords = Record<'client' | 'employee' | 'caller' | 'callee' | 'system', string>;

/** Who ended the call: of one with somebody outside, whose side that is; '' = not said, or it goes on. */
export function hangupWord(
  { hangupBy, result, direction }: Pick<JournalRow, 'hangupBy' | 'result' | 'direction'>,
  words: HangupWords,
): string {
  if (hangupBy === '' || result === null) return '';
  if (hangupBy === 'system') return words.system;
  if (direction === 'internal') return words[hangupBy];
  return (direction === 'in') === (hangupBy === 'caller') ? words.client : words.employee;
}
