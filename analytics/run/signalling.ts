import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type SignallingFilter, searchIn, stretchesOf } from '../query/signalling.ts';
import { runAsOperator } from './run.ts';

/** A Call-ID that was found. Times are µs since the epoch. */
export interface FoundSignalling {
  callId: string;
  /** the newest message that is as asked */
  at: number;
  method: string;
  /** 0 = a request */
  code: number;
  fromUser: string;
  toUser: string;
  agent: string;
  /** of all its messages */
  begins: number;
  ends: number;
  messages: number;
  /** methods of its requests, in their order */
  methods: string[];
  /** what whoever began it was told in the end, the first and the last time: 407, 200; 0 = nothing. Neither of CANCEL nor BYE */
  firstCode: number;
  lastCode: number;
  hosts: string[];
  /** the call that it became; null: none (yet) */
  call: { tenant: string; id: string } | null;
}

/** More hosts of one Call-ID than a line holds. */
const MOST_HOSTS = 8;
/** More messages of one Call-ID are counted, and not told apart. */
const MOST_PARTS = 200;
const DAY_MS = 86_400_000;

/** The first message of a Call-ID, with what stands in `signalling` of others; it is looked for on every day. */
const FIRST_OF = `SELECT toUnixTimestamp64Micro(at) AS us, '' AS received, call_id, method, code,
    extract(payload, '(?im)^(?:from|f)[ \\t]*:[^\\r\\n]*?sips?:([^@;>?\\s]+)@') AS from_user, extract(payload, '(?im)^(?:to|t)[ \\t]*:[^\\r\\n]*?sips?:([^@;>?\\s]+)@') AS to_user,
    extract(payload, '(?im)^(?:user-agent|server)[ \\t]*:[ \\t]*([^\\r\\n]{0,120})') AS agent
  FROM messages WHERE call_id = {callId: String} AND method != 'LOG' ORDER BY at LIMIT 1`;

interface Hit {
  us: string;
  /** ms; '' where no day is known */
  received: string;
  call_id: string;
  method: string;
  code: number;
  from_user: string;
  to_user: string;
  agent: string;
}

/** Call-IDs in which a message is as asked, the newest first. A Call-ID that is named is looked for wherever it is. */
export async function searchSignalling(
  client: ClickHouseClient,
  scope: OperatorScope,
  filter: SignallingFilter,
  limit: number,
): Promise<FoundSignalling[]> {
  const hits: Hit[] = [];
  if (filter.callId !== undefined) {
    hits.push(...(await runAsOperator<Hit>(client, scope, { sql: FIRST_OF, params: { callId: filter.callId } })));
  } else {
    for (const stretch of stretchesOf(filter)) {
      const known = hits.map((hit) => hit.call_id);
      hits.push(...(await runAsOperator<Hit>(client, scope, searchIn(filter, stretch, limit - hits.length, known))));
      if (hits.length >= limit) break;
    }
  }
  if (hits.length === 0) return [];
  const [whole, calls] = await Promise.all([wholeOf(client, scope, hits), callsOf(client, scope, hits)]);
  return hits.flatMap((hit): FoundSignalling[] => {
    const all = whole.get(hit.call_id);
    if (!all) return [];
    return [
      {
        callId: hit.call_id,
        ...{ at: Number(hit.us), method: hit.method, code: hit.code, fromUser: hit.from_user, toUser: hit.to_user, agent: hit.agent },
        ...{ begins: Number(all.first), ends: Number(all.last), messages: Number(all.n), methods: all.methods },
        ...{ firstCode: all.first_code, lastCode: all.last_code, hosts: all.hosts },
        call: calls.get(hit.call_id) ?? null,
      },
    ];
  });
}

interface Whole {
  call_id: string;
  first: string;
  last: string;
  n: string;
  methods: string[];
  first_code: number;
  last_code: number;
  hosts: string[];
}

/** What all messages of the found Call-IDs come to. Days are named, so that no other day's part is looked into; a dialog may last over midnight. */
async function wholeOf(client: ClickHouseClient, scope: OperatorScope, hits: readonly Hit[]): Promise<Map<string, Whole>> {
  const days = new Set(hits.flatMap(({ received }) => [-1, 0, 1].map((d) => dayOf(Number(received) + d * DAY_MS))));
  const within = hits.some(({ received }) => received === '') ? '' : 'toDate(received_at) IN ({days: Array(Date)}) AND ';
  const rows = await runAsOperator<Whole>(client, scope, {
    sql: `SELECT call_id, toUnixTimestamp64Micro(min(t)) AS first, toUnixTimestamp64Micro(max(t)) AS last, count() AS n,
      arrayDistinct(arrayMap(x -> x.2, arraySort(groupArrayIf(${MOST_PARTS})((t, method), code = 0)))) AS methods,
      argMinIf((src_ip, src_port), t, code = 0) AS began,
      arrayFilter(x -> x.3 = began, arraySort(groupArrayIf(${MOST_PARTS})((t, code, (dst_ip, dst_port)), code >= 200 AND method NOT IN ('BYE', 'CANCEL')))) AS told,
      told[1].2 AS first_code, told[-1].2 AS last_code,
      arraySlice(groupUniqArrayArray(ips), 1, ${MOST_HOSTS}) AS hosts
    FROM (SELECT call_id, at AS t, method, code, src_ip, src_port, dst_ip, dst_port, [src_ip, dst_ip] AS ips FROM messages
      WHERE ${within}call_id IN ({callIds: Array(String)}) AND method != 'LOG' LIMIT 1 BY call_id, hash, src_ip, src_port, dst_ip, dst_port, at)
    GROUP BY call_id`,
    params: { callIds: hits.map((hit) => hit.call_id), days: [...days] },
  });
  return new Map(rows.map((row) => [row.call_id, row]));
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The calls that Call-IDs became: of two companies' the first that was written. */
async function callsOf(
  client: ClickHouseClient,
  scope: OperatorScope,
  hits: readonly Hit[],
): Promise<Map<string, { tenant: string; id: string }>> {
  const rows = await runAsOperator<{ call_id: string; tenant: string; id: string }>(client, scope, {
    sql: 'SELECT call_id, tenant, id FROM call_ids WHERE call_id IN ({callIds: Array(String)}) ORDER BY started_at LIMIT 1 BY call_id',
    params: { callIds: hits.map((hit) => hit.call_id) },
  });
  return new Map(rows.map(({ call_id, tenant, id }) => [call_id, { tenant, id }]));
}

/** All Call-IDs of the conversation that one is part of; itself where it became no call. */
export async function conversationOf(client: ClickHouseClient, scope: OperatorScope, callId: string): Promise<string[]> {
  const rows = await runAsOperator<{ call_id: string }>(client, scope, {
    sql: `SELECT DISTINCT arrayJoin(call_ids) AS call_id FROM calls
      WHERE (tenant, started_at, id) IN (SELECT tenant, started_at, id FROM call_ids WHERE call_id = {callId: String}) LIMIT 100`,
    params: { callId },
  });
  return [...new Set([callId, ...rows.map((row) => row.call_id)])];
}
