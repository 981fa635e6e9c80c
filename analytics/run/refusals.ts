import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { run } from './run.ts';

/** More accounts or addresses than anybody looks through. */
const MOST = 200;
/** More attempts of one account than anybody reads. */
const MOST_ATTEMPTS = 50;

/** A span of time, ms since the epoch, [from, to). */
interface Span {
  from: number;
  to: number;
}

/** An account whose password was wrong, or which there is not. */
export interface RefusedAccount {
  account: string;
  domain: string;
  /** the last time, ms since the epoch */
  at: number;
  times: number;
  /** ip:port it came from the last time */
  source: string;
}

export interface Refusal {
  /** ms since the epoch */
  at: number;
  /** REGISTER, or INVITE of a call */
  what: string;
  source: string;
}

/** An address from which passwords were wrong. */
export interface RefusedAddress {
  address: string;
  /** a few of the accounts that it tried, and how many there were */
  accounts: string[];
  tried: number;
  times: number;
  /** first and last time, ms since the epoch */
  from: number;
  at: number;
}

/**
 * Failed sign-ins of the company (`security_events`), one a Call-ID as rows may come twice. A Call-ID that became a call is none: the
 * password came after the refusal was told.
 */
const FAILED = `(
  SELECT at, what, user, domain, source, replaceRegexpOne(source, ':[0-9]+$', '') AS address, call_id FROM security_events
  WHERE tenant = {tenant: String} AND at >= fromUnixTimestamp64Milli({from: Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')
  ORDER BY at DESC LIMIT 1 BY call_id, what)
WHERE call_id NOT IN (SELECT call_id FROM call_ids WHERE tenant = {tenant: String} AND call_id IN (
  SELECT call_id FROM security_events
  WHERE tenant = {tenant: String} AND at >= fromUnixTimestamp64Milli({from: Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')))`;

/** Those that were refused last come first, at most 200. */
export async function refusedAccounts(client: ClickHouseClient, scope: TenantScope, span: Span): Promise<RefusedAccount[]> {
  const rows = await run<{ user: string; domain: string; last: string; times: number; source: string }>(client, scope, {
    sql: `SELECT user, domain, toUnixTimestamp64Milli(max(at)) AS last, toUInt32(count()) AS times, argMax(source, at) AS source
      FROM ${FAILED} GROUP BY user, domain ORDER BY last DESC, user LIMIT {most: UInt32}`,
    params: { ...span, most: MOST },
  });
  return rows.map(({ user, last, ...row }) => ({ ...row, account: user, at: Number(last) }));
}

/** Attempts of one account, the newest first, at most 50. */
export async function refusalsOf(
  client: ClickHouseClient,
  scope: TenantScope,
  { account, domain }: { account: string; domain: string },
  span: Span,
): Promise<Refusal[]> {
  const rows = await run<{ ms: string; what: string; source: string }>(client, scope, {
    sql: `SELECT toUnixTimestamp64Milli(at) AS ms, what, source FROM ${FAILED}
      AND user = {account: String} AND domain = {domain: String} ORDER BY at DESC LIMIT {most: UInt32}`,
    params: { ...span, account, domain, most: MOST_ATTEMPTS },
  });
  return rows.map(({ ms, ...row }) => ({ ...row, at: Number(ms) }));
}

/** Those that tried most come first, at most 200. */
export async function refusedAddresses(client: ClickHouseClient, scope: TenantScope, span: Span): Promise<RefusedAddress[]> {
  const rows = await run<{ address: string; accounts: string[]; tried: number; times: number; first: string; last: string }>(
    client,
    scope,
    {
      sql: `SELECT address, arraySort(groupUniqArray(5)(user)) AS accounts, toUInt32(uniqExact(user)) AS tried, toUInt32(count()) AS times,
        toUnixTimestamp64Milli(min(at)) AS first, toUnixTimestamp64Milli(max(at)) AS last
      FROM ${FAILED} GROUP BY address ORDER BY times DESC, address LIMIT {most: UInt32}`,
      params: { ...span, most: MOST },
    },
  );
  return rows.map(({ first, last, ...row }) => ({ ...row, from: Number(first), at: Number(last) }));
}
