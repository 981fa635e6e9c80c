import { createLog } from '@callscope/core/node/log.ts';
import { CallWriter, type RefusedRow } from '@callscope/ingest/write/call-writer.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callRow, storeOf } from '../bench/store.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

interface Ledger {
  closed: boolean;
  stages: { stage: string; inFlight: number; deadLettered: number }[];
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', { name: 'Alfa', domain: 'alfa.pbx.test' });
});
afterAll(() => stack?.end());

/** A start and an accounting record of a call that was answered and ended some seconds ago. */
function call(callid: string, more: Record<string, unknown> = {}, start: Record<string, unknown> = {}): string[] {
  const ts = Math.floor(Date.now() / 1_000) - 5;
  const common = { callid, tenant: 't1', direction: 'in', src: '79160000001', dst: '74951000101', did: '74951000101' };
  return [
    { method: 'E_PBX_CALL', params: { ...common, state: 'start', ts, ts_us: 0, code: '', who: '', ...start } },
    {
      method: 'E_ACC_CDR',
      params: {
        ...common,
        method: 'INVITE',
        from_tag: 't',
        sip_code: '200',
        created: ts,
        time: ts + 1,
        ms_duration: 2_000,
        answered_by: '101@alfa.pbx.test',
        rec: 'all',
        hangup: 'downstream',
        ts_invite: `${ts}.000000`,
        ts_answer: `${ts + 1}.000000`,
        ts_end: `${ts + 3}.000000`,
        ...more,
      },
    },
  ].map((e) => JSON.stringify({ jsonrpc: '2.0', ...e }));
}

async function isStored(id: string): Promise<void> {
  await until(`${id} is stored`, async () => (await stack.fetch(`/api/v1/tenants/t1/calls/${id}`)).status === 200, 15_000);
}

describe('an event that cannot be true', () => {
  test.each([
    ['ts_invite', '99999999999999999999.0'],
    ['ts_invite', '-1.0'],
    ['ts_ring', '1.0e30'],
    ['ts_answer', '9000000000000.0'],
    ['ts_end', '9000000000.000000'],
    ['ts_end', '9000000000000000.0'],
    ['created', 1e300],
    ['time', 9e15],
    ['ms_duration', 1e18],
    ['duration', -5],
    ['sip_code', '70000'],
  ])('%s %s does not stop the calls after it, nor break their list', async (name, value) => {
    const id = `bad-${name}-${String(value).replace(/\W/g, '_')}`;
    await sendTcp(stack.ports.events, [...call(id, { [name]: value }), ...call(`${id}-next`)]);
    await isStored(`${id}-next`);
    await isStored(id);
    const { data } = await stack.rest<{ data: { id: string; talkSeconds: number; durationSeconds: number }[] }>('GET', '/tenants/t1/calls');
    for (const c of data) {
      expect(c.talkSeconds, c.id).toBeLessThan(86_400);
      expect(c.durationSeconds, c.id).toBeLessThan(86_400);
    }
  });

  test('a fraction of a microsecond, followed by what makes the call change', async () => {
    await sendTcp(stack.ports.events, call('fraction', {}, { ts_us: 0.5 }));
    await isStored('fraction');
    // an answer that came another way changes the row: an UPDATE, which takes no fractions either
    await sendTcp(stack.ports.events, call('fraction', { answered_by: '102@alfa.pbx.test', from_tag: 't' }, { ts_us: 0.25 }).slice(0, 1));
    await sendTcp(stack.ports.events, call('after-fraction'));
    await isStored('after-fraction');
  });
});

test('a row that the store refuses is buried alone: its neighbours are stored, the writer goes on', async () => {
  const store = storeOf(stack);
  const buried: RefusedRow[] = [];
  const writer = new CallWriter(store, createLog('test', { level: 'error' }), new AbortController().signal, 'poison', async (row) => {
    buried.push(row);
  });
  const rows = Array.from({ length: 9 }, (_, i) => ({ ...callRow(i), tenant: 'poison', id: `row-${i}` }));
  const bad = { ...callRow(99), tenant: 'poison', id: 'row-bad', startedAt: 1e26 };
  const block = { seq: 1, at: Date.now(), rows: [...rows.slice(0, 4), bad, ...rows.slice(4)], revisions: [], removed: [], security: [] };
  try {
    expect(await writer.write(block)).toBe(1);
    // the same block again, as after a restart
    expect(await writer.write(block)).toBe(1);
    expect(buried.filter((b) => b.table === 'calls').map((b) => (b.row as { id: string }).id)).toEqual(['row-bad', 'row-bad']);
    const answer = await store.query({ query: `SELECT id FROM calls WHERE tenant = 'poison' ORDER BY id`, format: 'JSONEachRow' });
    expect((await answer.json<{ id: string }>()).map((r) => r.id)).toEqual(rows.map((r) => r.id));
  } finally {
    await store.close();
  }
});

test('the ledger is closed after all of it', async () => {
  await until('the ledger closes', async () => {
    const ledger = await stack.rest<Ledger>('GET', '/ops/ledger');
    return ledger.closed && ledger.stages.every((s) => s.inFlight === 0);
  });
  const { stages } = await stack.rest<Ledger>('GET', '/ops/ledger');
  expect(stages.map((s) => s.deadLettered)).toEqual(stages.map(() => 0));
});
