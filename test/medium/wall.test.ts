import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';

/** Every page and route of a company is found in the files, so a new one is tried without anyone adding it here. */
const ROUTES = join(import.meta.dirname, '../../portal/src/routes');
const PASSWORD = 'secret-secret';

/** What stands for a route's parameter. The wall is met before the thing is looked for, so most need not be there. */
const VALUES: Record<string, string> = {
  list: 'employees',
  id: '1',
  version: '1',
  login: 'admin',
  account: '101',
  report: 'hourly',
  measure: 'calls',
  from: '2026-11-01T00:00:00Z',
  to: '2026-12-01T00:00:00Z',
};

function standIn(name: string, path: string): string {
  const value = VALUES[name];
  if (value === undefined) throw new Error(`${path}: say in VALUES (wall.test.ts) what stands for the parameter "${name}"`);
  return value;
}

function filled(path: string, company: string): string {
  return path.replaceAll(/[[{](\w+)[\]}]/g, (_, name: string) => (name === 'company' || name === 'tenant' ? company : standIn(name, path)));
}

interface Parameter {
  in: string;
  name: string;
  required?: boolean;
}

interface Door {
  method: string;
  /** with parameters in brackets, as SvelteKit and OpenAPI write them */
  path: string;
}

function pageDoors(): Door[] {
  const files = readdirSync(join(ROUTES, 'c'), { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => join(f.parentPath, f.name));
  return files.flatMap((file) => {
    const path = `/${relative(ROUTES, file).split(sep).slice(0, -1).join('/')}`;
    if (file.endsWith('+page.svelte')) return [{ method: 'GET', path }];
    if (file.endsWith('+server.ts')) {
      const methods = [...readFileSync(file, 'utf8').matchAll(/^export (?:const|async function|function) ([A-Z]+)\b/gm)];
      if (methods.length === 0) throw new Error(`${file}: no method found`);
      return methods.map(([, method = '']) => ({ method, path }));
    }
    if (!file.endsWith('+page.server.ts')) return [];
    const [, actions] = readFileSync(file, 'utf8').split(/^export const actions\b/m);
    if (actions === undefined) return [];
    const names = [...actions.matchAll(/^ {2}(?:async )?(\w+)(?::|\(|,)/gm)].map(([, name = '']) => name);
    if (names.length === 0) throw new Error(`${file}: no action found`);
    return names.map((name) => ({ method: 'POST', path: name === 'default' ? path : `${path}?/${name}` }));
  });
}

let stack: Stack;
let cookie: string;
let token: string;
/** one right each, which few routes need: a route that needs it answers the other */
const lacking: string[] = [];
beforeAll(async () => {
  stack = await startStack();
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: PASSWORD, role: 'admin' });
  ({ token } = await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'all', scopes: ['write'] }));
  // a right that no reading route asks for
  for (const scope of ['users:write', 'cases:write'])
    lacking.push((await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: scope, scopes: [scope] })).token);
  const signedIn = await send('POST', '/sign-in', {}, { domain: 'alfa.pbx.test', login: 'admin', password: PASSWORD });
  cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect(cookie).not.toBe('');
});
afterAll(() => stack?.end());

function send(method: string, path: string, headers: Record<string, string>, form: Record<string, string> = {}): Promise<Response> {
  const bare = method === 'GET' || method === 'HEAD';
  return fetch(`${stack.portal}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      origin: stack.portal,
      ...(bare ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(bare ? {} : { body: new URLSearchParams(form).toString() }),
  });
}

describe('the wall between companies: pages', () => {
  const doors = pageDoors();

  test('pages, streams and forms are found', () => {
    const kinds = doors.map((d) => (d.method === 'GET' ? 'GET' : d.path.includes('?/') ? 'form' : 'other'));
    expect(new Set(kinds)).toEqual(new Set(['GET', 'form', 'other']));
  });

  test.each(doors)('$method $path: without a session to sign-in or 401, of another company 404', async ({ method, path }) => {
    const anonymous = await send(method, filled(path, 't2'), {});
    await anonymous.body?.cancel();
    if (anonymous.status === 303 || anonymous.status === 302) expect(anonymous.headers.get('location')).toMatch(/^\/sign-in/);
    else expect(anonymous.status).toBe(401);
    const foreign = await send(method, filled(path, 't2'), { cookie });
    await foreign.body?.cancel();
    expect(foreign.status).toBe(404);
  });

  test("one's own company's pages are there", async () => {
    for (const { path } of doors.filter((d) => d.method === 'GET' && !d.path.includes('[', '/c/[company]'.length))) {
      const response = await send('GET', filled(path, 't1'), { cookie });
      await response.body?.cancel();
      expect([200, 302, 303, 307, 308, 400], path).toContain(response.status);
      expect(response.headers.get('location') ?? '', path).not.toMatch(/^\/sign-in/);
    }
  });
});

describe('the wall between companies: REST', () => {
  test('a reading route answers for another company as for one that is not there, and names a missing right', async () => {
    const { paths } = await stack.rest<{ paths: Record<string, { get?: { parameters?: Parameter[] } }> }>('GET', '/openapi.json');
    const reads = Object.keys(paths).filter((path) => path.includes('{tenant}') && paths[path]?.get);
    expect(reads.length).toBeGreaterThan(10);
    const asked = (path: string) =>
      (paths[path]?.get?.parameters ?? [])
        .filter((p) => p.in === 'query' && p.required)
        .map((p) => `${p.name}=${encodeURIComponent(standIn(p.name, path))}`)
        .join('&');
    const answer = async (path: string, company: string, bearer: string) => {
      const response = await fetch(`${stack.portal}/api/v1${filled(path, company)}?${asked(path)}`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
      return { status: response.status, text: (await response.text()).replaceAll(company, 'COMPANY') };
    };
    for (const path of reads) {
      const foreign = await answer(path, 't2', token);
      expect(foreign, path).toEqual(await answer(path, 'nobody', token));
      expect(foreign.status, `${path}: ${foreign.text}`).toBe(404);
      const without = await Promise.all(lacking.map(async (bearer) => (await answer(path, 't1', bearer)).status));
      expect(without, path).toContain(403);
      expect([200, 400, 404], path).toContain((await answer(path, 't1', token)).status);
    }
  });
});
