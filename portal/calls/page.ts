import { type CallFilter, filterToQuery } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import { type Sort, sortWord } from '@callscope/analytics/query/sort.ts';
import type { Reading } from '@callscope/analytics/run/call-row.ts';
import { isPlaceOf, list, placeIn, type Side, sortedCalls } from '@callscope/analytics/run/calls.ts';
import type { CallLine } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Deps } from '../deps.ts';
import { CursorError, decodeCursor, encodeCursor } from './cursor.ts';

export interface CallPage<C extends CallLine> {
  /** newest first, where they are not sorted */
  rows: C[];
  /** cursors of the pages beside this one; null = there is none */
  older: string | null;
  newer: string | null;
}

export interface Place {
  limit: number;
  /** of a page before; none: the newest calls */
  cursor?: string | undefined;
  /** where from the cursor; default older */
  side?: Side;
  /** default: newest first. The filter must allow it (`canSort`) */
  sort?: Sort | null;
}

/** One page of the list behind the journal and REST, by key: any depth costs the same. @param reading what is wanted of each call @throws CursorError */
export async function pageOf<C extends CallLine>(
  reading: Reading<C>,
  store: Deps['store'],
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  { limit, cursor, side = 'older', sort = null }: Place,
): Promise<CallPage<C>> {
  const bound = `${scope.tenant} ${filterToQuery(filter)}${sort === null ? '' : ` ${sortWord(sort)}`}`;
  const after = cursor === undefined ? null : decodeCursor(cursor, bound);
  if (after !== null && sort !== null && !isPlaceOf(sort, after))
    throw new CursorError('this is not a cursor of this order', 'not a cursor');
  const found = await (sort === null
    ? list(reading, store, scope, filter, company, limit + 1, after, side)
    : sortedCalls(reading, store, scope, filter, company, { sort, limit: limit + 1, after, side }));
  const hasMore = found.length > limit;
  const rows = side === 'older' ? found.slice(0, limit) : found.slice(-limit);
  const at = (row: CallLine | undefined) => row && encodeCursor(placeIn(sort, row), bound);
  const isOpen = (towards: Side) => (side === towards ? hasMore : after !== null);
  return {
    rows,
    older: (isOpen('older') && at(rows.at(-1))) || null,
    newer: (isOpen('newer') && at(rows[0])) || null,
  };
}
