import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callBegins, callEnds } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

const DAY = 86_400_000;
const noon = Math.floor(Date.now() / DAY) * DAY - DAY / 2;
const daysAgo = (days: number) => noon - days * DAY;
const iso = (at: number) => new Date(at).toISOString();

const employee = (id: string, name: string, group: string | null, extension: string) => ({
  ...{ id, name, group, extensions: [extension], record: true },
});
const directory = {
  numbers: [{ number: '8 (391) 000-01-22', label: 'Главный', channel: null }],
  groups: ['sales', 'service', 'night'].map((id) => ({ id, name: id })),
  employees: [employee('e1', 'Соколова', 'sales', '101'), employee('e2', 'Кузнецов', 'service', '102')],
  accounts: [],
};
/** days ago of the calls that e1 answered */
const CALLS = [40, 20, 3];

interface Applied {
  version: number;
  applied: boolean;
}
interface ChangeLine {
  version: number;
  author: { kind: string; name: string };
  kind: string;
  recomputed: boolean | null;
  added: number;
  changed: number;
  removed: number;
}

let stack: Stack;
let token: string;
beforeAll(async () => {
  stack = await startStack();
  await stack.rest('PUT', '/tenants/t1', { name: 'Альфа', domain: 'alfa.pbx.test' });
  await stack.rest('PUT', '/tenants/t1/directory', directory);
  token = (await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'кадры', scopes: ['write'] })).token;
  const calls = CALLS.map((days) => ({
    ...{ id: `call-${days}`, tenant: 't1', domain: 'alfa.pbx.test', direction: 'in' as const, from: '79130001000', to: '73910000122' },
    ...{ startedAt: daysAgo(days), wait: 5, talk: 60, legs: [{ target: '101', after: 1, code: 200 }] },
  }));
  await sendTcp(
    stack.ports.events,
    calls.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until('all calls', async () => (await groups()).length === CALLS.length);
});
afterAll(() => stack.end());

/** Group of each call, oldest first. */
async function groups(): Promise<(string | null)[]> {
  const { data } = await stack.rest<{ data: { group: string | null }[] }>('GET', '/tenants/t1/calls');
  return data.map((c) => c.group).reverse();
}
const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${stack.portal}/api/v1/tenants/t1/directory${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, etag: response.headers.get('etag') ?? '', body: (await response.json()) as Record<string, unknown> };
};
const inGroup = (group: string) => ({ op: 'change', kind: 'employees', key: 'e1', entry: employee('e1', 'Соколова', group, '101') });
const changes = async () => (await stack.rest<{ data: ChangeLine[] }>('GET', '/tenants/t1/directory/changes')).data;

