import { type CallFilter, filterFromQuery } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import { LINE } from '@callscope/analytics/run/call-row.ts';
import { countCalls, listCalls, listLines, sortedCalls } from '@callscope/analytics/run/calls.ts';
import type { CallLine, CallRow } from '@callscope/core/domain/call.ts';
import { reachesCall, type Within } from '@callscope/core/domain/reach.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { createLog } from '@callscope/core/node/log.ts';
import type { Block, Revision } from '@callscope/ingest/assemble/block.ts';
import { selectCalls } from '@callscope/ingest/write/call-store.ts';
import { CallWriter } from '@callscope/ingest/write/call-writer.ts';
import { migrate } from '@callscope/launch/migrate.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callRow, storeOf } from '../bench/store.ts';
import { chances } from './made-rows.ts';
import { type Stack, startStack, until } from './stack.ts';

/** Calls of employees are found by who took part (call_people). What they are is known here a second way: by what the test has written. */

const COMPANY: Company = { zone: 'Europe/Moscow', country: 'RU', rules: DEFAULT_RULES };
const quiet = createLog('test', { level: 'error' });
const TENANTS = ['alfa', 'beta'] as const;
const PEOPLE = ['e1', 'e2', 'e3', 'e4', 'отдел-5', "о'нил"];
const DAY = 86_400_000;
const NOW = Date.now();

