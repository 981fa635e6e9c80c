import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
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
const people = async () => (await stack.rest<{ data: { login: string; role: string }[] }>('GET', '/ops/users')).data;

describe("the operator's people", () => {
  test('support signs in as the operator does, sees every company and is told so', async () => {
    expect(await stack.rest('PUT', '/ops/users/helper', FORM)).toEqual({ login: 'helper', role: 'support', email: null });
    expect(await people()).toContainEqual({ login: 'helper', role: 'support', email: null });
    const cookie = await signIn(OPERATOR_DOMAIN, 'helper');
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
      { login: 'second', role: 'operator', email: null },
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
});
