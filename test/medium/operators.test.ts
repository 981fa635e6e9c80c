import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';

const PASSWORD = 'secret-secret';
const FORM = { password: PASSWORD, role: 'support' };
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant }] of Object.entries(companies())) await stack.rest('PUT', `/tenants/${id}`, tenant);
});
afterAll(() => stack?.end());

/** @returns the cookie; null: not let in */
async function signIn(domain: string, login: string): Promise<string | null> {
  const { status, headers } = await fetch(`${stack.portal}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ domain, login, password: PASSWORD }).toString(),
  });
  return status === 303 ? (headers.get('set-cookie') ?? '').split(';')[0] || null : null;
}
const page = async (path: string, cookie: string | null) => {
  const response = await fetch(`${stack.portal}${path}`, { redirect: 'manual', headers: { accept: 'text/html', cookie: cookie ?? '' } });
  return { status: response.status, text: await response.text() };
};
interface Person {
  login: string;
  role: string;
  email: string | null;
  blocked: boolean;
  secondFactor: boolean;
  lastSignInAt: string | null;
}
const people = async () => (await stack.rest<{ data: Person[] }>('GET', '/ops/users')).data;
const personOf = async (login: string) => (await people()).find((one) => one.login === login);
/** A form of the page, as a browser sends it. */
async function act(cookie: string | null, name: string, form: Record<string, string>) {
  const response = await fetch(`${stack.portal}/operator/people?/${name}`, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      origin: stack.portal,
      cookie: cookie ?? '',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(form).toString(),
  });
  const { status, data = '' } = (await response.json()) as { status: number; data?: string };
  return { status, data };
}

describe("the operator's people", () => {
  test('support signs in as the operator does, sees every company and is told so', async () => {
    expect(await stack.rest('PUT', '/ops/users/helper', FORM)).toEqual({ login: 'helper', role: 'support', email: null });
    expect(await personOf('helper')).toMatchObject({
      role: 'support',
      email: null,
      blocked: false,
      secondFactor: false,
      lastSignInAt: null,
    });
    const cookie = await signIn(OPERATOR_DOMAIN, 'helper');
    expect(Date.now() - Date.parse((await personOf('helper'))?.lastSignInAt ?? '')).toBeLessThan(60_000);
    for (const company of ['t1', 't2']) {
      const { status, text } = await page(`/c/${company}/directory/numbers`, cookie);
      expect(status).toBe(200);
      // the page knows what is closed to them: no button leads to a refusal
      expect(text).toContain('mayEdit:false');
      expect((await page(`/c/${company}/settings`, cookie)).status).toBe(403);
    }
    // nobody of a company has come into being by that
    expect(await signIn(String(companies().t1?.tenant.domain), 'helper')).toBeNull();
  });

  test('another role or the end of the account signs out at once', async () => {
    await stack.rest('PUT', '/ops/users/second', FORM);
    const first = await signIn(OPERATOR_DOMAIN, 'second');
    expect((await page('/c/t1', first)).status).toBe(200);
    await stack.rest('PUT', '/ops/users/SECOND', { ...FORM, role: 'operator' });
    expect((await page('/c/t1', first)).status).toBe(303);
    expect((await people()).filter(({ login }) => login.toLowerCase() === 'second')).toEqual([
      expect.objectContaining({ login: 'second', role: 'operator', email: null }),
    ]);
    const second = await signIn(OPERATOR_DOMAIN, 'second');
    expect((await page('/c/t1/settings', second)).status).toBe(200);
    await stack.rest('DELETE', '/ops/users/second');
    expect((await page('/c/t1', second)).status).toBe(303);
    expect(await signIn(OPERATOR_DOMAIN, 'second')).toBeNull();
    await expect(stack.rest('DELETE', '/ops/users/second')).rejects.toThrow('404');
  });

  test("a role of a company is none of the operator's, nor the other way round", async () => {
    await expect(stack.rest('PUT', '/ops/users/third', { ...FORM, role: 'admin' })).rejects.toThrow('400');
    await expect(stack.rest('PUT', '/tenants/t1/users/third', FORM)).rejects.toThrow('400');
  });

  test('a password that is tried first is refused', async () => {
    await expect(stack.rest('PUT', '/ops/users/third', { ...FORM, password: 'password1' })).rejects.toThrow(/400.*tried first/);
    expect((await people()).map(({ login }) => login)).not.toContain('third');
  });

  test('what is named is changed, the rest stays; blocking signs out and shuts out', async () => {
    await stack.rest('PUT', '/ops/users/vera', { ...FORM, email: 'vera@operator.test' });
    const cookie = await signIn(OPERATOR_DOMAIN, 'vera');
    expect(await stack.rest('PATCH', '/ops/users/VERA', { blocked: true })).toMatchObject({
      ...{ login: 'vera', role: 'support', email: 'vera@operator.test', blocked: true },
    });
    expect((await page('/c/t1', cookie)).status).toBe(303);
    expect(await signIn(OPERATOR_DOMAIN, 'vera')).toBeNull();
    await stack.rest('PATCH', '/ops/users/vera', { blocked: false, email: null });
    expect(await personOf('vera')).toMatchObject({ email: null, blocked: false });
    expect(await signIn(OPERATOR_DOMAIN, 'vera')).not.toBeNull();
    await expect(stack.rest('PATCH', '/ops/users/nobody', { blocked: true })).rejects.toThrow('404');
    await expect(stack.rest('PATCH', '/ops/users/vera', { password: 'password1' })).rejects.toThrow(/400.*tried first/);
    const { data } = await stack.rest<{ data: { act: string; subject: string }[] }>('GET', '/ops/audit?subject=vera&act=person');
    expect(data.map(({ act }) => act)).toEqual(
      ['sign-in', 'unblock', 'sign-in-refused', 'block', 'sign-in', 'add'].map((what) => `person.${what}`),
    );
    expect(JSON.stringify(data)).not.toContain(PASSWORD);
  });

  test('the last operator who can sign in is neither blocked nor degraded nor deleted', async () => {
    const others = (await people()).filter(({ role, login }) => role === 'operator' && login !== 'admin');
    for (const { login } of others) await stack.rest('DELETE', `/ops/users/${login}`);
    const last = /409.*last operator/;
    const everyWay = async () => {
      await expect(stack.rest('PATCH', '/ops/users/admin', { blocked: true })).rejects.toThrow(last);
      await expect(stack.rest('PATCH', '/ops/users/admin', { role: 'support' })).rejects.toThrow(last);
      await expect(stack.rest('PUT', '/ops/users/admin', FORM)).rejects.toThrow(last);
      await expect(stack.rest('DELETE', '/ops/users/admin')).rejects.toThrow(last);
    };
    await everyWay();
    expect(await personOf('admin')).toMatchObject({ role: 'operator', blocked: false });
    // who is blocked cannot give the role back, and goes without more ado
    await stack.rest('PUT', '/ops/users/idle', { ...FORM, role: 'operator' });
    await stack.rest('PATCH', '/ops/users/idle', { blocked: true });
    await everyWay();
    await stack.rest('DELETE', '/ops/users/idle');
    // another password is no way out of the role
    await stack.rest('PATCH', '/ops/users/admin', { password: 'another-secret' });
  });

  test('operators who take the role from each other at once: one stays', async () => {
    const names = ['pair-1', 'pair-2', 'pair-3', 'pair-4'];
    for (const login of names) await stack.rest('PUT', `/ops/users/${login}`, { ...FORM, role: 'operator' });
    await stack.rest('PATCH', '/ops/users/admin', { blocked: true });
    const done = await Promise.allSettled(names.map((login) => stack.rest('PATCH', `/ops/users/${login}`, { role: 'support' })));
    const refused = done.filter((one) => one.status === 'rejected');
    expect(refused.map(({ reason }) => String(reason))).toEqual([expect.stringContaining('409')]);
    expect((await people()).filter(({ role, blocked }) => role === 'operator' && !blocked)).toHaveLength(1);
    await stack.rest('PATCH', '/ops/users/admin', { blocked: false });
    for (const login of names) await stack.rest('DELETE', `/ops/users/${login}`);
  });

  test('nobody changes, blocks, deletes or gives a password to themselves', async () => {
    await stack.rest('PUT', '/ops/users/olga', { ...FORM, role: 'operator' });
    const cookie = await signIn(OPERATOR_DOMAIN, 'olga');
    for (const [name, form] of [
      ['save', { role: 'support', email: '' }],
      ['save', { role: 'operator', email: 'elsewhere@evil.test' }],
      ['block', { blocked: '1' }],
      ['password', {}],
      ['remove', {}],
    ] as const) {
      const { status, data } = await act(cookie, name, { login: 'OLGA', ...form });
      expect([status, data], name).toEqual([403, expect.stringContaining('self')]);
    }
    expect(await personOf('olga')).toMatchObject({ role: 'operator', email: null, blocked: false });
    expect((await page('/operator', cookie)).status).toBe(200);
  });

  test('the page says what is wrong: a login that is taken, or none, another role, no address', async () => {
    const cookie = await signIn(OPERATOR_DOMAIN, 'olga');
    for (const [form, status, fault] of [
      [{ login: 'Helper', role: 'support' }, 409, 'taken'],
      [{ login: 'a b', role: 'support' }, 400, 'login'],
      [{ login: 'new', role: 'admin' }, 400, 'role'],
      [{ login: 'new', role: 'support', email: 'nowhere' }, 400, 'email'],
    ] as const)
      expect(await act(cookie, 'add', form)).toEqual({ status, data: expect.stringContaining(fault) });
    expect(await personOf('new')).toBeUndefined();
    expect(await act(cookie, 'remove', { login: 'new' })).toEqual({ status: 404, data: expect.stringContaining('gone') });
  });

  test("their audit is read, filtered and exported on the operator's page, and the export stands in it", async () => {
    const cookie = await signIn(OPERATOR_DOMAIN, 'olga');
    const { text } = await page('/operator/audit?act=person&subject=vera', cookie);
    expect(text).toContain('Заблокирован пользователь');
    expect(text).not.toContain('pair-1');
    const file = await page('/operator/audit/export?subject=vera', cookie);
    expect(file.text).toMatch(/person\.block;vera/);
    expect(file.text).not.toContain('pair-1');
    const { data } = await stack.rest<{ data: { act: string; who: string }[] }>('GET', '/ops/audit?act=audit.export');
    expect(data).toEqual([expect.objectContaining({ act: 'audit.export', who: 'olga' })]);
  });
});

describe("the operator's list of companies", () => {
  test('is where the operator and support land, and is found in by name, domain, id and number', async () => {
    const { t1, t2 } = companies();
    for (const [id, { directory }] of Object.entries(companies())) await stack.rest('PUT', `/tenants/${id}/directory`, directory);
    await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'admin' });
    const cookie = await signIn(OPERATOR_DOMAIN, 'helper');
    const landed = await fetch(`${stack.portal}/`, { redirect: 'manual', headers: { accept: 'text/html', cookie: cookie ?? '' } });
    expect(landed.headers.get('location')).toBe('/operator');
    const found = async (text: string) => {
      const { text: html } = await page(`/operator?q=${encodeURIComponent(text)}`, cookie);
      return [...html.matchAll(/data-company="([^"]+)"/g)].map(([, id]) => id);
    };
    expect((await found('')).sort()).toEqual(['t1', 't2']);
    expect(await found(String(t1?.tenant.name).toUpperCase().slice(0, 5))).toContain('t1');
    expect(await found(String(t2?.tenant.domain))).toEqual(['t2']);
    expect(await found('T1')).toEqual(['t1']);
    expect(await found('nowhere')).toEqual([]);
    // signs of a pattern are letters like others
    expect(await found('%')).toEqual([]);
    const [first] = (t1?.directory.numbers ?? []) as { number: string }[];
    const number = String(first?.number).replace(/\D/g, '');
    expect(await found(`+${number}`)).toEqual(['t1']);
    expect(await found(number.slice(-7))).toContain('t1');
  });

  test('tells how many may sign in, the calls of seven days and the last of them', async () => {
    await stack.rest('PUT', '/tenants/t2/users/boris', { password: PASSWORD, role: 'admin' });
    await stack.rest('PUT', '/tenants/t2/users/vlad', { password: PASSWORD, role: 'observer' });
    await stack.rest('PATCH', '/tenants/t2/users/vlad', { blocked: true });
    const store = createClient({ url: stack.storeUrl() });
    // two within the days, one before them, one of another company
    await store.command({
      query: `INSERT INTO calls (tenant, started_at, id, direction, result, written_at)
        SELECT t, now64(6) - toIntervalHour(h), concat(t, toString(h)), 'in', 'answered', now64(3)
        FROM values('t String, h UInt16', ('t2', 1), ('t2', 100), ('t2', 200), ('t1', 2))`,
    });
    await store.close();
    const cookie = await signIn(OPERATOR_DOMAIN, 'helper');
    const { text } = await page('/operator?q=bravo', cookie);
    const [row = ''] = /<tr[^>]*data-company="t2".*?<\/tr>/s.exec(text) ?? [];
    const cells = [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => cell.replaceAll(/<[^>]*>/g, '').trim());
    expect(cells.slice(0, 3)).toEqual(['bravo.pbx.test', '1', '2']);
    expect(cells[3]).toMatch(/^\d\d\.\d\d.* \d\d:\d\d$/);
  });
});
