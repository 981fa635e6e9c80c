import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import type { Sort } from '@callscope/analytics/query/sort.ts';
import { type CallCost, costsOfCalls } from '@callscope/analytics/run/call-costs.ts';
import { type CallSound, soundsOfCalls } from '@callscope/analytics/run/call-quality.ts';
import { type CallField, type CallPart, streamCalls } from '@callscope/analytics/run/call-stream.ts';
import { countCalls } from '@callscope/analytics/run/calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type MarksOfCall, marksOf } from '@callscope/modules/marks/read.ts';
import type { SegmentState } from '@callscope/modules/recordings/rules.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import type { Deps } from '../deps.ts';
import type { Names } from '../src/page/journal/conditions.ts';
import { periodText, questionFacts } from './question-facts.ts';
import { type CellKind, type Cells, cellAt, type Sheet, type SheetPart } from './sheet.ts';
import type { Speech } from './speech.ts';

/** What stands beside the calls of a part, asked for all of them at once. */
export interface Beside {
  segments: ReadonlyMap<string, readonly SegmentState[]>;
  marks: ReadonlyMap<string, MarksOfCall>;
  sounds: ReadonlyMap<string, CallSound>;
  costs: ReadonlyMap<string, CallCost>;
}

/** The place of a field among the columns of a part; asking for it has it read. */
export type PlaceOf = (field: CallField) => number;
export type CellsOf = (part: CallPart, beside: Beside) => Cells;

/** A column of calls, made once for a file: no call is made of a row on its way, and no text of what can stay as it lies. */
export interface CallColumn {
  id: string;
  head: string;
  kind: CellKind;
  width?: number;
  /** the file ends with the sum of it; of columns that are worked out */
  isSummed?: boolean;
  /** what of them it needs */
  needs?: keyof Beside;
  cells: (place: PlaceOf) => CellsOf;
}

export interface CallsAsked {
  filter: CallFilter;
  company: Company;
  /** null: newest first */
  sort: Sort | null;
  /** the ticked ones of these; null: all */
  ids: readonly string[] | null;
  /** address of a call's card before its id; null: rows are no links */
  card: string | null;
}

/**
 * Calls on their way into a file, in the order of the list. What begins after the question was asked is not in it.
 * @throws QueryTooLarge, StoreUnavailable
 */
export async function callSheet(
  { db, store, clock }: Pick<Deps, 'db' | 'store' | 'clock'>,
  scope: TenantScope,
  columns: readonly CallColumn[],
  { filter: asked, company, sort, ids, card }: CallsAsked,
  names: Names,
  speech: Speech,
): Promise<Sheet> {
  const filter = { ...asked, to: Math.min(asked.to ?? Number.POSITIVE_INFINITY, clock.now()) };
  const { words, locale, format } = speech;
  const fields: CallField[] = [];
  const place: PlaceOf = (field) => {
    if (!fields.includes(field)) fields.push(field);
    return fields.indexOf(field);
  };
  const cellsOf = columns.map(({ cells }) => cells(place));
  const id = place('id');
  const summed = columns.flatMap(({ isSummed }, at) => (isSummed ? [at] : []));
  const sums: number[] = columns.map(() => 0);
  const needs = new Set(columns.map((column) => column.needs));
  const counted = ids === null ? await countCalls(store, scope, filter, company) : null;

  async function* rows(): AsyncGenerator<SheetPart> {
    for await (const part of streamCalls(store, scope, filter, company, { fields, sort, ids })) {
      const idsOfPart = () => Array.from(part.texts(id));
      const [segments, marks, sounds, costs] = await Promise.all([
        needs.has('segments') ? segmentsOf(db, scope, idsOfPart()) : NONE,
        needs.has('marks') ? marksOf(db, scope, idsOfPart()) : NONE,
        needs.has('sounds') ? soundsOfCalls(store, scope, idsOfPart()) : NONE,
        needs.has('costs') ? costsOfCalls(store, scope, idsOfPart()) : NONE,
      ]);
      const made = cellsOf.map((cells) => cells(part, { segments, marks, sounds, costs }));
      for (const at of summed)
        for (let row = 0; row < part.calls; row++) sums[at] = (sums[at] ?? 0) + Number(cellAt(made[at] as Cells, row));
      yield { rows: part.calls, columns: made, keyOf: (row) => part.texts(id)[row] };
    }
  }

  const { calls, facts } = words.files;
  return {
    ...{ locale, zone: format.zone, title: `${calls}, ${periodText(asked, speech)}`, plainName: `calls-${scope.tenant}` },
    columns: columns.map(({ id: column, head, kind, width }) => ({ id: column, head, kind, ...(width === undefined ? {} : { width }) })),
    ...(card === null ? {} : { hrefOf: (key: string) => `${card}${encodeURIComponent(key)}` }),
    ...{ rows: rows(), count: counted?.calls ?? ids?.length ?? null },
    totals:
      summed.length === 0
        ? null
        : () => columns.map(({ isSummed }, at) => (isSummed ? (sums[at] ?? 0) : at === 0 ? words.kit.total : null)),
    facts: [...questionFacts(asked, names, speech), ...(ids === null ? [] : [{ label: facts.ticked, value: ids.length }])],
  };
}

const NONE = new Map<string, never>();
