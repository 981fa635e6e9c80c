import type { PhoneBinding } from '@callscope/core/domain/phone-state.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { run } from './run.ts';

/** More stretches of one account than anybody reads. */
const MOST = 1_000;

/** A stretch of time in which a phone of an account was registered. */
export interface Registration extends PhoneBinding {
  domain: string;
}

/**
 * Stretches of an account that reach into [from, to), the newest first, at most 1,000. One without an end stands, or nobody
 * saw it end: `expiresAt` bounds it then.
 * @param account name without the domain. @param from, to ms since the epoch
 */
export async function registrationsOf(
  client: ClickHouseClient,
  scope: TenantScope,
  account: string,
  from: number,
  to: number,
): Promise<Registration[]> {
  const rows = await run<{
    domain: string;
    contact: string;
    address: string;
    transport: string;
    user_agent: string;
    registered: string;
    expires: string;
    ended: string;
  }>(client, scope, {
    // a stretch that ends as it begins was another company's
    sql: `SELECT domain, contact, address, transport, user_agent, toUnixTimestamp64Milli(registered_at) AS registered,
        toUnixTimestamp64Milli(expires_at) AS expires, toUnixTimestamp64Milli(ended_at) AS ended
      FROM (
        SELECT * FROM registrations WHERE tenant = {tenant: String} AND account = {account: String}
          AND registered_at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')
        ORDER BY version DESC LIMIT 1 BY registered_at, domain, contact
      )
      WHERE (ended = 0 OR ended > registered) AND if(ended = 0, expires, ended) > {from: Int64}
      ORDER BY registered_at DESC LIMIT {most: UInt32}`,
    params: { account, from, to, most: MOST },
  });
  return rows.map((r) => ({
    ...{ domain: r.domain, contact: r.contact, address: r.address, transport: r.transport, userAgent: r.user_agent },
    ...{ registeredAt: Number(r.registered), expiresAt: Number(r.expires), endedAt: Number(r.ended) },
  }));
}
