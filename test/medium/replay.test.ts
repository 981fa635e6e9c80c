import { spawnSync } from 'node:child_process';
import { findCalls, rawOfCalls } from '@callscope/ingest/write/call-store.ts';
import { byBytes, type FactsOfCallId, factsByCallId } from '@callscope/ingest/write/raw-pages.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { companies, conversations, events, hep } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

let stack: Stack;
let store: ClickHouseClient;
type Row = Record<string, unknown>;
let before: Row[];

/** Every field that REST gives, but how often a row was revised. */
async function rows(): Promise<Row[]> {
  const pages = await Promise.all(['t1', 't2'].map((t) => stack.rest<{ data: Row[] }>('GET', `/tenants/${t}/calls?limit=1000`)));
  return pages.flatMap((p) => p.data).map(({ revision: _, ...row }) => row);
}

function replay(...more: string[]) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['ingest/main-replay.ts', '--from', '2026-11-23T00:00:00Z', '--to', '2026-11-24T00:00:00Z', ...more],
    {
      cwd: new URL('../../', import.meta.url).pathname,
      env: { ...process.env, NATS_URL: stack.natsUrl(), CLICKHOUSE_URL: stack.storeUrl(), SETTLED_KEEP_SECONDS: '10' },
      encoding: 'utf8',
    },
  );
  return { said: stdout, wrong: stderr, status };
}
const sql = (query: string) => store.command({ query });

beforeAll(async () => {
  stack = await startStack({ env: { SETTLED_KEEP_SECONDS: '10' } });
  store = storeOf(stack);
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  await until('the conversations', async () => (await rows()).length === conversations(true).length, 40_000);
  await until('the ledger closes', async () => {
    const { closed, stages } = await stack.rest<{ closed: boolean; stages: { inFlight: number }[] }>('GET', '/ops/ledger');
    return closed && stages.every((stage) => stage.inFlight === 0);
  });
  before = await rows();
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

test('what was assembled as it is today is the same once more, a transfer under two Call-IDs too', async () => {
  const { said, wrong, status } = replay();
  expect(status, wrong).toBe(0);
  expect(said).toContain('changed: 0   new: 0   no call any more: 0   without raw rows, left alone: 0');
});

test('what older rules wrote is found, and nothing is written without --apply', async () => {
  const [first, second, third] = conversations(true).filter((c) => c.tenant === 't1');
  await sql(`ALTER TABLE calls UPDATE result = 'busy', answered_by = '' WHERE id = '${first?.call_id}' SETTINGS mutations_sync = 2`);
  await sql(`DELETE FROM calls WHERE id = '${second?.call_id}'`);
  const answer = await store.query({ query: `SELECT * FROM calls WHERE id = '${third?.call_id}'`, format: 'JSONEachRow' });
  const [row] = await answer.json<Row>();
  const values = [
    // the same call once more under another id, as rules that counted legs would have it
    { ...row, id: 'leg-of-it' },
    // a call whose packets have expired long ago
    { ...row, id: 'expired', call_ids: ['expired'] },
  ];
  await store.insert({ table: 'calls', values, format: 'JSONEachRow' });
  const wronged = await rows();
  expect(wronged).not.toEqual(before);
  const { said, wrong, status } = replay();
  expect(status, wrong).toBe(0);
  expect(said).toContain('changed: 1   new: 1   no call any more: 1   without raw rows, left alone: 1');
  expect(said).toMatch(/answered_by: 1/);
  expect(await rows()).toEqual(wronged);
});

test('with --apply the calls are as they were, each change has its line, and what has no raw rows stays', async () => {
  const { said, wrong, status } = replay('--apply');
  expect(status, wrong).toBe(0);
  expect(said).toContain('3 calls written');
  const after = await rows();
  expect(after.filter((r) => r.id !== 'expired')).toEqual(before);
  expect(after.length).toBe(before.length + 1);
  const answer = await store.query({
    query: `SELECT id, why, changes FROM call_revisions WHERE why = 'replay' ORDER BY id`,
    format: 'JSONEachRow',
  });
  const lines = await answer.json<{ id: string; changes: string }>();
  expect(lines.map((l) => l.id)).toContain('leg-of-it');
  expect(lines.find((l) => l.id !== 'leg-of-it')?.changes).toContain('"result":{"old":"busy","new":"answered"}');
  const again = replay();
  expect(again.said).toContain('changed: 0   new: 0   no call any more: 0   without raw rows, left alone: 1');
  // its tables are gone
  const left = await store.query({ query: `SELECT name FROM system.tables WHERE name LIKE '%replay%'`, format: 'JSONEachRow' });
  expect(await left.json()).toEqual([]);
});

test('thousands of the longest Call-IDs are asked for at once', async () => {
  const known = conversations(true)[0]?.call_id as string;
  const others = Array.from({ length: 5_000 }, (_, i) => `${String(i).padStart(500, '%')}@x`);
  expect((await findCalls(store, [...others, known])).map((row) => row.id)).toEqual([known]);
  expect((await rawOfCalls(store, [...others, known])).events.length).toBeGreaterThan(5);
});

test('raw rows give the same facts however many of them are asked for at a time', async () => {
  const day = { from: Date.UTC(2026, 10, 23) * 1_000, to: Date.UTC(2026, 10, 24) * 1_000 };
  const read = async (pageRows: number, patienceMs?: number) => {
    const all: FactsOfCallId[] = [];
    for await (const page of factsByCallId(store, day, pageRows, patienceMs)) all.push(...page);
    return all;
  };
  const [whole, short, shortest] = [await read(100_000), await read(300), await read(70)];
  const callIds = whole.map((c) => c.callId);
  expect(callIds.length).toBeGreaterThan(conversations(true).length);
  expect(callIds).toEqual([...new Set(callIds)].sort(byBytes));
  const kinds = new Set(whole.flatMap((c) => c.facts.map((f) => f.kind)));
  expect([...kinds].sort()).toEqual(['event', 'sip']);
  expect(short).toEqual(whole);
  expect(shortest).toEqual(whole);
  // no answer is read to its end: each is left after a piece, and what follows is asked anew
  expect(await read(300, -1)).toEqual(whole);
});

test('one company alone, and errors that say what to do', async () => {
  expect(replay('--tenant', 't2').said).toContain(`as they are: ${conversations(true).filter((c) => c.tenant === 't2').length} `);
  const young = spawnSync(process.execPath, ['ingest/main-replay.ts', '--from', '2026-11-23', '--to', new Date().toISOString()], {
    cwd: new URL('../../', import.meta.url).pathname,
    env: { ...process.env, NATS_URL: stack.natsUrl(), CLICKHOUSE_URL: stack.storeUrl() },
    encoding: 'utf8',
  });
  expect(young.status).toBe(1);
  expect(young.stderr).toContain('or earlier: younger calls may still change');
});
