import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { divisionOf, MEASURES, type MeasureId } from '../catalog/measures.ts';
import { figuresOf, type StoreRow } from '../query/answer.ts';
import { compile } from '../query/compile.ts';
import type { CallFilter } from '../query/filter.ts';
import { type Company, planFigures } from '../query/plan.ts';
import { askedBy, run } from './run.ts';

export interface WeighedFigure {
  /** null = no data: a mean over no calls */
  value: number | null;
  /** how many calls a mean or share is over; null: the figure is none */
  over: number | null;
}

/** Single figures of one question, each as a report of one row has it. @throws QueryTooLarge, StoreUnavailable */
export async function runFigures<M extends MeasureId>(
  client: ClickHouseClient,
  scope: TenantScope,
  measures: readonly M[],
  filter: CallFilter,
  company: Company,
): Promise<Record<M, WeighedFigure>> {
  const rowOf = async (asked: readonly MeasureId[]): Promise<StoreRow> => {
    if (asked.length === 0) return {};
    const [row] = await run<StoreRow>(client, scope, compile(planFigures(asked, filter, askedBy(scope, company))));
    return row ?? {};
  };
  // lines are counted in a query of their own, which has no other figures
  const isOfLines = (id: MeasureId) => MEASURES[id].kind === 'peak' || MEASURES[id].kind === 'peakAt';
  const row = { ...(await rowOf(measures.filter((id) => !isOfLines(id)))), ...(await rowOf(measures.filter(isOfLines))) };
  const values = figuresOf(measures, [row]);
  const overOf = (id: MeasureId) => {
    const division = divisionOf(id);
    if (division === null) return null;
    const { by, less } = division;
    return Number(row[by] ?? 0) - (less === undefined ? 0 : Number(row[less] ?? 0));
  };
  return Object.fromEntries(measures.map((id) => [id, { value: values[id], over: overOf(id) }])) as Record<M, WeighedFigure>;
}
