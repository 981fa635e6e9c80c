import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, events } from './fixtures.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

const PASSWORD = 'secret-secret';
const PERIOD = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: PASSWORD, role: 'admin' });
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'employee', employee: 'e101' });
  await stack.rest('PUT', '/tenants/t1/users/nobody', { password: PASSWORD, role: 'employee' });
  await sendTcp(stack.ports.events, events());
  await until('28 calls', async () => {
    const pages = await Promise.all(['t1', 't2'].map((t) => stack.rest<{ data: unknown[] }>('GET', `/tenants/${t}/calls?limit=1000`)));
    return pages.reduce((sum, p) => sum + p.data.length, 0) === 28;
  });
});
afterAll(() => stack?.end());

function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${stack.portal}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers },
    body: new URLSearchParams(form).toString(),
  });
}

async function cookieOf(login: string, password = PASSWORD, domain = 'alfa.pbx.test'): Promise<string> {
  const response = await post('/sign-in', { domain, login, password });
  expect(response.status).toBe(303);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

function page(path: string, cookie?: string): Promise<Response> {
  return fetch(`${stack.portal}${path}`, { redirect: 'manual', headers: { accept: 'text/html', ...(cookie ? { cookie } : {}) } });
}

/** Call-IDs in the journal's HTML. */
async function listed(cookie: string, query = ''): Promise<number> {
  const html = await (await page(`/c/t1/journal?${PERIOD}${query}&limit=100`, cookie)).text();
  return new Set([...html.matchAll(/data-call="([^"]+)"/g)].map((m) => m[1])).size;
}

test('a password that is tried first is not taken, whoever sets it', async () => {
  const set = async (login: string, password: string) => {
    const response = await stack.fetch(`/api/v1/tenants/t1/users/${login}`, {
      method: 'PUT',
      body: JSON.stringify({ password, role: 'observer' }),
      headers: { 'content-type': 'application/json' },
    });
    return [response.status, await response.text()] as const;
  };
  for (const password of ['password1', 'QWERTYUIOP', 'йцукенгшщз', '23456789', 'weak-login', 'alfa.pbx.test'])
    expect(await set('weak-login', password), password).toEqual([400, expect.stringContaining('tried first')]);
  expect((await set('weak-login', 'a phrase of my own'))[0]).toBe(201);
  expect((await stack.fetch('/api/v1/tenants/t1/users/weak-login', { method: 'DELETE' })).status).toBe(204);
});

describe('signing in (T-03, T-05)', () => {
  test.each([
    ['the domain', { domain: 'bravo.pbx.test', login: 'admin', password: PASSWORD }],
    ['the user', { domain: 'alfa.pbx.test', login: 'somebody', password: PASSWORD }],
    ['the password', { domain: 'alfa.pbx.test', login: 'admin', password: 'secret-secreT' }],
    ['everything, in strange characters', { domain: '\u0000', login: "' OR 1=1 --", password: '💥' }],
  ])('one answer whatever is wrong: %s', async (_, form) => {
    const response = await post('/sign-in', form);
    expect(response.status).toBe(401);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await response.text()).toContain('Домен, пользователь или пароль не подошли.');
  });

  test('an empty field is said', async () => {
    const response = await post('/sign-in', { domain: '', login: 'admin', password: PASSWORD });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('Заполните все три поля.')]);
  });

  test('domain and login are taken in any case; the cookie is not for scripts', async () => {
    const response = await post('/sign-in', { domain: 'ALFA.pbx.test', login: ' Admin ', password: PASSWORD });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    expect(response.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Lax/i);
  });

  test('it leads back to where one was going, and nowhere else', async () => {
    expect((await page('/c/t1/journal?period=yesterday')).headers.get('location')).toBe(
      '/sign-in?to=%2Fc%2Ft1%2Fjournal%3Fperiod%3Dyesterday',
    );
    for (const [to, location] of [
      ['/c/t1/journal', '/c/t1/journal'],
      ['//evil.test/', '/'],
      ['https://evil.test/', '/'],
      ['/\\evil.test', '/'],
    ] as const) {
      const response = await post(`/sign-in?to=${encodeURIComponent(to)}`, { domain: 'alfa.pbx.test', login: 'admin', password: PASSWORD });
      expect(response.headers.get('location'), to).toBe(location);
    }
  });

  test('a form on another site is refused', async () => {
    const response = await post(
      '/sign-in',
      { domain: 'alfa.pbx.test', login: 'admin', password: PASSWORD },
      { origin: 'http://evil.test' },
    );
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null]);
  });

  test('signing out ends the session, not only the cookie', async () => {
    const cookie = await cookieOf('admin');
    expect((await page('/c/t1', cookie)).status).toBe(200);
    expect((await post('/sign-out', {}, { cookie })).headers.get('location')).toBe('/sign-in');
    expect((await page('/c/t1', cookie)).headers.get('location')).toContain('/sign-in');
  });

  test('a new password ends every session of that person', async () => {
    const cookie = await cookieOf('admin');
    await stack.rest('PUT', '/tenants/t1/users/ADMIN', { password: PASSWORD, role: 'admin' });
    expect((await page('/c/t1', cookie)).headers.get('location')).toContain('/sign-in');
  });
});

