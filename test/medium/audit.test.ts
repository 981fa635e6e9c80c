import { afterAll, beforeAll, expect, test } from 'vitest';
import { companies } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';

interface Page {
  data: {
    id: string;
    at: string;
    by: string;
    who: string;
    whose: string | null;
    act: string;
    subject: string;
    before: unknown;
    after: unknown;
  }[];
  next: string | null;
}

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
let stack: Stack;
let token: string;
const list = (query = '', tenant = 't1') => stack.rest<Page>('GET', `/tenants/${tenant}/audit${query}`);
const keep = (keepDays: number) => stack.rest('PUT', '/tenants/t1/recordings/keeping', { keepDays });
async function signedIn(login: string): Promise<string> {
  const response = await fetch(`${stack.portal}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ domain, login, password: PASSWORD }).toString(),
  });
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant }] of Object.entries(companies())) await stack.rest('PUT', `/tenants/${id}`, tenant);
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: PASSWORD, role: 'admin' });
  await stack.rest('PUT', '/tenants/t1/users/quality', { password: PASSWORD, role: 'quality' });
  for (const days of [100, 90, 80, 70, 60]) await keep(days);
  token = (await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'Auditor', scopes: ['audit:read'] })).token;
});
afterAll(() => stack?.end());

test('each act is a line with who, from where, before and after, the newest first, page by page', async () => {
  const whole = (await list('?limit=1000')).data;
  expect(whole[0]).toMatchObject({ act: 'token.issue', who: expect.any(String), whose: null });
  const terms = whole.filter((line) => line.act === 'recording.retention');
  expect(terms.map(({ before, after }) => [before, after])).toEqual(
    [100, 90, 80, 70, 60].map((days, i, all) => [{ keepDays: all[i - 1] ?? 180 }, { keepDays: days }]).reverse(),
  );
  const paged = [];
  for (let next: string | null = ''; next !== null; ) {
    const page: Page = await list(`?limit=3${next === '' ? '' : `&before=${next}`}`);
    paged.push(...page.data);
    next = page.next;
  }
  expect(paged).toEqual(whole);
  expect(whole.map(({ id }) => BigInt(id))).toEqual(whole.map(({ id }) => BigInt(id)).toSorted((a, b) => (a < b ? 1 : -1)));
  expect(JSON.stringify(whole)).not.toContain(PASSWORD);
});

test('it is found by matter, act, person, subject and time', async () => {
  await signedIn('quality');
  expect((await list('?act=recording')).data.map((line) => line.act)).toEqual(Array.from({ length: 5 }, () => 'recording.retention'));
  expect((await list('?act=person.add')).data.map((line) => line.subject)).toEqual(['quality', 'admin']);
  expect((await list('?who=QUALITY')).data.map((line) => line.act)).toEqual(['person.sign-in']);
  expect((await list('?subject=ualit')).data.map((line) => line.act)).toContain('person.add');
  expect((await list(`?from=${new Date(Date.now() + 60_000).toISOString()}`)).data).toEqual([]);
  expect((await list(`?to=${new Date(Date.now() + 60_000).toISOString()}`)).data.length).toBeGreaterThan(7);
});

test('settings, telephony, the directory and its export are lines, with what changed and no secret', async () => {
  const { tenant } = companies().t1 ?? {};
  await stack.rest('PUT', '/tenants/t1', { ...tenant, name: 'Альфа и сыновья' });
  // the same again is no change
  await stack.rest('PUT', '/tenants/t1', { ...tenant, name: 'Альфа и сыновья' });
  const [changed, ...others] = (await list('?act=company.change')).data;
  expect([changed?.subject, others.length]).toEqual(['t1', 0]);
  expect([changed?.before, changed?.after]).toMatchObject([{ name: tenant?.name }, { name: 'Альфа и сыновья' }]);
  expect((await list('?act=company.add')).data).toMatchObject([{ subject: 't1', after: { domain } }]);
  await stack.rest('PUT', '/tenants/t1/directory', companies().t1?.directory ?? {});
  expect((await list('?act=company.directory')).data).toMatchObject([{ after: { kind: 'replace', changed: 0, removed: 0 } }]);
  await stack.rest('PUT', '/tenants/t1/pbx', { accounts: [{ user: 'phone101', password: 'phone-secret' }] });
  const [telephony] = (await list('?act=telephony')).data;
  expect([telephony?.before, telephony?.after]).toMatchObject([{ accounts: [] }, { accounts: ['phone101'], passwords: ['phone101'] }]);
  const cookie = await signedIn('admin');
  const page = await (await fetch(`${stack.portal}/c/t1/settings`, { headers: { cookie } })).text();
  expect(page).toContain('Альфа и сыновья');
  const form = { timezone: tenant?.timezone, country: tenant?.country, callbackMinutes: 17 };
  const saved = await fetch(`${stack.portal}/c/t1/settings`, {
    method: 'POST',
    headers: { origin: stack.portal, cookie, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ settings: JSON.stringify(form), since: '' }).toString(),
  });
  expect(saved.status).toBe(200);
  expect((await list('?act=company.settings')).data).toMatchObject([{ who: 'admin', after: { callbackMinutes: 17 } }]);
  await fetch(`${stack.portal}/c/t1/directory/export?format=xlsx`, { headers: { cookie } });
  expect((await list('?act=company.directory-export')).data).toMatchObject([{ who: 'admin', subject: 'xlsx' }]);
  expect(JSON.stringify((await list('?limit=1000')).data)).not.toContain('phone-secret');
});

test('only who has the right reads it, and only of their own company', async () => {
  const ask = async (path: string, headers: Record<string, string>) =>
    (await fetch(`${stack.portal}${path}`, { headers, redirect: 'manual' })).status;
  const bearer = { authorization: `Bearer ${token}` };
  expect(await ask('/api/v1/tenants/t1/audit', bearer)).toBe(200);
  expect(await ask('/api/v1/tenants/t2/audit', bearer)).toBe(404);
  expect(await ask('/api/v1/ops/audit', bearer)).toBe(403);
  const cookie = await signedIn('quality');
  for (const path of ['/c/t1/settings/audit', '/c/t1/settings/audit/export']) expect(await ask(path, { cookie }), path).toBe(403);
  expect((await list('', 't2')).data.every((line) => line.subject !== 'quality')).toBe(true);
});

test('the export has every line that the page shows, guarded, and is a line itself', async () => {
  await stack.rest('PUT', '/tenants/t1/users/=cmd', { password: PASSWORD, role: 'observer' });
  const cookie = await signedIn('admin');
  const expected = (await list('?limit=1000&act=person')).data;
  const response = await fetch(`${stack.portal}/c/t1/settings/audit/export?act=person`, { headers: { cookie } });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  const rows = bytes.toString('utf8').trimEnd().split('\r\n');
  expect(rows).toHaveLength(expected.length + 1);
  expect(rows.some((row) => row.includes(";'=cmd;"))).toBe(true);
  expect((await list('?act=audit')).data).toMatchObject([{ act: 'audit.export', who: 'admin', whose: 't1', after: { group: 'person' } }]);
});

test('a line cannot be changed, not even by whoever has the database role of the product', async () => {
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: stack.databaseUrl() });
  await client.connect();
  try {
    for (const role of ['app', 'app_operator'])
      for (const change of ["UPDATE audit SET who = 'x'", 'DELETE FROM audit', 'TRUNCATE audit']) {
        await client.query('BEGIN');
        await client.query(`SET LOCAL ROLE ${role}`);
        await expect(client.query(change), `${role}: ${change}`).rejects.toThrow('permission denied');
        await client.query('ROLLBACK');
      }
  } finally {
    await client.end();
  }
});
