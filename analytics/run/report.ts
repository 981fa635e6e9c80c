import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { answerOf, type CourseLine, courseOf, type ReportAnswer, type StoreRow } from '../query/answer.ts';
import { compile } from '../query/compile.ts';
import type { CoursePlan, Plan, ReportPlan } from '../query/plan.ts';
import { askedBy, run } from './run.ts';

/** A report's rows and totals. @throws QueryTooLarge, StoreUnavailable */
export async function runReport(client: ClickHouseClient, scope: TenantScope, plan: ReportPlan): Promise<ReportAnswer> {
  return answerOf(plan, await rowsOf(client, scope, plan));
}

/** How a figure went, of some rows and of the others. @throws QueryTooLarge, StoreUnavailable */
export async function runCourse(client: ClickHouseClient, scope: TenantScope, plan: CoursePlan): Promise<CourseLine[]> {
  return courseOf(plan, await rowsOf(client, scope, plan));
}

async function rowsOf(client: ClickHouseClient, scope: TenantScope, plan: Plan): Promise<StoreRow[]> {
  if (plan.isEmpty || plan.starts?.length === 0) return [];
  return run<StoreRow>(client, scope, compile({ ...plan, company: askedBy(scope, plan.company) }));
}
