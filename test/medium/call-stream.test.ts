import { type CallPart, streamCalls } from '@callscope/analytics/run/call-stream.ts';
import { listLines } from '@callscope/analytics/run/calls.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALONE, END, LARGEST, makeCalls, ZONE } from '../bench/made-calls.ts';
import { storeOf } from '../bench/store.ts';
import { type Stack, startStack } from './stack.ts';

/** More than the store has in a block. */
const CALLS = 150_000;
const MONTH = { from: END - 30 * 86_400_000, to: END };
const scope = { tenant: LARGEST } as TenantScope;
const company = { zone: ZONE, country: 'RU', rules: DEFAULT_RULES } as const;

let stack: Stack;
let maker: ClickHouseClient;
let store: ClickHouseClient;
beforeAll(async () => {
  stack = await startStack();
  maker = storeOf(stack);
  store = connectClickhouse(stack.storeUrl(), 'call-stream');
  await makeCalls(maker, CALLS, ALONE);
});
afterAll(async () => {
  await Promise.all([maker.close(), store.close()]);
  await stack.end();
});

const read = (client: ClickHouseClient, filter = {}, sort: Parameters<typeof streamCalls>[4]['sort'] = null) =>
  streamCalls(client, scope, filter, company, { fields: ['id'], sort, ids: null });
const idsOf = (part: CallPart) => Array.from(part.texts(0));

async function allOf(stream: AsyncIterable<CallPart>): Promise<string[]> {
  const ids: string[] = [];
  for await (const part of stream) for (const id of idsOf(part)) ids.push(id);
  return ids;
}

test('lists that are taken slowly are whole and in order, keep nobody from the store, and are asked for again from where they are', async () => {
  const lists = [
    [{}, null],
    [{}, { by: 'start', down: false }],
    [MONTH, { by: 'talk', down: true }],
    [MONTH, { by: 'from', down: false }],
    [{ answered: true }, null],
    [{ employee: ['e3'] }, null],
    [
      { employee: ['e3', 'e4', 'e5'], ...MONTH },
      { by: 'talk', down: true },
    ],
    [MONTH, null],
  ] as const;
  const whole = await Promise.all(lists.map(([filter, sort]) => allOf(read(store, filter, sort))));
  expect([whole[0]?.length, new Set(whole[0]).size]).toEqual([CALLS, CALLS]);
  expect(whole[1]).toEqual(whole[0]?.toReversed());
  const lines = await listLines(store, scope, { employee: ['e3'] }, company, CALLS, null);
  expect(whole[5]).toEqual(lines.map(({ id }) => id));
  expect(lines.length).toBeGreaterThan(100);

  let asked = 0;
  const counted = new Proxy(store, {
    get: (client, name: keyof ClickHouseClient) => {
      if (name === 'exec') asked++;
      return client[name];
    },
  });
  const slow = lists.map(([filter, sort]) => read(counted, filter, sort));
  const begun = await Promise.all(
    slow.map(async (stream) => {
      const { value } = await stream.next();
      return idsOf(value as CallPart);
    }),
  );
  // more than the store has places for: each had given its own back before the last ones began
  expect(await listLines(store, scope, {}, company, 50, null)).toHaveLength(50);
  const rests = await Promise.all(slow.map(allOf));
  expect(asked).toBeGreaterThan(lists.length);
  for (const [i, ids] of whole.entries()) expect([...(begun[i] ?? []), ...(rests[i] ?? [])]).toEqual(ids);
});

test('whoever stops taking a list gives its place back', async () => {
  for (let i = 0; i < 12; i++) {
    const stream = read(store);
    await stream.next();
    await stream.return(undefined);
  }
  expect(await listLines(store, scope, {}, company, 50, null)).toHaveLength(50);
  expect(await allOf(read(store, MONTH))).not.toEqual([]);
});
