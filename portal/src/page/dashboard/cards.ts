import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import type { Holder } from '@callscope/modules/access/rights.ts';

/** Cards of the dashboard, and how many of twelve columns each takes. */
export const CARDS = {
  figures: 12,
  hourly: 8,
  missed: 4,
  cases: 4,
  employees: 6,
  outgoing: 6,
  numbers: 6,
  outNumbers: 6,
  groups: 6,
  now: 12,
} as const;
export type CardId = keyof typeof CARDS;
export const CARD_IDS = Object.keys(CARDS) as CardId[];

/** Cards that are tables of a report: which, and the columns that half a page has room for. */
export const REPORT_CARDS = {
  employees: { report: 'incoming-by-employee', columns: ['calls', 'talkSeconds'] },
  outgoing: { report: 'outgoing-by-employee', columns: ['calls', 'talkSeconds'] },
  numbers: { report: 'incoming-by-number', columns: ['in', 'inMissed', 'talkSeconds'] },
  outNumbers: { report: 'outgoing-by-number', columns: ['out', 'outAnswered', 'talkSeconds'] },
  groups: { report: 'by-group', columns: ['in', 'inMissed', 'out', 'talkSeconds'] },
} as const satisfies Partial<Record<CardId, { report: Report['id']; columns: readonly MeasureId[] }>>;
export type ReportCardId = keyof typeof REPORT_CARDS;

const WHOLE = ['figures', 'hourly', 'missed', 'employees', 'numbers', 'now'] as const;
const LOOKS = ['figures', 'hourly', 'missed', 'numbers', 'groups', 'now'] as const;

/** What each role begins with: nobody's first sign-in opens an empty page. */
export const BEGINS: Readonly<Record<Holder, readonly CardId[]>> = {
  operator: WHOLE,
  support: ['figures', 'now', 'hourly', 'missed'],
  admin: WHOLE,
  'group-admin': WHOLE,
  supervisor: WHOLE,
  quality: ['figures', 'hourly', 'cases', 'employees', 'outgoing'],
  marketing: ['figures', 'numbers', 'groups', 'hourly', 'missed'],
  finance: ['figures', 'outgoing', 'outNumbers', 'employees', 'groups'],
  observer: LOOKS,
  employee: ['figures', 'hourly', 'missed', 'cases', 'now'],
  'outside-observer': LOOKS,
};

export interface Layout {
  /** in their order */
  shown: readonly CardId[];
  /** as the role has it */
  isDefault: boolean;
}

/** @param arranged ids as they were kept, also of cards that are no more; null: nothing was arranged */
export function layoutOf(role: Holder, arranged: { shown: readonly string[]; hidden: readonly string[] } | null): Layout {
  const begins = BEGINS[role];
  if (arranged === null) return { shown: begins, isDefault: true };
  const shown = arranged.shown.filter(isCard);
  const known = [...arranged.shown, ...arranged.hidden];
  return { shown: [...shown, ...begins.filter((id) => !known.includes(id))], isDefault: false };
}

export function isCard(id: string): id is CardId {
  return Object.hasOwn(CARDS, id);
}
export function isReportCard(id: CardId): id is ReportCardId {
  return Object.hasOwn(REPORT_CARDS, id);
}

/** Cards side by side; the last of a row takes what is left of it, so that no order leaves a hole. */
export function rowsOf(shown: readonly CardId[]): { id: CardId; span: number }[][] {
  const rows: { id: CardId; span: number }[][] = [];
  let room = 0;
  for (const id of shown) {
    const span = CARDS[id];
    if (span > room) {
      rows.push([]);
      room = 12;
    }
    rows.at(-1)?.push({ id, span });
    room -= span;
  }
  for (const row of rows) {
    const last = row.at(-1);
    if (last) last.span = 12 - row.slice(0, -1).reduce((sum, card) => sum + card.span, 0);
  }
  return rows;
}

export type Direction = 'up' | 'down' | 'left' | 'right';

/** The order with a card one place further. @param narrow one card a row: a phone. @returns the same order where there is no such place */
export function moved(shown: readonly CardId[], id: CardId, to: Direction, narrow: boolean): readonly CardId[] {
  const at = shown.indexOf(id);
  if (at < 0) return shown;
  if (to === 'left' || to === 'right' || narrow) return placed(shown, id, at + (to === 'left' || to === 'up' ? -1 : 1));
  const rows = rowsOf(shown);
  const row = rows.findIndex((cards) => cards.some((card) => card.id === id));
  const column = rows[row]?.findIndex((card) => card.id === id) ?? 0;
  const next = rows[row + (to === 'up' ? -1 : 1)];
  const neighbour = next?.[Math.min(column, next.length - 1)];
  return neighbour ? placed(shown, id, shown.indexOf(neighbour.id)) : shown;
}

/** The order with a card at a place, counted among all of them. */
export function placed(shown: readonly CardId[], id: CardId, at: number): readonly CardId[] {
  if (at < 0 || at >= shown.length) return shown;
  return shown.filter((one) => one !== id).toSpliced(at, 0, id);
}

/** The order with a card before or after another: where it was dropped. */
export function dropped(shown: readonly CardId[], id: CardId, by: CardId, side: 'before' | 'after'): readonly CardId[] {
  if (id === by) return shown;
  const others = shown.filter((one) => one !== id);
  return others.toSpliced(others.indexOf(by) + (side === 'after' ? 1 : 0), 0, id);
}
