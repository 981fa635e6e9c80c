import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from './fixtures.ts';
import { type Stack, startStack, until } from './stack.ts';

interface Retention {
  tables: { what: string; days: number; usual: number; inForce: boolean; rows: number; bytes: number }[];
  companies: { tenant: string; callDays: number | null; calls: number }[];
}

let stack: Stack;
const kept = () => stack.rest<Retention>('GET', '/ops/retention');
const table = async (what: string) => (await kept()).tables.find((t) => t.what === what);

async function inStore<T>(query: string): Promise<T[]> {
  const client = createClient({ url: stack.storeUrl() });
  try {
    if (!/^SELECT/.test(query)) {
      await client.command({ query });
      return [];
    }
    return await (await client.query({ query, format: 'JSONEachRow' })).json<T>();
  } finally {
    await client.close();
  }
}
const countOf = async (from: string) => Number((await inStore<{ n: string }>(`SELECT count() AS n FROM ${from}`))[0]?.n);
const refusal = async (method: string, path: string, body: object) =>
  (await stack.fetch(`/api/v1${path}`, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })).status;

describe('what is kept for a time', () => {
  beforeAll(async () => {
    stack = await startStack();
    for (const [id, { tenant }] of Object.entries(companies())) await stack.rest('PUT', `/tenants/${id}`, tenant);
    for (const days of [0, 10])
      await inStore(
        `INSERT INTO messages (received_at, at, call_id, method) SELECT now() - INTERVAL ${days} DAY, now() - INTERVAL ${days} DAY, 'aged-${days}', 'INVITE'`,
      );
    for (const days of [0, 10])
      await inStore(
        `INSERT INTO signalling (received_at, at, user, call_id, method) SELECT now() - INTERVAL ${days} DAY, now() - INTERVAL ${days} DAY, '101', 'aged-${days}', 'INVITE'`,
      );
    for (const tenant of ['t1', 't2'])
      for (const days of [1, 100]) {
        const at = `now() - INTERVAL ${days} DAY`;
        await inStore(`INSERT INTO calls (tenant, started_at, id, call_ids, direction, result, employee, ended_at, written_at)
          SELECT '${tenant}', ${at}, '${tenant}-${days}', ['${tenant}-${days}'], 'in', 'answered', 'e1', ${at}, now()`);
        await inStore(
          `INSERT INTO call_quality (tenant, started_at, id, mos, version) SELECT '${tenant}', ${at}, '${tenant}-${days}', 4, 1`,
        );
        await inStore(
          `INSERT INTO call_costs (tenant, started_at, id, outcome, amount, version) SELECT '${tenant}', ${at}, '${tenant}-${days}', 'charged', 360, 1`,
        );
        await inStore(`INSERT INTO call_ids SELECT '${tenant}-${days}', '${tenant}', '${tenant}-${days}', ${at}`);
      }
  });
  afterAll(() => stack?.end());

  test('as long as usual where nobody says otherwise, and the store itself goes by it; sizes stand beside', async () => {
    await until('all rules are in force', async () => (await kept()).tables.every((t) => t.inForce));
    expect(Object.fromEntries((await kept()).tables.map((t) => [t.what, t.days]))).toMatchObject({ messages: 14, rtcp: 31, calls: 1096 });
    expect(await table('messages')).toMatchObject({ rows: 2, bytes: expect.toSatisfy((n: number) => n > 0) });
    expect((await kept()).companies).toMatchObject([
      { tenant: 't1', calls: 2, callDays: null },
      { tenant: 't2', calls: 2 },
    ]);
  });

  test('a trial says what would go and changes nothing; the rule lets just that go', async () => {
    expect(await stack.rest('POST', '/ops/retention/trial', { what: 'messages', days: 7 })).toEqual({ rows: 1, of: 2 });
    expect(await stack.rest('POST', '/ops/retention/trial', { what: 'messages', days: 14 })).toEqual({ rows: 0, of: 2 });
    expect(await countOf('messages')).toBe(2);
    await stack.rest('PUT', '/ops/retention', { what: 'messages', days: 7 });
    await until('what is past it is gone', async () => (await countOf('messages')) === 1, 60_000);
    expect(await inStore('SELECT call_id FROM messages')).toEqual([{ call_id: 'aged-0' }]);
    await until('and what it was found by', async () => (await countOf('signalling')) === 1, 60_000);
    expect(await table('messages')).toMatchObject({ days: 7, inForce: true });
  });

  test("a company's calls are kept shorter than all: first tried, then its own alone are gone, with all that led to them", async () => {
    const path = '/tenants/t1/retention';
    expect(await stack.rest('PUT', path, { callDays: 60, dryRun: true })).toEqual({ rows: 1, of: 2 });
    expect(await countOf("calls WHERE tenant = 't1'")).toBe(2);
    expect(await stack.rest('PUT', path, { callDays: 60 })).toEqual({ rows: 1, of: 2 });
    await until('they are gone', async () => (await countOf("calls WHERE tenant = 't1'")) === 1);
    for (const from of ['calls', 'call_ids', 'call_people', 'call_quality', 'call_costs'])
      expect(await inStore(`SELECT tenant, id FROM ${from} ORDER BY tenant, id`)).toEqual([
        { tenant: 't1', id: 't1-1' },
        { tenant: 't2', id: 't2-1' },
        { tenant: 't2', id: 't2-100' },
      ]);
  });

  test('days beyond the bounds are refused, and who changed what stands in the audit', async () => {
    expect(await refusal('PUT', '/ops/retention', { what: 'messages', days: 1 })).toBe(400);
    expect(await refusal('PUT', '/ops/retention', { what: 'nothing', days: 30 })).toBe(400);
    expect(await refusal('PUT', '/tenants/t1/retention', { callDays: 2_000 })).toBe(400);
    const { data } = await stack.rest<{ data: { act: string; subject: string }[] }>('GET', '/ops/audit');
    expect(data.filter((line) => line.act === 'retention.change').map((line) => line.subject)).toEqual(['t1', 'messages']);
  });
});
