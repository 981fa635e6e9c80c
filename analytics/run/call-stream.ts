import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { CallFilter } from '../query/filter.ts';
import type { Company } from '../query/plan.ts';
import { canSort, type Sort } from '../query/sort.ts';
import { BEYOND, callSource, ORDER, SORTED_BY } from './calls.ts';
import { type NativeBlock, type NativeColumn, partOf, valuesOf } from './native.ts';
import { askedBy, runBlocks } from './run.ts';
import { Turns } from './turns.ts';

/** What can be read of a call without making one: times in µs since the epoch, 0 = did not happen; texts as `CallRow` has them. Types are those of native.ts. */
const FIELDS = {
  ...{ id: 'id', direction: 'direction', result: 'result', missedKind: 'missed_kind', from: 'caller', dialled: 'dialled' },
  ...{ number: 'number', answeredBy: 'answered_by', employee: 'employee', group: 'group_id', sipCode: 'sip_code', hangupBy: 'hangup_by' },
  ...{ startedAt: micros('started_at'), ringingAt: micros('ringing_at'), answeredAt: micros('answered_at'), endedAt: micros('ended_at') },
  ...{ recordRule: 'record_rule', trunk: 'trunk' },
} as const;
export type CallField = keyof typeof FIELDS;
/** Some of the calls, by columns; not to be used after the next part was asked for. */
export class CallPart {
  readonly calls: number;
  /** of each field that was asked for, in that order */
  readonly columns: readonly NativeColumn[];
  readonly #texts: (ArrayLike<string> | undefined)[] = [];

  constructor(calls: number, columns: readonly NativeColumn[]) {
    this.calls = calls;
    this.columns = columns;
  }

  /** A field of text as texts, made once. @param field its place among those that were asked for */
  texts(field: number): ArrayLike<string> {
    this.#texts[field] ??= valuesOf(this.columns[field] as NativeColumn) as ArrayLike<string>;
    return this.#texts[field];
  }

  /** A field of numbers. */
  numbers(field: number): ArrayLike<number> {
    return valuesOf(this.columns[field] as NativeColumn) as ArrayLike<number>;
  }
}

/** A double holds µs of this century, and JavaScript counts in doubles. */
function micros(column: string): string {
  return `toFloat64(toUnixTimestamp64Micro(${column}))`;
}

/** Calls of a part: so few that what is made of them is gone before the collector would have to move it. */
const A_PART = 4_096;
/** How long in all a question waits for whoever takes its answer, ms: someone slow would keep others' from being asked. */
const PATIENCE_MS = 2_000;
/** Questions for whole lists at a time. */
const MOST_AT_ONCE = 3;
const turns = new Turns(MOST_AT_ONCE);

interface Asked {
  fields: readonly CallField[];
  /** null: newest first. The filter must allow it (`canSort`) */
  sort: Sort | null;
  /** only these of the calls that the filter lets through; null: all */
  ids: readonly string[] | null;
}

/**
 * All calls that the filter lets through, in parts, as the store finds them. Where they are taken slowly the question is ended, and
 * asked again from the last call on, by key: a call that is written meanwhile moves no other, so none comes twice and none is left out.
 * Whoever stops taking them stops the reading.
 * @throws QueryTooLarge, StoreUnavailable
 */
export async function* streamCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  { fields, sort, ids }: Asked,
): AsyncGenerator<CallPart> {
  if (!canSort(sort, filter)) throw new Error('calls are sorted within a month at most');
  const { from, conditions, params } = callSource(filter, askedBy(scope, company), 'read');
  const { order, beyond, key } = listed(sort);
  const read = [...new Set<CallField>([...fields, 'startedAt', 'id'])];
  const [started, id] = [read.indexOf('startedAt'), read.indexOf('id')];
  const columns = [...read.map((field) => FIELDS[field]), ...(key === null ? [] : [key])];
  const blocksAfter = (last: Place | null) =>
    runBlocks(
      client,
      scope,
      {
        sql: `SELECT ${columns.join(', ')} FROM ${from([...conditions, ...(ids === null ? [] : [AMONG]), ...(last ? [beyond] : [])])}
          ORDER BY ${order}`,
        params: {
          ...{ ...params, ...last },
          ...(ids === null ? {} : { ids, callIds: [...new Set(ids.map((one) => one.replace(/~\d+$/, '')))] }),
        },
      },
      columns.length,
    );
  let last: Place | null = null;
  for (let isAll = false; !isAll; ) {
    const leave = await turns.take();
    const blocks = blocksAfter(last);
    let [patience, isEnded] = [PATIENCE_MS, false];
    const end = () => {
      isEnded = true;
      // a block that is on its way comes first; that it then fails is nobody's business
      blocks.return(undefined).then(leave, leave);
    };
    try {
      while (!isEnded) {
        const { done, value: block } = await blocks.next();
        if (done) {
          isAll = !isEnded;
          break;
        }
        for (let row = 0; row < block.rows; row += A_PART) {
          const to = Math.min(row + A_PART, block.rows);
          const began = performance.now();
          const timer = isEnded ? undefined : setTimeout(end, Math.max(0, patience));
          try {
            yield new CallPart(
              to - row,
              block.columns.map((column) => partOf(column, row, to)),
            );
          } finally {
            clearTimeout(timer);
            patience -= performance.now() - began;
          }
        }
        last = placeOf(block, { started, id, key: key === null ? null : columns.length - 1 });
      }
    } finally {
      if (!isEnded) end();
    }
  }
}

/** Where a list goes on: parameters of `beyond`. */
type Place = Record<string, string | number>;

function placeOf({ rows, columns }: NativeBlock, at: { started: number; id: number; key: number | null }): Place {
  const of = (column: number) => valuesOf(partOf(columns[column] as NativeColumn, rows - 1, rows))[0] ?? '';
  return { afterStart: of(at.started), afterId: of(at.id), ...(at.key === null ? {} : { afterValue: of(at.key) }) };
}

/** Calls that are named are found by the index of Call-IDs. */
const AMONG = `id IN {ids: Array(String)} AND (started_at, id) IN (
  SELECT started_at, id FROM call_ids WHERE call_id IN {callIds: Array(String)} AND tenant = {tenant: String})`;

/** @returns key: SQL of the value that rows are sorted by, read beside them as what JavaScript has; null: it is their start */
function listed(sort: Sort | null): { order: string; beyond: string; key: string | null } {
  if (sort === null || sort.by === 'start') {
    const side = sort === null || sort.down ? 'older' : 'newer';
    return { order: ORDER[side], beyond: BEYOND[side], key: null };
  }
  const { sql, type } = SORTED_BY[sort.by];
  const way = sort.down ? 'DESC' : 'ASC';
  return {
    order: `${sql} ${way}, started_at ${way}, id ${way}`,
    beyond: `(${sql}, started_at, id) ${sort.down ? '<' : '>'}
      ({afterValue: ${type}}, fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC'), {afterId: String})`,
    key: type === 'Int64' ? `toFloat64(${sql})` : sql,
  };
}
