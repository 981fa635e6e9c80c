import type { CallRow } from '@callscope/core/domain/call.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { run, runAsOperator } from './run.ts';

/**
 * Companies that have a call of this Call-ID, `unassigned` among them: two when it was between two of one edge. Which of
 * them a recording belongs to is asked before there is a company whose right could be used.
 */
export async function companiesOfCallId(client: ClickHouseClient, scope: OperatorScope, callId: string): Promise<string[]> {
  const rows = await runAsOperator<{ tenant: string }>(client, scope, {
    sql: 'SELECT DISTINCT tenant FROM call_ids WHERE call_id = {callId: String} ORDER BY tenant',
    params: { callId },
  });
  return rows.map((r) => r.tenant);
}

/** A call as far as it says who took part, in any role. */
export type CallPeople = Pick<CallRow, 'id' | 'from' | 'dialled' | 'answeredBy' | 'employee' | 'startedAt'> & {
  legs: { target: string; employee: string }[];
};

interface StoredPeople {
  id: string;
  caller: string;
  dialled: string;
  answered_by: string;
  employee: string;
  started_us: string;
  leg_target: string[];
  leg_employee: string[];
}

const PEOPLE = 'id, caller, dialled, answered_by, employee, leg_target, leg_employee, toUnixTimestamp64Micro(started_at) AS started_us';

function peopleRow(r: StoredPeople): CallPeople {
  return {
    ...{ id: r.id, from: r.caller, dialled: r.dialled, answeredBy: r.answered_by, employee: r.employee, startedAt: Number(r.started_us) },
    legs: r.leg_target.map((target, i) => ({ target, employee: r.leg_employee[i] ?? '' })),
  };
}

const TOOK_PART =
  '(caller = {number: String} OR dialled = {number: String} OR answered_by = {number: String} OR has(leg_target, {number: String}))';

/**
 * Calls in which a number took part, whoever called, oldest first.
 * @param after the last one that is known (µs since the epoch) @param until ms: calls that began before
 */
export async function callsWithNumber(
  client: ClickHouseClient,
  scope: TenantScope,
  number: string,
  after: { startedAt: number; callId: string },
  until: number,
  most: number,
): Promise<CallPeople[]> {
  const rows = await run<StoredPeople>(client, scope, {
    // a revision may have taken the number out of a call: the newest one says it
    sql: `SELECT ${PEOPLE} FROM (
        SELECT * FROM calls
        WHERE tenant = {tenant: String} AND id IN (SELECT id FROM calls WHERE tenant = {tenant: String} AND ${TOOK_PART}
            AND started_at >= fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Milli({until: Int64}, 'UTC'))
          AND (started_at, id) > (fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC'), {afterId: String})
          AND started_at < fromUnixTimestamp64Milli({until: Int64}, 'UTC')
        ORDER BY started_at, id, revision DESC LIMIT 1 BY id)
      WHERE ${TOOK_PART} ORDER BY started_at, id LIMIT {most: UInt32}`,
    params: { number, afterStart: after.startedAt, afterId: after.callId, until, most },
  });
  return rows.map(peopleRow);
}

/** Who took part in these calls. @param from @param to ms: about when they began */
export async function peopleOfCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  ids: readonly string[],
  from: number,
  to: number,
): Promise<CallPeople[]> {
  const rows = await run<StoredPeople>(client, scope, {
    sql: `SELECT ${PEOPLE} FROM calls
      WHERE tenant = {tenant: String} AND id IN {ids: Array(String)}
        AND started_at BETWEEN fromUnixTimestamp64Milli({from: Int64}, 'UTC') AND fromUnixTimestamp64Milli({to: Int64}, 'UTC')
      ORDER BY id, revision DESC LIMIT 1 BY id`,
    params: { ids, from, to },
  });
  return rows.map(peopleRow);
}

type AnsweredCall = Pick<CallRow, 'id' | 'startedAt' | 'answeredAt' | 'endedAt' | 'recordRule'>;
const ANSWERED_PAGE = 5_000;

/** Answered calls that began in [from, to), ms, in pages by their beginning: however many there are, a page is held at a time. */
export async function* answeredCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  from: number,
  to: number,
): AsyncGenerator<readonly AnsweredCall[]> {
  let after = { startedAt: 0, id: '' };
  for (;;) {
    const rows = await run<{ id: string; rule: string; started_us: string; answered_us: string; ended_us: string }>(client, scope, {
      sql: `SELECT id, record_rule AS rule, toUnixTimestamp64Micro(started_at) AS started_us,
          toUnixTimestamp64Micro(answered_at) AS answered_us, toUnixTimestamp64Micro(ended_at) AS ended_us
        FROM calls
        WHERE tenant = {tenant: String} AND result = 'answered'
          AND started_at >= fromUnixTimestamp64Milli({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')
          AND (started_at, id) > (fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC'), {afterId: String})
        ORDER BY started_at, id, revision DESC LIMIT 1 BY id LIMIT ${ANSWERED_PAGE}`,
      params: { from, to, afterStart: after.startedAt, afterId: after.id },
    });
    const page = rows.map((r) => ({
      ...{ id: r.id, recordRule: r.rule, startedAt: Number(r.started_us), answeredAt: Number(r.answered_us), endedAt: Number(r.ended_us) },
    }));
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < ANSWERED_PAGE) return;
    after = last;
  }
}
