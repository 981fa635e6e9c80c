import { connectPostgres } from '@callscope/core/node/postgres.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { log } from '../recordings/ffmpeg.ts';
import { type Stack, startStack, until } from './stack.ts';

let stack: Stack;
const person = (n: string, more: object = {}) => ({
  id: `e${n}`,
  name: `N ${n}`,
  group: 'sales',
  extensions: [n],
  record: n === '101',
  ...more,
});
const put = (policy: object) => stack.rest('PUT', '/tenants/t1/recordings/policy', policy);

/** What the edge is told of each account, and of calls of nobody. */
async function atTheEdge(): Promise<Record<string, string>> {
  const { db, close } = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
  const accounts = await db.selectFrom('pbx_accounts').select(['username', 'record']).execute();
  const [company] = await db.selectFrom('pbx_companies').select('record').execute();
  await close();
  return { nobody: company?.record ?? '', ...Object.fromEntries(accounts.map((a) => [a.username, a.record])) };
}

beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', { name: 'Alfa', domain: 'alfa.pbx.test', timezone: 'Europe/Moscow' });
  await stack.rest('PUT', '/tenants/t1/directory', {
    groups: [
      { id: 'sales', name: 'Sales' },
      { id: 'service', name: 'Service' },
    ],
    employees: [person('101'), person('102'), person('103', { group: 'service' })],
    accounts: [{ user: 'desk', extensions: ['103'] }],
  });
  await telephony('offer');
});
afterAll(() => stack?.end());

const telephony = (policy: string) =>
  stack.rest('PUT', '/tenants/t1/pbx', {
    recording: { policy },
    accounts: ['101', 'soft102', 'desk', 'door'].map((user) => ({ user, password: 'a-long-password' })),
    shortNumbers: [
      { number: '101', accounts: ['101'] },
      { number: '102', accounts: ['soft102'] },
      { number: '103', accounts: ['desk'] },
    ],
  });

test('until somebody says what is recorded, telephony says it', async () => {
  expect(await stack.rest('GET', '/tenants/t1/recordings/policy')).toEqual({ policy: null });
  expect(await atTheEdge()).toEqual({ nobody: 'offer', 101: 'company', soft102: 'company', desk: 'company', door: 'company' });
});

test('chosen employees, a group, one employee: each account says what holds for whoever has it (T-38)', async () => {
  await put({ mode: 'chosen' });
  expect(await atTheEdge()).toEqual({ nobody: 'none', 101: 'answer', soft102: 'none', desk: 'none', door: 'none' });
  await put({ mode: 'all', fromOffer: true, groups: { service: 'none' }, employees: { e102: 'demand' } });
  expect(await atTheEdge()).toEqual({ nobody: 'offer', 101: 'offer', soft102: 'none', desk: 'none', door: 'offer' });
});

test('the directory and telephony may change: what the policy says goes with them', async () => {
  await put({ mode: 'chosen' });
  const groups = [{ id: 'sales', name: 'Sales' }];
  await stack.rest('PUT', '/tenants/t1/directory', {
    groups,
    employees: [person('101', { record: false }), person('102', { record: true })],
  });
  expect(await atTheEdge()).toMatchObject({ 101: 'none', soft102: 'answer' });
  await telephony('none');
  expect(await atTheEdge()).toMatchObject({ nobody: 'none', soft102: 'answer', desk: 'none' });
});

test('a directory that is dated ahead changes who is recorded when its time comes', async () => {
  const validFrom = new Date(Date.now() + 4_000).toISOString();
  const employees = [person('101', { record: true }), person('102', { record: false })];
  await stack.rest('PUT', `/tenants/t1/directory?validFrom=${validFrom}`, { groups: [{ id: 'sales', name: 'Sales' }], employees });
  expect(await atTheEdge()).toMatchObject({ 101: 'none', soft102: 'answer' });
  await until('it is in force', async () => (await atTheEdge())[101] === 'answer');
  expect(await atTheEdge()).toMatchObject({ 101: 'answer', soft102: 'none' });
});

test('who is not in the directory, and what is no mode, is named', async () => {
  const refused = async (policy: object) => {
    const response = await stack.fetch('/api/v1/tenants/t1/recordings/policy', {
      method: 'PUT',
      body: JSON.stringify(policy),
      headers: { 'content-type': 'application/json' },
    });
    return [response.status, ((await response.json()) as { errors: { field: string }[] }).errors.map((e) => e.field)];
  };
  expect(await refused({ mode: 'all', employees: { nobody: 'none' } })).toEqual([400, ['employees.nobody']]);
  expect(await refused({ mode: 'sometimes' })).toEqual([400, ['mode']]);
});
