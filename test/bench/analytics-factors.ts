import { compile } from '@callscope/analytics/query/compile.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import { reportOf } from '@callscope/analytics/reports/index.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { DAYS, END, LARGEST, START, ZONE } from './made-calls.ts';
import type { BenchResult } from './result.ts';
import { quantile } from './store.ts';

/** Reports that a projection of sql/clickhouse answers; of callers the question who called before. */
const BY_PROJECTION = {
  by_quarter: 'daily',
  by_quarter_wait: 'service-by-day',
  by_day_number: 'incoming-by-number',
  by_day_employee: 'incoming-by-employee',
  by_day_group_wait: 'service-by-group',
  by_day_offers: 'by-employee-offers',
  by_day_callers: 'callers',
} as const;
const TIMES = 5;
const DAY = 86_400_000;

/** The same question with and without what projections keep: what each is worth. */
export async function factors(store: ClickHouseClient, name: string): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [projection, id] of Object.entries(BY_PROJECTION)) {
    const report = reportOf(id);
    if (report === undefined) throw new Error(`no report ${id}`);
    const median = async (settings: Record<string, number>) => {
      const times: number[] = [];
      for (let i = 0; i <= TIMES; i++) {
        const to = END - i * DAY;
        // who called before is asked of all days before a short period
        const from = id === 'callers' ? to - DAY : Math.max(START, to - DAYS * DAY);
        const { sql, params } = compile(planReport(report, { from, to }, { zone: ZONE, country: 'RU', rules: DEFAULT_RULES }));
        const began = performance.now();
        const answer = await store.query({
          query: sql,
          query_params: { ...params, tenant: LARGEST },
          format: 'JSONEachRow',
          clickhouse_settings: { ...settings, max_execution_time: 0 } as never,
        });
        await answer.text();
        if (i > 0) times.push(performance.now() - began);
      }
      return quantile(times, 0.5);
    };
    const [rows, kept] = [await median({ optimize_use_projections: 0 }), await median({})];
    results.push({
      name,
      figure: `${projection}: ${id} from rows ${rows.toFixed(0)} ms, from it ${kept.toFixed(0)} ms, p50 of ${TIMES}`,
      value: rows / kept,
      unit: '×',
    });
  }
  return results;
}
