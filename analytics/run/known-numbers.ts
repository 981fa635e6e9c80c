import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { KnownNumbers, Searched } from '../query/company.ts';
import type { CallFilter } from '../query/filter.ts';
import { MOST_NUMBERS, SEARCHED, searchedFor } from '../query/known-numbers.ts';
import type { Company } from '../query/plan.ts';
import { QueryTooLarge, run, StoreUnavailable } from './run.ts';

/**
 * The company, with the whole numbers that parts of numbers in the filter fit, where they are few: `known_numbers` has every number once,
 * so that it is read in their stead. Without, a filter means the same calls and is slower.
 */
export async function withNumbers(client: ClickHouseClient, scope: TenantScope, filter: CallFilter, company: Company): Promise<Company> {
  const found = await Promise.all(SEARCHED.map((field) => numbersOf(client, scope, field, filter[field], company.country))).catch(
    (error) => {
      // a store that does not answer says so to whoever asks it for calls
      if (error instanceof QueryTooLarge || error instanceof StoreUnavailable) return [];
      throw error;
    },
  );
  const numbers: KnownNumbers = Object.assign({}, ...found);
  return Object.keys(numbers).length === 0 ? company : { ...company, means: { ...company.means, numbers } };
}

async function numbersOf(
  client: ClickHouseClient,
  scope: TenantScope,
  field: Searched,
  typed: string | undefined,
  country: string,
): Promise<KnownNumbers> {
  const terms = typed === undefined ? null : searchedFor(field, typed, country);
  if (typed === undefined || terms === null) return {};
  const fits = [
    ...(terms.exact.length > 0 ? ['party IN {exact: Array(String)}'] : []),
    ...terms.like.map((_, i) => `party LIKE {like${i}: String}`),
  ];
  const rows = await run<{ party: string }>(client, scope, {
    sql: `SELECT DISTINCT party FROM known_numbers WHERE tenant = {tenant: String} AND (${fits.join(' OR ')}) LIMIT {most: UInt32}`,
    params: {
      most: MOST_NUMBERS + 1,
      ...(terms.exact.length > 0 ? { exact: terms.exact } : {}),
      ...Object.fromEntries(terms.like.map((like, i) => [`like${i}`, like])),
    },
  });
  return rows.length > MOST_NUMBERS ? {} : { [field]: { typed, found: rows.map((row) => row.party) } };
}
