import { filterFromQuery } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import { whereOf } from '@callscope/analytics/query/where.ts';
import { type After, countCalls, listCalls, type Side } from '@callscope/analytics/run/calls.ts';
import { withNumbers } from '@callscope/analytics/run/known-numbers.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { selectCalls } from '@callscope/ingest/write/call-store.ts';
import { CallWriter } from '@callscope/ingest/write/call-writer.ts';
import { migrate } from '@callscope/launch/migrate.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALONE, END, LARGEST, makeCalls, START, ZONE } from '../bench/made-calls.ts';
import { storeOf } from '../bench/store.ts';
import { type Stack, startStack, until } from './stack.ts';

/** The journal over a year: parts of numbers by the table of numbers, pages over the windows in which they are read. Each a second way. */

const DAY = 86_400_000;
const scope = { tenant: LARGEST } as TenantScope;
const RUSSIA: Company = { zone: ZONE, country: 'RU', rules: DEFAULT_RULES };
const quiet = createLog('test', { level: 'error' });

let stack: Stack;
let store: ClickHouseClient;
let writer: CallWriter;
/** newest first, as the store has them */
let all: CallRow[];

const read = async () => {
  const rows = await selectCalls(store, 'calls', 'tenant = {tenant: String}', { tenant: LARGEST });
  return rows.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
};

