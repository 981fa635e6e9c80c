import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { runAsOperator } from './run.ts';

export interface SecurityEventRow {
  at: number;
  tenant: string;
  what: string;
  callId: string;
  user: string;
  domain: string;
  source: string;
}

/** Failed authentications, newest first; one a Call-ID. A Call-ID of a call is none: the password came after the refusal was told. */
export async function securityEvents(
  client: ClickHouseClient,
  scope: OperatorScope,
  fromUs: number,
  toUs: number,
  limit: number,
): Promise<SecurityEventRow[]> {
  const within = "at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')";
  const rows = await runAsOperator<{
    us: string;
    tenant: string;
    what: string;
    call_id: string;
    user: string;
    domain: string;
    source: string;
  }>(client, scope, {
    sql: `SELECT toUnixTimestamp64Micro(at) AS us, tenant, what, call_id, user, domain, source FROM security_events
      WHERE ${within} AND call_id NOT IN (
        SELECT call_id FROM call_ids WHERE call_id IN (SELECT call_id FROM security_events WHERE ${within}))
      ORDER BY at DESC LIMIT 1 BY call_id LIMIT {limit: UInt32}`,
    params: { from: fromUs, to: toUs, limit },
  });
  return rows.map((r) => ({
    at: Number(r.us),
    tenant: r.tenant,
    what: r.what,
    callId: r.call_id,
    user: r.user,
    domain: r.domain,
    source: r.source,
  }));
}

/** One way in of one life of one receiver, as its frames' headers and what was decoded of them prove it. */
export interface DecodedChannel {
  edge: string;
  boot: string;
  channel: string;
  /** highest packet number that any decoded header proves */
  provenN: number;
  packets: number;
  stored: number;
  duplicate: number;
  dead: number;
  facts: number;
  dropped: Record<string, number>;
  edgeDrops: Record<string, number>;
}

/** The ledger's decode stage: totals of past days, and the frames of the last ones. */
export async function decodedChannels(client: ClickHouseClient, scope: OperatorScope): Promise<DecodedChannel[]> {
  const rows = await runAsOperator<{
    edge: string;
    boot: string;
    channel: string;
    proven_n: string;
    packets: string;
    stored: string;
    duplicate: string;
    dead: string;
    facts: string;
    dropped: Record<string, string>;
    edge_drops: Record<string, string>;
  }>(client, scope, {
    sql: `SELECT edge, boot, channel, max(n) AS proven_n, sum(p) AS packets, sum(s) AS stored, sum(du) AS duplicate, sum(de) AS dead, sum(f) AS facts, sumMap(dr) AS dropped, maxMap(ed) AS edge_drops
      FROM (
        SELECT edge, boot, channel, toUInt64(first_n + count - 1) AS n, count AS p, stored AS s, duplicate AS du, dead AS de, facts AS f, dropped AS dr, edge_drops AS ed FROM ledger_frames FINAL
        UNION ALL
        SELECT edge, boot, channel, proven_n AS n, packets AS p, stored AS s, duplicate AS du, dead AS de, facts AS f, dropped AS dr, edge_drops AS ed FROM ledger_days
      ) GROUP BY edge, boot, channel`,
    params: {},
  });
  const counts = (map: Record<string, string>) => Object.fromEntries(Object.entries(map).map(([k, v]) => [k, Number(v)]));
  return rows.map((r) => ({
    edge: r.edge,
    boot: r.boot,
    channel: r.channel,
    provenN: Number(r.proven_n),
    packets: Number(r.packets),
    stored: Number(r.stored),
    duplicate: Number(r.duplicate),
    dead: Number(r.dead),
    facts: Number(r.facts),
    dropped: counts(r.dropped),
    edgeDrops: counts(r.edge_drops),
  }));
}

/** How a company is used. */
export interface CompanyUse {
  calls: number;
  /** ms since the epoch */
  lastCallAt: number;
}

/** Calls of companies since a moment, in one question; a company without calls is not among them. */
export async function useOfCompanies(
  client: ClickHouseClient,
  scope: OperatorScope,
  companies: readonly string[],
  sinceMs: number,
): Promise<Map<string, CompanyUse>> {
  if (companies.length === 0) return new Map();
  const rows = await runAsOperator<{ tenant: string; calls: string; last: string }>(client, scope, {
    sql: `SELECT tenant, count() AS calls, toUnixTimestamp64Milli(max(started_at)) AS last FROM calls
      WHERE tenant IN {companies: Array(String)} AND started_at >= fromUnixTimestamp64Milli({since: Int64}, 'UTC') GROUP BY tenant`,
    params: { companies, since: sinceMs },
  });
  return new Map(rows.map((r) => [r.tenant, { calls: Number(r.calls), lastCallAt: Number(r.last) }]));
}
