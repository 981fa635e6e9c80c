import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import type { Company } from '../query/plan.ts';
import { QueryTooLarge } from '../query/too-large.ts';
import { type NativeBlock, readNative } from './native.ts';

/**
 * The only door from people to the store. A query names its tables' company as {tenant: String}; the value comes from
 * the scope here and from nowhere else, so a query without a right cannot run and no caller can name another company.
 */
export interface CompiledQuery {
  /** must contain {tenant: String} */
  sql: string;
  params: Record<string, unknown>;
}

export { QueryTooLarge };
export class StoreUnavailable extends Error {}

export async function run<Row>(client: ClickHouseClient, scope: TenantScope, query: CompiledQuery): Promise<Row[]> {
  return ask<Row>(client, query.sql, paramsIn(scope, query));
}

/**
 * The same as columns, block by block, as the store finds them: whoever stops taking them ends the question. So long it holds one of
 * the store's few places for questions. @param columns as many as the question has; each must be of a type that `readNative` knows
 */
export async function* runBlocks(
  client: ClickHouseClient,
  scope: TenantScope,
  query: CompiledQuery,
  columns: number,
): AsyncGenerator<NativeBlock> {
  const params = paramsIn(scope, query);
  const asking = new AbortController();
  const { stream } = await answered(() =>
    client.exec({ query: `${query.sql} FORMAT Native`, query_params: params, abort_signal: asking.signal }),
  );
  const blocks = readNative(stream, columns);
  try {
    for (;;) {
      const { done, value } = await answered(() => blocks.next());
      if (done) return;
      yield value;
    }
  } finally {
    asking.abort();
    stream.destroy();
  }
}

function paramsIn(scope: TenantScope, { sql, params }: CompiledQuery): Record<string, unknown> {
  if (!sql.includes('{tenant: String}')) throw new Error('a query of company data must name {tenant: String}');
  return { ...params, tenant: scope.tenant };
}

/** The company as this right sees it: whose right does not reach all of it asks about what is within, whatever the filter says. */
export function askedBy({ within }: TenantScope, company: Company): Company {
  return within === undefined ? company : { ...company, within };
}

/** Across companies: only for the operator. */
export function runAsOperator<Row>(client: ClickHouseClient, _scope: OperatorScope, query: CompiledQuery): Promise<Row[]> {
  return ask<Row>(client, query.sql, query.params);
}

async function ask<Row>(client: ClickHouseClient, query: string, params: Record<string, unknown>): Promise<Row[]> {
  return answered(async () => (await client.query({ query, query_params: params, format: 'JSONEachRow' })).json<Row>());
}

async function answered<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (cause) {
    // 159 timeout, 160 estimated too slow, 241 memory, 307 too many bytes, 396 too many rows
    if (cause instanceof ClickHouseError) {
      if (['159', '160', '241', '307', '396'].includes(cause.code))
        throw new QueryTooLarge('the question is too large for the store: choose a shorter period', { cause });
      throw cause;
    }
    throw new StoreUnavailable('the store does not answer', { cause });
  }
}