beforeAll(async () => {
  stack = await startStack();
  store = storeOf(stack);
  writer = new CallWriter(store, quiet, new AbortController().signal, 'test', async ({ reason }) => {
    throw new Error(reason);
  });
  await makeCalls(store, 6_000, ALONE);
  const [like] = await read();
  if (like === undefined) throw new Error('no calls were made');
  // where windows meet, to the microsecond, and on both sides of it
  const edges = [8, 32, 128].flatMap((days) => [-1, 0, 1].map((us) => (END - days * DAY) * 1_000 + us));
  await write({
    rows: edges.map((startedAt, i) => ({ ...like, id: `edge-${i}`, callIds: [`edge-${i}`], startedAt, from: `79990000${100 + i}` })),
  });
  all = await read();
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

let seq = 0;
const write = ({ rows = [], revisions = [] }: { rows?: CallRow[]; revisions?: { old: CallRow; row: CallRow }[] }) =>
  writer.write({
    seq: ++seq,
    at: Date.now(),
    rows,
    revisions: revisions.map((r) => ({ ...r, why: 'late_facts' as const })),
    removed: [],
    security: [],
  });

const year = (query: string) => ({ from: START, to: END, ...filterFromQuery(new URLSearchParams(query)) });

async function list(query: string, limit = 50_000, after: After | null = null, side: Side = 'older'): Promise<CallRow[]> {
  const filter = year(query);
  return listCalls(store, scope, filter, await withNumbers(store, scope, filter, RUSSIA), limit, after, side);
}
const ids = (rows: readonly CallRow[]) => rows.map((row) => row.id);
const found = async (query: string) => (await withNumbers(store, scope, year(query), RUSSIA)).means?.numbers;

/** Numbers of outside that few calls have, spread over the year. */
const rare = () => all.filter((call, i) => i % 977 === 5 && call.direction === 'in').map((call) => call.from);
const parties = (call: CallRow) => [call.from, call.dialled, call.answeredBy];

describe('a part of a number finds what reading every call finds', () => {
  test('anywhere in any of the three, seven and five digits of it', async () => {
    for (const number of rare())
      for (const part of [number.slice(4), number.slice(5, 10)]) {
        const fits = ids(all.filter((call) => parties(call).some((party) => party.includes(part))));
        expect(fits.length).toBeGreaterThan(0);
        expect(ids(await list(`text=${part}`)), part).toEqual(fits);
        const { calls } = await countCalls(
          store,
          scope,
          year(`text=${part}`),
          await withNumbers(store, scope, year(`text=${part}`), RUSSIA),
        );
        expect(calls).toBe(fits.length);
        expect((await found(`text=${part}`))?.text?.found, 'few numbers').toEqual(expect.arrayContaining([number]));
      }
  });

  test('patterns with wildcards, exclusions and several at once, each in its own column', async () => {
    const [one = '', two = '', three = ''] = rare();
    const starts = (number: string) => number.slice(0, 8);
    const cases: [string, (call: CallRow) => boolean][] = [
      [`caller=${starts(one)}*`, ({ from }) => from.startsWith(starts(one))],
      [`caller=8${starts(one).slice(1)}*`, ({ from }) => from.startsWith(starts(one))],
      [`dialled=${starts(one)}*`, ({ dialled }) => dialled.startsWith(starts(one))],
      [`caller=${starts(one)}*, !${one}`, ({ from }) => from.startsWith(starts(one)) && from !== one],
      [
        `caller=*${one.slice(6)}, ${two}, *${three.slice(7)}, !7916*1`,
        ({ from }) => (from.endsWith(one.slice(6)) || from === two || from.endsWith(three.slice(7))) && !/^7916.*1$/.test(from),
      ],
      [`caller=!${one}`, ({ from }) => from !== one],
      [`caller=${one}`, ({ from }) => from === one],
      ['answeredBy=101*', ({ answeredBy }) => answeredBy.startsWith('101')],
      [`text=${one.slice(4)}&caller=!${one}`, (call) => parties(call).some((party) => party.includes(one.slice(4))) && call.from !== one],
    ];
    for (const [query, fits] of cases) expect(ids(await list(query)), query).toEqual(ids(all.filter(fits)));
    expect(Object.keys((await found(`caller=${starts(one)}*, !${one}&text=${one.slice(4)}`)) ?? {})).toEqual(['caller', 'text']);
  });

  test('of more numbers than are named, and of none', async () => {
    expect(await found('text=7916')).toBeUndefined();
    expect(ids(await list('text=7916'))).toEqual(ids(all.filter((call) => parties(call).some((party) => party.includes('7916')))));
    // a call without anybody who answered has an empty number there, which is anything too
    expect(ids(await list('answeredBy=*'))).toEqual(ids(all));
    expect((await found('text=5555555555'))?.text?.found).toEqual([]);
    expect(await list('text=5555555555')).toEqual([]);
    expect(
      (await countCalls(store, scope, year('text=5555555555'), await withNumbers(store, scope, year('text=5555555555'), RUSSIA))).calls,
    ).toBe(0);
  });

  test('another company has its own numbers', async () => {
    const other = { tenant: 'other' } as TenantScope;
    expect((await withNumbers(store, other, year(`text=${rare()[0]}`), RUSSIA)).means?.numbers?.text?.found).toEqual([]);
  });
});

test('a call that gets another number is found by it at once, and by the old one no more', async () => {
  const old = all.find((call) => call.from === rare()[1]) as CallRow;
  const row = { ...old, from: '79031112233', answeredBy: '84993334455', revision: old.revision + 1 };
  await write({ revisions: [{ old, row }] });
  for (const part of ['1112233', '3334455']) expect(ids(await list(`text=${part}`))).toEqual([old.id]);
  expect(ids(await list('caller=7903*'))).toEqual([old.id]);
  expect(ids(await list(`caller=${old.from}`))).not.toContain(old.id);
  expect(ids(await list(`text=${old.from.slice(1)}`))).not.toContain(old.id);
  await store.command({ query: 'OPTIMIZE TABLE calls FINAL' });
  expect(ids(await list('text=1112233'))).toEqual([old.id]);
  // the number stays known when its last call goes; it finds nothing
  await store.command({ query: `DELETE FROM calls WHERE id = '${old.id}'` });
  expect((await found('text=1112233'))?.text?.found).toEqual(['79031112233']);
  expect(await list('text=1112233')).toEqual([]);
  all = await read();
});

test('more calls that change at once than are updated one by one are found by their new numbers too', async () => {
  const some = all.filter((_, i) => i % 250 === 3);
  expect(some.length).toBeGreaterThan(20);
  await write({ revisions: some.map((old, i) => ({ old, row: { ...old, dialled: `7812555${1_000 + i}`, revision: old.revision + 1 } })) });
  expect(ids(await list('dialled=7812555*')).sort()).toEqual(ids(some).sort());
  all = await read();
});

test('a block that is sent again after the store had its calls, but not their numbers, brings these', async () => {
  const call = { ...(all[0] as CallRow), id: 'again', callIds: ['again'], startedAt: (END - DAY) * 1_000, from: '79057770001' };
  await write({ rows: [call] });
  await store.command({ query: `DELETE FROM known_numbers WHERE party = '${call.from}'` });
  expect(await list('text=7770001')).toEqual([]);
  seq--;
  await write({ rows: [call] });
  expect(ids(await list('text=7770001'))).toEqual(['again']);
  all = await read();
});

test.each(['', 'direction=in&answered=false', 'caller=79990000*', 'talkMin=600', 'employee=e3'])(
  'pages over the windows of a year, under «%s», both ways',
  async (query) => {
    const whole = ids(await list(query));
    expect(whole.length).toBeGreaterThan(5);
    const size = Math.max(2, Math.ceil(whole.length / 12));
    const place = (call: CallRow | undefined): After | null => (call ? { startedAt: call.startedAt, id: call.id } : null);
    const down: CallRow[] = [];
    for (let page = await list(query, size); page.length > 0; page = await list(query, size, place(down.at(-1)))) down.push(...page);
    expect(ids(down)).toEqual(whole);
    const up: CallRow[] = down.slice(-1);
    for (let page = await list(query, size, place(up[0]), 'newer'); page.length > 0; page = await list(query, size, place(up[0]), 'newer'))
      up.unshift(...page);
    expect(ids(up)).toEqual(whole);
    const { conditions, params } = whereOf(year(query), RUSSIA);
    const answer = await store.query({
      query: `SELECT id FROM calls WHERE ${conditions.join(' AND ')} ORDER BY started_at DESC, id DESC`,
      query_params: { ...params, tenant: LARGEST },
      format: 'JSONEachRow',
    });
    expect((await answer.json<{ id: string }>()).map(({ id }) => id)).toEqual(whole);
  },
);

test.each([
  ['by_caller', 'caller=79161234567'],
  ['by_dialled', 'dialled=79161234567'],
  ['by_employee', 'author=gone'],
  ['by_number', 'number=74959990000'],
  ['by_talk', 'talkMin=20000'],
  ['by_ring', 'waitMin=20000'],
])('the engine finds by %s what %s asks', async (index, query) => {
  const { conditions, params } = whereOf(year(query), RUSSIA);
  const ask = (forced: string) =>
    store.query({
      query: `SELECT id FROM calls WHERE ${conditions.join(' AND ')}`,
      query_params: { ...params, tenant: LARGEST },
      clickhouse_settings: { force_data_skipping_indices: forced } as never,
    });
  await (await ask(index)).text();
  await expect(ask('by_leg_employee')).rejects.toThrow('by_leg_employee');
});

test('a store of the version before, which has calls, knows their numbers after the upgrade', async () => {
  const indexes = ['caller', 'dialled', 'answered_by', 'employee', 'leg_employee', 'number', 'talk', 'ring'];
  await store.command({ query: 'DROP VIEW numbers_of_calls' });
  await store.command({ query: 'DROP TABLE known_numbers' });
  await store.command({ query: `ALTER TABLE calls ${indexes.map((name) => `DROP INDEX by_${name}`).join(', ')}` });
  await store.command({ query: "DELETE FROM schema_migrations WHERE id = '0008_numbers'" });
  await migrate(stack.databaseUrl(), stack.storeUrl(), quiet);
  const [number = ''] = rare();
  const fits = ids(all.filter((call) => parties(call).some((party) => party.includes(number.slice(4)))));
  expect(ids(await list(`text=${number.slice(4)}`))).toEqual(fits);
  await until(
    'the indexes are made',
    async () => {
      const answer = await store.query({ query: 'SELECT count() AS n FROM system.mutations WHERE NOT is_done', format: 'JSONEachRow' });
      return Number((await answer.json<{ n: string }>())[0]?.n) === 0;
    },
    60_000,
  );
  expect(ids(await list(`text=${number.slice(4)}`))).toEqual(fits);
  const answer = await store.query({
    query:
      "SELECT name FROM system.data_skipping_indices WHERE table = 'calls' AND name LIKE 'by%' AND data_compressed_bytes > 0 ORDER BY name",
    format: 'JSONEachRow',
  });
  expect((await answer.json<{ name: string }>()).map(({ name }) => name)).toEqual(indexes.map((name) => `by_${name}`).sort());
});