describe('a directory that changes with time', () => {
  test('an employee changes group in the middle of a month: earlier calls keep the old group, later ones get the new one', async () => {
    expect(await groups()).toEqual(['sales', 'sales', 'sales']);
    const { status, body } = await ask('PATCH', `?validFrom=${iso(daysAgo(10))}`, { changes: [inGroup('service')] });
    expect([status, (body as unknown as Applied).applied]).toEqual([200, true]);
    expect(await groups()).toEqual(['sales', 'sales', 'service']);
    const at = async (days: number) =>
      (await ask('GET', `?at=${iso(daysAgo(days))}`)).body as { employees: { id: string; group: string }[] };
    expect((await at(11)).employees.find((e) => e.id === 'e1')?.group).toBe('sales');
    expect((await at(9)).employees.find((e) => e.id === 'e1')?.group).toBe('service');
  });

  test('a correction of the past re-resolves calls as far back as they are kept, only when asked, and later changes stay', async () => {
    await ask('PATCH', `?validFrom=${iso(daysAgo(30))}`, { changes: [inGroup('night')] });
    // more than 14 days ago: not touched by itself; from ten days ago on the later change holds
    expect(await groups()).toEqual(['sales', 'sales', 'service']);
    const { body } = await ask('POST', '/recompute', { from: iso(daysAgo(35)) });
    expect(body).toMatchObject({ applied: true });
    await until('the past is resolved again', async () => (await changes())[0]?.recomputed === true);
    expect(await groups()).toEqual(['sales', 'night', 'service']);

    await ask('PATCH', `?validFrom=${iso(daysAgo(50))}&recompute=true`, { changes: [inGroup('service')] });
    await until('the past is resolved again', async () => (await changes())[0]?.recomputed === true);
    expect(await groups()).toEqual(['service', 'night', 'service']);
  });

  test('a wish that the death of ingest cut short is fulfilled by its next life', async () => {
    process.kill(stack.pidOf('assembler'), 'SIGKILL');
    // not confirmed within the time of an answer, or by the next life already
    const { status } = await ask('PATCH', '?validFrom=2020-01-01T00:00:00Z&recompute=true', { changes: [inGroup('night')] });
    expect([200, 202]).toContain(status);
    await until('the past is resolved again', async () => (await changes())[0]?.recomputed === true, 60_000);
    expect(await groups()).toEqual(['service', 'night', 'service']);
    await ask('PATCH', `?validFrom=${iso(daysAgo(50))}&recompute=true`, { changes: [inGroup('sales')] });
    await until('the past is resolved again', async () => (await changes())[0]?.recomputed === true, 60_000);
    expect(await groups()).toEqual(['sales', 'night', 'service']);
  });

  test('of two who change the same version the second is told so', async () => {
    const { etag } = await ask('GET', '');
    expect(etag).toMatch(/^"\d+"$/);
    const add = (number: string) => ({ changes: [{ op: 'add', kind: 'numbers', entry: { number, label: 'Новый' } }] });
    expect((await ask('PATCH', '', add('8 391 000-02-00'), { 'if-match': etag })).status).toBe(200);
    const late = await ask('PATCH', '', add('8 391 000-03-00'), { 'if-match': etag });
    expect(late.status).toBe(412);
    expect(late.body.detail).toContain('read it again');
    expect((await ask('PUT', '', directory, { 'if-match': etag })).status).toBe(412);
    expect((await ask('PATCH', '', add('8 391 000-03-00'), { 'if-match': late.etag })).status).toBe(200);
  });

  test('what contradicts is refused in words, here and in later versions', async () => {
    const before = await ask('GET', '/versions');
    const refusal = async (change: unknown, query = '') => {
      const { status, body } = await ask('PATCH', query, { changes: [change] });
      return `${status} ${String(body.detail)}`;
    };
    expect(await refusal({ op: 'remove', kind: 'accounts', key: 'x' })).toMatch(/^409 there is no "x"/);
    expect(await refusal({ op: 'remove', kind: 'groups', key: 'service' })).toMatch(/^409 group "service" has 2 employees/);
    expect(await refusal({ op: 'add', kind: 'numbers', entry: { number: '73910000200' } })).toMatch(/^409 "73910000200" is among numbers/);
    // nobody is in "night" 60 days ago; the one of 30 days ago has somebody in it
    expect(await refusal({ op: 'remove', kind: 'groups', key: 'night' }, `?validFrom=${iso(daysAgo(45))}`)).toMatch(
      /^409 the version of .+ contradicts: there is no group "night"/,
    );
    const wrong = await ask('PATCH', '', { changes: [{ op: 'add', kind: 'employees', entry: { id: 'e5', name: '' } }] });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors).toMatchObject([{ field: 'changes.0.entry.name' }]);
    expect((await ask('GET', '/versions')).body).toEqual(before.body);
  });

  test('every change says who made it and what it did; versions say what stands', async () => {
    const lines = await changes();
    expect(lines.at(-1)).toMatchObject({ kind: 'replace', author: { kind: 'operator' }, added: 6, changed: 0, removed: 0 });
    expect(lines.at(-2)).toMatchObject({ kind: 'edit', author: { kind: 'token', name: 'кадры' }, added: 0, changed: 1, removed: 0 });
    const { body } = await ask('GET', `/changes/${lines.at(-2)?.version}`);
    expect(body.data).toMatchObject([
      { op: 'change', kind: 'employees', key: 'e1', before: { group: 'sales' }, after: { group: 'service', name: 'Соколова' } },
    ]);
    const versions = (await ask('GET', '/versions')).body.data as { validFrom: string; validUntil: string | null; counts: object }[];
    expect(versions.map((v) => v.validFrom)).toEqual([...versions.map((v) => v.validFrom)].sort());
    expect(versions.at(-1)).toMatchObject({ validUntil: null, counts: { numbers: 3, employees: 2, groups: 3, accounts: 0 } });
    // a token that only reads sees this and changes nothing
    const reader = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'только смотрит' });
    const writer = token;
    token = reader.token;
    expect((await ask('GET', '/changes')).status).toBe(200);
    expect((await ask('PATCH', '', { changes: [inGroup('sales')] })).status).toBe(403);
    expect((await ask('POST', '/recompute', { from: iso(daysAgo(1)) })).status).toBe(403);
    token = writer;
  });
});