let stack: Stack;
let store: ClickHouseClient;
let writer: CallWriter;
beforeAll(async () => {
  stack = await startStack();
  store = storeOf(stack);
  writer = new CallWriter(store, quiet, new AbortController().signal, 'people', async ({ reason }) => {
    throw new Error(reason);
  });
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

/** What the store is to have, by company, start and id. */
const calls = new Map<string, CallRow>();
const keyOf = (row: CallRow) => `${row.tenant} ${row.startedAt} ${row.id}`;
const tookPart = (row: CallRow) => [row.employee, ...row.legs.map((leg) => leg.employee)];

let seq = 0;
const sent: Block[] = [];
async function write(block: Partial<Block>): Promise<void> {
  const whole: Block = { seq: ++seq, at: NOW + seq, rows: [], revisions: [], removed: [], security: [], ...block };
  sent.push(structuredClone(whole));
  await writer.write(whole);
}

const chance = chances(20);
const one = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
const some = <T>(list: readonly T[], most: number): T[] => list.filter(() => chance() < most / list.length);

/** A call that anybody may have had, up to 60 days ago. */
function made(id: string): CallRow {
  return changed({ ...callRow(0), id, callIds: [id], tenant: one(TENANTS), startedAt: (NOW - Math.floor(chance() * 60 * DAY)) * 1_000 });
}

/** The same call, told otherwise. */
function changed(row: CallRow): CallRow {
  const direction = one(['in', 'out', 'internal'] as const);
  const result = one(['answered', 'no_answer', 'busy', 'failed'] as const);
  const legs = some(PEOPLE, 3).map((employee, i) => ({
    ...{ target: `10${i}`, employee: chance() < 0.1 ? '' : employee, startedAt: row.startedAt, result, sipCode: 200, rang: true },
  }));
  return {
    ...{ ...row, direction, result, legs, employee: direction === 'in' && result !== 'answered' ? '' : one([...PEOPLE, '']) },
    ...{ from: `7916${1_000_000 + Math.floor(chance() * 40)}`, group: one(['sales', '']), missedKind: result === 'busy' ? 'busy_hit' : '' },
    ...{ answeredAt: result === 'answered' ? row.startedAt + 2_000_000 : 0, ringingAt: row.startedAt + 500_000 },
    endedAt: row.startedAt + 2_000_000 + Math.floor(chance() * 300) * 1_000_000,
  };
}

const revised = (old: CallRow, row: CallRow): Revision => ({ old, row: { ...row, revision: old.revision + 1 }, why: 'late_facts' });

function note({ rows = [], revisions = [], removed = [] }: Partial<Block>): void {
  for (const row of rows) calls.set(keyOf(row), row);
  for (const { old, row } of revisions) {
    calls.delete(keyOf(old));
    calls.set(keyOf(row), row);
  }
  for (const { row } of removed) calls.delete(keyOf(row));
}

let count = 0;
const newCalls = (n: number) => Array.from({ length: n }, () => made(`call-${++count}`));
const gone: CallRow[] = [];

/** What the assembler and directories do to calls. */
const STEPS: Record<string, () => Promise<void>> = {
  'new calls': async () => {
    const rows = newCalls(15);
    await write({ rows });
    note({ rows });
  },
  'late facts of some': async () => {
    const revisions = some([...calls.values()], 8).map((old) => revised(old, changed(old)));
    await write({ revisions });
    note({ revisions });
  },
  'late facts of many at once': async () => {
    const revisions = some([...calls.values()], 40).map((old) => revised(old, changed(old)));
    await write({ revisions });
    note({ revisions });
  },
  'calls that belong elsewhere or began at another time': async () => {
    const revisions = some([...calls.values()], 4).map((old) =>
      revised(old, { ...changed(old), tenant: one(TENANTS), startedAt: old.startedAt - (chance() < 0.5 ? 0 : 40 * DAY * 1_000) }),
    );
    await write({ revisions });
    note({ revisions });
  },
  'calls that are part of others': async () => {
    const rows = some([...calls.values()], 4);
    await write({ removed: rows.map((row) => ({ row, into: null })) });
    note({ removed: rows.map((row) => ({ row, into: null })) });
    gone.push(...rows);
  },
  'a call that was part of another and is one of its own again': async () => {
    const rows = gone.splice(0, 3).map((row) => ({ ...changed(row), revision: 1 }));
    const added = rows.filter((row) => !calls.has(keyOf(row)));
    await write({ rows: added });
    note({ rows: added });
  },
  'another directory': async () => {
    const revisions = some([...calls.values()], 6).map((old) => revised(old, { ...old, employee: one(PEOPLE), group: 'sales' }));
    await writer.revise(revisions, []);
    // its process died before it was noted: it does so again
    if (chance() < 0.5) await writer.revise(revisions, []);
    note({ revisions });
    // blocks before it are known as written when a directory is in use
    sent.length = 0;
  },
  'a life of the assembler that begins again and sends the last blocks once more': async () => {
    for (const block of sent.slice(-3)) await writer.write(structuredClone(block));
  },
};

const read = (filter: CallFilter, row: CallRow): boolean =>
  (filter.employee?.some((employee) => tookPart(row).includes(employee)) ?? true) &&
  (filter.author?.includes(row.employee) ?? true) &&
  (filter.direction?.includes(row.direction) ?? true) &&
  (filter.result?.includes(row.result) ?? true) &&
  (filter.from === undefined || row.startedAt >= filter.from * 1_000) &&
  (filter.caller === undefined || row.from.startsWith(filter.caller.replace('*', ''))) &&
  (filter.talkMin === undefined || (row.answeredAt > 0 && row.endedAt - row.answeredAt >= filter.talkMin * 1e6));

const ASKED = [
  'employee=e1',
  'employee=e2,отдел-5',
  "employee=о'нил&direction=out&result=failed",
  'author=e3',
  'author=e1,e4&employee=e2',
  'employee=e4&caller=79161000*&direction=in',
  'employee=e1,e2,e3&talkMin=100',
  `employee=e3&from=${new Date(NOW - 20 * DAY).toISOString()}`,
  'direction=in',
];
const SEEN: (Within | undefined)[] = [
  undefined,
  { employees: ['e1'], groups: [], numbers: [] },
  { employees: ['e2', 'e3', ''], groups: [], numbers: [] },
  { employees: ['e4'], groups: ['sales'], numbers: [] },
];

/** Lists and counts against what the test knows. @param most questions by chance; all by default */
async function agree(after: string, most = Number.POSITIVE_INFINITY): Promise<void> {
  const all = TENANTS.flatMap((tenant) => SEEN.flatMap((within) => ASKED.map((query) => ({ tenant, within, query }))));
  await Promise.all(some(all, most).map((question) => agreeOn(after, question)));
}

async function agreeOn(
  after: string,
  { tenant, within, query }: { tenant: string; within: Within | undefined; query: string },
): Promise<void> {
  const filter = filterFromQuery(new URLSearchParams(query));
  const scope = { tenant, ...(within && { within }) } as TenantScope;
  const right = [...calls.values()]
    .filter((row) => row.tenant === tenant && read(filter, row))
    .filter((row) => reachesCall(within, { ...row, employees: tookPart(row) }))
    .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
  const what = `${after}: ${tenant}, ${query}, ${JSON.stringify(within)}`;
  const [lines, whole, counts] = await Promise.all([
    listLines(store, scope, filter, COMPANY, 1_000, null),
    listCalls(store, scope, filter, COMPANY, 1_000, null),
    countCalls(store, scope, filter, COMPANY),
  ]);
  const told = (row: CallLine) => `${row.id} ${row.employee} ${row.result} ${row.endedAt}`;
  expect(lines.map(told), what).toEqual(right.map(told));
  expect(whole.map(told), what).toEqual(right.map(told));
  const ways = (direction: CallRow['direction']) => right.filter((row) => row.direction === direction);
  expect(counts, what).toEqual({
    ...{ calls: right.length, in: ways('in').length, out: ways('out').length, internal: ways('internal').length },
    inMissed: ways('in').filter((row) => row.result !== 'answered').length,
  });
}

describe('calls of employees are those that they took part in, whatever became of the calls', () => {
  test('new, revised, moved, joined, apart again, by another directory, sent twice, in any order', async () => {
    for (let i = 0; i < 4; i++) await STEPS['new calls']?.();
    await agree('at first', 5);
    // every step once, then by chance
    const steps = [...Object.keys(STEPS), ...Array.from({ length: 3 }, () => one(Object.keys(STEPS)))];
    for (const step of steps) {
      await STEPS[step]?.();
      await agree(step, 5);
    }
    await store.command({ query: 'OPTIMIZE TABLE call_people FINAL' });
    await store.command({ query: 'OPTIMIZE TABLE calls FINAL' });
    await agree('when parts have been merged');
    expect([...calls.values()].length).toBe((await selectCalls(store, 'calls', "tenant IN ('alfa', 'beta')", {})).length);
  });

  test('pages go on by key, and in another order, both ways', async () => {
    const scope = { tenant: 'alfa' } as TenantScope;
    const filter: CallFilter = { employee: ['e1', 'e2'] };
    const whole = (await listLines(store, scope, filter, COMPANY, 1_000, null)).map(({ id }) => id);
    expect(whole.length).toBeGreaterThan(9);
    const down: string[] = [];
    let page = await listLines(store, scope, filter, COMPANY, 4, null);
    for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
      down.push(...page.map(({ id }) => id));
      page = await listLines(store, scope, filter, COMPANY, 4, { startedAt: last.startedAt, id: last.id });
    }
    expect(down).toEqual(whole);
    const month: CallFilter = { ...filter, from: NOW - 30 * DAY, to: NOW };
    const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
    const all = await listLines(store, scope, month, COMPANY, 1_000, null);
    const by = { by: 'talk', down: true } as const;
    const sorted = await sortedCalls(LINE, store, scope, month, COMPANY, { sort: by, limit: 1_000, after: null, side: 'older' });
    const talk = ({ answeredAt, endedAt }: { answeredAt: number; endedAt: number }) => (answeredAt > 0 ? endedAt - answeredAt : 0);
    expect(ids(sorted)).toEqual(ids(all.toSorted((a, b) => talk(b) - talk(a) || b.startedAt - a.startedAt)));
  });
});

test('a store of the version before, which has calls, knows their people after the upgrade, and of calls that come meanwhile', async () => {
  await store.command({ query: 'DROP VIEW people_of_calls' });
  await store.command({ query: 'DROP TABLE call_people' });
  await store.command({ query: "DELETE FROM schema_migrations WHERE id IN ('0010_call_people', '0013_trunk')" });
  let isDone = false;
  // what comes waits on the bus until the view is there
  const meanwhile = until('calls come', async () => {
    const views = await store.query({ query: "SELECT name FROM system.tables WHERE name = 'people_of_calls'", format: 'JSONEachRow' });
    if ((await views.json()).length === 0) return false;
    do await STEPS['new calls']?.();
    while (!isDone);
    return true;
  });
  await migrate(stack.databaseUrl(), stack.storeUrl(), quiet);
  isDone = true;
  await meanwhile;
  await agree('after the upgrade', 20);
  // halted before it was noted as done: it is done again
  await store.command({ query: 'DROP VIEW people_of_calls' });
  await store.command({ query: 'ALTER TABLE call_people DROP COLUMN trunk' });
  await store.command({ query: "DELETE FROM schema_migrations WHERE id IN ('0010_call_people', '0013_trunk')" });
  await migrate(stack.databaseUrl(), stack.storeUrl(), quiet);
  await agree('after the upgrade, twice', 20);
});