describe('who sees what', () => {
  test.each([
    '/c/t2',
    '/c/t2/journal',
    '/c/t2/statistics',
    '/c/t2/forecast',
    '/c/t2/live',
    '/c/t2/events',
    '/c/t2/palette?q=1',
    '/c/unassigned/journal',
  ])('another company is not there: %s', async (path) => {
    const response = await page(path, await cookieOf('admin'));
    expect(response.status).toBe(404);
    expect(await response.text()).not.toMatch(/bravo|Bravo/);
  });

  test.each(['/c/t1', '/c/t1/journal', '/c/t1/statistics', '/c/t1/forecast', '/c/t1/live', '/c/t1/events'])(
    'nobody without signing in: %s',
    async (path) => {
      const response = await page(path);
      expect([response.status, response.headers.get('location')]).toEqual([303, expect.stringContaining('/sign-in?to=')]);
    },
  );

  test('an employee sees their own calls, whatever the filter says (T-08, P-05)', async () => {
    const all = await stack.rest<{ data: { employee: { id: string } | null; legs: { employee: { id: string } | null }[] }[] }>(
      'GET',
      '/tenants/t1/calls?limit=1000',
    );
    const own = all.data.filter((c) => [c, ...c.legs].some((part) => part.employee?.id === 'e101')).length;
    const [admin, anna] = [await cookieOf('admin'), await cookieOf('anna')];
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(all.data.length);
    expect(await listed(admin)).toBe(all.data.length);
    expect(await listed(anna)).toBe(own);
    expect(await listed(anna, '&employee=e102,e103,e101')).toBeLessThanOrEqual(own);
    const statistics = await (await page(`/c/t1/statistics?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z`, anna)).text();
    expect(statistics).not.toBe(await (await page(`/c/t1/statistics?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z`, admin)).text());
  });

  test('an admin of groups sees the calls, people and cases of these groups, and no others (A-32)', async () => {
    const { directory } = companies().t1 as unknown as {
      directory: { employees: { id: string; group?: string }[]; groups: { id: string }[] };
    };
    const counts = new Map<string, number>();
    interface Listed {
      id: string;
      from: string;
      dialled: string;
      answeredBy: string | null;
      employee: { id: string } | null;
      legs: { employee: { id: string } | null }[];
    }
    const all = await stack.rest<{ data: Listed[] }>('GET', '/tenants/t1/calls?limit=1000');
    for (const { id: group } of directory.groups) {
      const ids = new Set(directory.employees.filter((e) => e.group === group).map((e) => e.id));
      const within = all.data.filter((c) => [c, ...c.legs].some((part) => ids.has(part.employee?.id ?? '')));
      await stack.rest('PUT', '/tenants/t1/users/head', { password: PASSWORD, role: 'group-admin', groups: [group] });
      const head = await cookieOf('head');
      expect(await listed(head), group).toBe(within.length);
      counts.set(group, within.length);
      const other = all.data.find((c) => !within.includes(c));
      // a part of a number finds calls within reach alone, whoever else has it
      const part = other?.from.slice(-4) ?? '';
      const having = within.filter((c) => [c.from, c.dialled, c.answeredBy ?? ''].some((number) => number.includes(part)));
      expect(await listed(head, `&text=${part}`), `${group} ${part}`).toBe(having.length);
      if (other) expect((await page(`/c/t1/calls/${encodeURIComponent(other.id)}/recording`, head)).status).toBe(404);
      const names = await (await page('/c/t1/directory/employees', head)).text();
      for (const { id } of directory.employees)
        expect(names.includes(`"${id}"`) || names.includes(`id:"${id}"`), `${group} ${id}`).toBe(ids.has(id));
    }
    expect([...counts.values()].some((n) => n > 0 && n < all.data.length)).toBe(true);
    // without groups, or with one that is gone, nothing is within reach; a right to change is in no group's reach
    await stack.rest('PUT', '/tenants/t1/users/head', { password: PASSWORD, role: 'group-admin' });
    const nobody = await cookieOf('head');
    expect(await listed(nobody)).toBe(0);
    for (const path of ['/c/t1/people', '/c/t1/settings', '/c/t1/settings/tokens', '/c/t1/settings/audit', '/c/t1/directory/history'])
      expect((await page(path, nobody)).status, path).toBe(403);
  });

  test('an employee whom no employee of the directory stands behind sees none', async () => {
    expect(await listed(await cookieOf('nobody'))).toBe(0);
  });
});

describe('people over REST', () => {
  test('an employee must be in the directory, a role must exist, a password be long enough', async () => {
    for (const [body, field] of [
      [{ password: PASSWORD, role: 'employee', employee: 'e999' }, 'employee'],
      [{ password: PASSWORD, role: 'group-admin', groups: ['nowhere'] }, 'groups'],
      [{ password: PASSWORD, role: 'king' }, 'role'],
      [{ password: 'short', role: 'admin' }, 'password'],
    ] as const) {
      const response = await stack.fetch('/api/v1/tenants/t1/users/x', {
        method: 'PUT',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
      const problem = (await response.json()) as { errors: { field: string }[] };
      expect([response.status, problem.errors.map((e) => e.field)]).toEqual([400, [field]]);
    }
  });

  test("a company's token makes people only with the scope, and only its own", async () => {
    const { token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'reader', scopes: [] });
    for (const [tenant, status] of [
      ['t1', 403],
      ['t2', 404],
    ] as const) {
      const response = await fetch(`${stack.portal}/api/v1/tenants/${tenant}/users/x`, {
        method: 'PUT',
        body: JSON.stringify({ password: PASSWORD, role: 'admin' }),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      });
      expect(response.status).toBe(status);
    }
  });
});
