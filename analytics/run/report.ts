import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { answerOf, type ReportAnswer, type StoreRow } from '../query/answer.ts';
import { compile } from '../query/compile.ts';
import type { ReportPlan } from '../query/plan.ts';
import { askedBy, run } from './run.ts';

/** A report's rows and totals. @throws QueryTooLarge, StoreUnavailable */
export async function runReport(client: ClickHouseClient, scope: TenantScope, plan: ReportPlan): Promise<ReportAnswer> {
  const nothing = plan.isEmpty || plan.starts?.length === 0;
  const within = { ...plan, company: askedBy(scope, plan.company) };
  return answerOf(plan, nothing ? [] : await run<StoreRow>(client, scope, compile(within)));
}
